"""Fetches value sets from the central terminology server: login, list, pages.

The session is a cookie; a failed login is a redirect that says ``error``. Nothing says
what has changed, so everything is fetched each time, and what was there stays until all
of it has come.

Spec: none is public.
Seen: OpenNCP 9 tsam-sync, SimpleCtsClient (form login, catalogue, pages until one is
short).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

import requests
import urllib3

from ncp.bounded_body import BodyTooLarge, read_body
from ncp.errors import NationalError, Refusal
from ncp.national.tls import ContextAdapter, build_context
from transformations.terminology.facts import Fact, SourceRefused
from transformations.terminology.importers.central import (
    ListedValueSet,
    entries_of,
    read_listing,
    read_page,
)

_FAILURES: Final = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_REMEDY: Final = "What was active stays active; try again later."


@dataclass(frozen=True, slots=True)
class CentralServer:
    """Where the server is and who asks.

    Attributes
    ----------
    base
        Address without a slash at its end.
    page_size
        Entries per page; a page with fewer is the last.
    timeout_s
        How long one answer may take.
    """

    base: str
    user: str
    password: str = field(repr=False)
    tls_authorities: Sequence[Path] = ()
    page_size: int = 250
    timeout_s: float = 60.0
    max_bytes: int = 64 << 20
    max_pages: int = 4_000


Progress = Callable[[str], None]


def fetch_facts(server: CentralServer, progress: Progress) -> Iterator[Fact]:
    """Yield everything the server offers, value set by value set.

    Parameters
    ----------
    progress
        Is given a line per value set: its name, entries, names and mappings.

    Raises
    ------
    NationalError
        It cannot be reached, does not let us in, or breaks off.
    SourceRefused
        An answer is not of its form.
    """
    with _session(server) as session:
        _log_in(session, server)
        listing = _get(session, server, "/api/sync/valuesetcatalog")
        if not listing.strip():
            raise SourceRefused("the central server has nothing to give")
        for value_set in read_listing(listing):
            yield value_set.fact()
            yield from _entries(session, server, value_set, progress)


def _entries(
    session: requests.Session,
    server: CentralServer,
    value_set: ListedValueSet,
    progress: Progress,
) -> Iterator[Fact]:
    place = (
        f"/api/sync/valueset/{quote(value_set.oid, safe='')}"
        f"/valuesetdefinition/{quote(value_set.version, safe='')}/entries"
    )
    entries = facts = 0
    for page in range(server.max_pages):
        data = _get(
            session, server, f"{place}?page={page}&maxtoreturn={server.page_size}"
        )
        found = read_page(data, value_set, page)
        yield from found
        count = entries_of(data)
        entries += count
        facts += len(found)
        if count < server.page_size:
            progress(f"{value_set.fact().name}: {entries} codes, {facts} facts")
            return
    raise SourceRefused(
        f"value set {value_set.oid}: more than {server.max_pages} pages"
    )


def _session(server: CentralServer) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    if server.base.startswith("https://"):
        session.mount("https://", ContextAdapter(build_context(server.tls_authorities)))
    return session


def _log_in(session: requests.Session, server: CentralServer) -> None:
    form = {"username": server.user, "password": server.password}
    try:
        answer = session.post(
            f"{server.base}/login",
            data=form,
            timeout=server.timeout_s,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise _unreachable(error) from error
    query = urlsplit(answer.headers.get("Location", "")).query
    is_redirect = 300 <= answer.status_code < 400
    if not is_redirect or "error" in parse_qs(query, keep_blank_values=True):
        raise NationalError(
            Refusal.NATIONAL_UNAVAILABLE,
            "the central terminology server did not let us in",
            "Look at [terminology.central_server] user and password_file.",
        )


def _get(session: requests.Session, server: CentralServer, path: str) -> bytes:
    try:
        with session.get(
            f"{server.base}{path}",
            headers={"Accept": "application/json"},
            timeout=server.timeout_s,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise _odd(f"HTTP status {answer.status_code}")
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise _odd("a compressed answer, unasked")
            return _body(answer, server)
    except _FAILURES as error:
        raise _unreachable(error) from error


def _body(answer: requests.Response, server: CentralServer) -> bytes:
    deadline = time.monotonic() + server.timeout_s
    try:
        return read_body(answer.raw, server.max_bytes, deadline)
    except BodyTooLarge:
        raise _odd(f"an answer of more than {server.max_bytes} bytes") from None


def _odd(what: str) -> NationalError:
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        f"the central terminology server gave {what}",
        _REMEDY,
    )


def _unreachable(error: Exception) -> NationalError:
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE,
        "the central terminology server could not be reached, or broke off "
        f"({type(error).__name__})",
        _REMEDY,
    )
