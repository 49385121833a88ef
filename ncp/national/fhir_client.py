"""Speaks HTTP with the national FHIR server, and believes little of it.

Searches are POST ``_search`` with the parameters in a form, so that no identifier
stands in a URL and none reaches the logs of a server or proxy. Redirects are refused,
answers are limited in size and time while they stream in, the media type is checked,
environment proxies are not used.

A server-side *logical id* (``Patient/7f3a``) may stand in a URL: it is the name of a
resource on that server. A *patient identifier* (matricule, insurance number) may not.
Where a server uses identifiers as logical ids, the URL is refused; callers name what is
private by ``private``.

Writes go as one transaction and are never sent again here: whether one that was not
answered was done is for the caller to find out.

Spec: HL7 FHIR R4 §3.1.0.9 (search by POST), §3.1.1.4 (paging), §3.1.0.1.8 (media
types), §3.1.0.11 (transaction), §2.28 OperationOutcome.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

import simplejson

from ncp.errors import NationalError, Refusal
from ncp.national.fhir_failures import Answer, check_outcome, nonsense, refused
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource
from ncp.national.http_line import Call, ClientLimits, HttpLine, Line
from ncp.national.server_base import ServerBase
from ncp.national.tls import build_context

_LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LONG_VALUE: Final = 8


class FhirClient:
    """One national FHIR server.

    Parameters
    ----------
    base
        Everything is asked below it.
    token
        Sent as ``Authorization: Bearer``; None where the server asks for none.
    tls_authorities
        Who may have signed the server's certificate; none for the machine's own store.
    line
        What carries requests and answers; by default kept connections to the base.
    """

    def __init__(
        self,
        base: ServerBase,
        *,
        limits: ClientLimits | None = None,
        token: str | None = None,
        tls_authorities: Sequence[Path] = (),
        line: Line | None = None,
    ) -> None:
        self._base = base
        self._limits = limits or ClientLimits()
        is_tls = base.scheme == "https"
        context = build_context(tls_authorities) if is_tls else None
        self._line = line or HttpLine(base, self._limits, token, context)

    @property
    def base(self) -> ServerBase:
        """The configured base."""
        return self._base

    def search(
        self,
        resource_type: str,
        parameters: Sequence[tuple[str, str]],
        *,
        private: Collection[str] = (),
    ) -> Sequence[Resource]:
        """Return every ``resource_type`` the server finds, over all pages.

        The server may have ignored a parameter: what it returns is still to be
        compared with what was asked.
        """
        found: list[Resource] = []
        for page in self._pages(resource_type, parameters, private):
            found.extend(_matches(page, resource_type))
        return found

    def read(
        self, resource_type: str, logical_id: str, *, private: Collection[str] = ()
    ) -> Resource:
        """Return one resource by the id the server gave it."""
        body = self.get_logical(resource_type, logical_id, private=private)
        resource = parse_resource(body)
        if resource.get("resourceType") != resource_type:
            raise nonsense(f"a read of {resource_type} answered something else")
        return resource

    def get_logical(
        self,
        resource_type: str,
        logical_id: str,
        *,
        operation: str = "",
        private: Collection[str] = (),
    ) -> bytes:
        """GET ``[type]/[id]``, or an operation on it, as the bytes that came."""
        if not _LOGICAL_ID.fullmatch(logical_id):
            raise nonsense(f"a {resource_type} has an id that is none in FHIR")
        suffix = f"/{operation}" if operation else ""
        return self.get(f"{resource_type}/{logical_id}{suffix}", private=private)

    def get(self, reference: str, *, private: Collection[str] = ()) -> bytes:
        """GET a URL the server named, as the bytes that came."""
        url = self._base.confine(reference)
        if _holds(self._below(url), private):
            raise NationalError(
                Refusal.NATIONAL_UNAVAILABLE,
                "The national FHIR server wants a patient identifier in a URL.",
                "Logical ids and attachment URLs of the server must not be, or hold, "
                "patient identifiers.",
            )
        return self._accepted("GET", url).body

    def transact(self, bundle: Resource) -> Answer:
        """POST a transaction Bundle once; return the answer, whatever its status.

        Raises
        ------
        NationalError
            No answer came that can be read: it may have been done, or may be yet.
        """
        text = simplejson.dumps(bundle, use_decimal=True, ensure_ascii=False)
        return self._line.exchange(Call("POST", self._base.url, document=text.encode()))

    def _pages(
        self,
        resource_type: str,
        parameters: Sequence[tuple[str, str]],
        private: Collection[str],
    ) -> Iterator[Resource]:
        url = f"{self._base.url}/{resource_type}/_search"
        page = self._page("POST", url, parameters)
        seen = set[str]()
        while True:
            yield page
            link = _next_link(page)
            if link is None:
                return
            url = self._base.confine(link)
            if url in seen or len(seen) >= self._limits.max_pages:
                raise nonsense(f"the pages of a search of {resource_type} do not end")
            seen.add(url)
            page = self._follow(url, private)

    def _follow(self, url: str, private: Collection[str]) -> Resource:
        """Ask for the next page; a link that repeats the search is sent as a form."""
        if not _holds(self._below(url), private):
            return self._page("GET", url)
        path, _, query = self._below(url).partition("?")
        path = f"{path.removesuffix('/_search').rstrip('/')}/_search"
        if _holds(path, private):
            raise nonsense("a link to a next page holds an identifier in its path")
        return self._page("POST", f"{self._base.url}{path}", parse_qsl(query))

    def _below(self, url: str) -> str:
        """Return what follows the base, which is the operator's and never private."""
        return url.removeprefix(self._base.url)

    def _page(
        self, method: str, url: str, form: Sequence[tuple[str, str]] | None = None
    ) -> Resource:
        page = parse_resource(self._accepted(method, url, form).body)
        if page.get("resourceType") != "Bundle" or page.get("type") != "searchset":
            raise nonsense("a search was not answered with a searchset Bundle")
        return page

    def _accepted(
        self, method: str, url: str, form: Sequence[tuple[str, str]] | None = None
    ) -> Answer:
        answer = self._line.exchange(Call(method, url, form))
        if answer.status != 200:
            raise refused(answer)
        return answer


def escape(value: str) -> str:
    """Escape what a search parameter gives a meaning (FHIR R4 §3.1.1.5.8)."""
    for character in "\\,|$":
        value = value.replace(character, f"\\{character}")
    return value


def _holds(reference: str, private: Collection[str]) -> bool:
    """Whether a private value stands in ``reference``, however it is escaped.

    A long value is looked for anywhere; a short one, which may be part of a random id
    by chance, only where it stands between separators.
    """
    plain = unquote_plus(reference)
    return any(
        re.search(
            re.escape(value)
            if len(value) >= _LONG_VALUE
            else rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])",
            plain,
        )
        for value in private
        if value
    )


def _next_link(page: Resource) -> str | None:
    for link in as_list(page.get("link")):
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            if not isinstance(url, str):
                raise nonsense("a link to a next page has no URL")
            return url
    return None


def _matches(page: Resource, resource_type: str) -> Iterator[Resource]:
    for entry in as_list(page.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise nonsense("an entry of a searchset has no resource")
        if resource.get("resourceType") == "OperationOutcome":
            check_outcome(resource)
        elif resource.get("resourceType") == resource_type:
            if not _LOGICAL_ID.fullmatch(as_text(resource.get("id")) or ""):
                raise nonsense(f"a {resource_type} in a searchset has no id")
            yield resource
