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
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

import requests
import simplejson
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as TransportTimeout

from ncp.errors import NationalError, Refusal
from ncp.national.fhir_failures import (
    Answer,
    check_outcome,
    nonsense,
    refused,
    unavailable,
)
from ncp.national.fhir_json import Resource, as_list, as_text, parse_resource
from ncp.national.server_base import ServerBase
from ncp.national.tls import ContextAdapter, build_context

FHIR_JSON: Final = "application/fhir+json"
_JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
_ACCEPT: Final = f"{FHIR_JSON}, application/json;q=0.9"
_LOGICAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CHUNK: Final = 64 * 1024
_LONG_VALUE: Final = 8
# RFC 9110 §15.4: every 3xx but 304, which nobody asked for.
_REDIRECT: Final = range(300, 400)


@dataclass(frozen=True, slots=True)
class ClientLimits:
    """How much and how long one answer may be, and how many pages a search."""

    max_bytes: int = 32 * 1024 * 1024
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 15.0
    whole_answer_s: float = 30.0
    max_pages: int = 50


@dataclass(frozen=True, slots=True)
class _Call:
    """One HTTP request: with a form, with a document, or with neither."""

    method: str
    url: str
    form: Sequence[tuple[str, str]] | None = None
    document: bytes | None = None

    @property
    def is_read(self) -> bool:
        return self.document is None


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
    """

    def __init__(
        self,
        base: ServerBase,
        *,
        limits: ClientLimits | None = None,
        token: str | None = None,
        tls_authorities: Sequence[Path] = (),
    ) -> None:
        self._base = base
        self._limits = limits or ClientLimits()
        self._token = token
        self._context = (
            build_context(tls_authorities) if base.scheme == "https" else None
        )
        self._local = threading.local()

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
        return self._exchange(_Call("POST", self._base.url, document=text.encode()))

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
        answer = self._exchange(_Call(method, url, form))
        if answer.status != 200:
            raise refused(answer)
        return answer

    def _exchange(self, call: _Call) -> Answer:
        deadline = time.monotonic() + self._limits.whole_answer_s
        try:
            try:
                return self._attempt(call, deadline)
            except requests.ConnectionError:
                if not call.is_read:
                    raise
                # A kept connection may just have been closed.
                return self._attempt(call, deadline)
        except (requests.Timeout, TransportTimeout, TimeoutError) as error:
            raise unavailable("did not answer in time", "Look at its load.") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            # The text of these exceptions holds the URL: the type says enough.
            raise unavailable(
                "could not be reached, or broke the connection off",
                f"Check that it runs and that its address is right "
                f"({type(error).__name__}).",
            ) from error

    def _attempt(self, call: _Call, deadline: float) -> Answer:
        with self._send(call) as response:
            _check_redirect(response)
            if response.status_code != 200 and not _is_json(response):
                return Answer(response.status_code, b"")
            _check_media_type(response)
            return Answer(response.status_code, self._read_body(response, deadline))

    def _send(self, call: _Call) -> requests.Response:
        headers = dict(self._headers())
        if call.document is not None:
            headers["Content-Type"] = FHIR_JSON
        form = list(call.form) if call.form is not None else None
        return self._session().request(
            call.method,
            call.url,
            data=call.document if call.document is not None else form,
            headers=headers,
            timeout=(self._limits.connect_timeout_s, self._limits.read_timeout_s),
            allow_redirects=False,
            stream=True,
        )

    def _session(self) -> requests.Session:
        # A session keeps connections open and is not made for several threads.
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            if self._context is not None:
                session.mount("https://", ContextAdapter(self._context))
            self._local.session = session
        return session

    def _headers(self) -> Mapping[str, str]:
        headers = {
            "Accept": _ACCEPT,
            # A compressed answer could unfold beyond every limit.
            "Accept-Encoding": "identity",
            # FHIR R4 §3.1.0.9.1: an unknown parameter is an error, not everybody.
            "Prefer": "handling=strict",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    def _read_body(self, response: requests.Response, deadline: float) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise nonsense("it compressed an answer, which was not asked for")
        body = bytearray()
        # read1 returns what has come: a slow drip cannot hide from the deadline.
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > self._limits.max_bytes:
                raise nonsense(
                    f"an answer is larger than {self._limits.max_bytes} bytes"
                )
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(body)


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


def _check_redirect(response: requests.Response) -> None:
    if response.status_code in _REDIRECT:
        raise nonsense(f"it answered with a redirect (HTTP {response.status_code})")


def _is_json(response: requests.Response) -> bool:
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    return media_type.strip().lower() in _JSON_TYPES


def _check_media_type(response: requests.Response) -> None:
    if not _is_json(response):
        raise nonsense("its Content-Type is not that of FHIR JSON")
    _, *parameters = response.headers.get("Content-Type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        encoding = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and encoding not in {"utf-8", "utf8"}:
            raise nonsense("its JSON is not in UTF-8")


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
