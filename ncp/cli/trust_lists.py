"""``ncp trust lists``: what trust lists say, and whether they are believed.

Each list is judged by the signers that were named, or by the pointers of those lists
among them that are believed. With ``--follow`` the pointers are walked over the network
instead, and what was believed is kept.

Spec: ETSI TS 119 612 / exit status 0 all believed, 1 one is not, 2 nothing was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from ncp.cli.trust_list_telling import JudgedList, as_json, as_text
from ncp.errors import ConfigurationError
from ncp.peers.guard import Guard
from ncp.peers.list_shelf import ListShelf
from ncp.peers.list_source import HttpListSource
from ncp.peers.metadata_fetch import directory_context
from ncp.settings.key_pairs import load_certificates
from trust.decision import Reason, TrustRefused, deny
from trust.smp import AddressRules
from trust.trustlist import (
    LIST_LIMITS,
    ExpectedList,
    KnownList,
    ListFinding,
    ListUnavailable,
    Party,
    TrustListPolicy,
    TrustListWalk,
    decide_trust_list,
    expected_by,
    verify_trust_list,
)

ALL_BELIEVED, ONE_DENIED = 0, 1
_HTTPS: Final = "https://"


@dataclass(frozen=True, slots=True)
class ListsQuestion:
    """The arguments of the command.

    Attributes
    ----------
    signers
        Files of certificates that may sign the lists, or the first of them.
    kept
        Where good copies are kept between walks.
    """

    locations: tuple[str, ...]
    signers: tuple[Path, ...] = ()
    at: datetime | None = None
    as_json: bool = False
    follow: bool = False
    territories: tuple[str, ...] = ()
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class ToldLists:
    """What the command prints and the status it ends with."""

    text: str
    status: int


def tell_lists(question: ListsQuestion, now: datetime) -> ToldLists:
    """Judge lists and tell of them.

    Raises
    ------
    ConfigurationError
        A signer's file or the folder of copies cannot be used.
    """
    moment = question.at or now
    signers = tuple(
        certificate
        for path in question.signers
        for certificate in load_certificates(path, "--signer")
    )
    judged = tuple(
        _walked(question, signers, moment)
        if question.follow
        else _read(question, signers, moment)
    )
    told = as_json if question.as_json else as_text
    believed = bool(judged) and all(each.is_believed for each in judged)
    return ToldLists(told(judged, moment), ALL_BELIEVED if believed else ONE_DENIED)


# Over the network -------------------------------------------------------------------


def _walked(
    question: ListsQuestion, signers: tuple[x509.Certificate, ...], moment: datetime
) -> Iterator[JudgedList]:
    territories = frozenset(question.territories) or None
    parties = [Party(each, each, signers, territories) for each in question.locations]
    memory = _NoMemory() if question.kept is None else ListShelf(question.kept)
    with closing(_Source(question.locations)) as source:
        for finding in TrustListWalk(source, memory, moment).walk(parties):
            yield _of_finding(finding)


def _of_finding(finding: ListFinding) -> JudgedList:
    belief = finding.belief
    content = None if belief is None else belief.verified
    return JudgedList(finding.location, finding.decision, content, finding.problem)


class _NoMemory:
    """Remembers nothing: each walk stands alone."""

    def known(self, location: str) -> KnownList | None:  # noqa: ARG002 - the port's
        return None

    def last_good(self, location: str) -> bytes | None:  # noqa: ARG002
        return None

    def keep(self, location: str, data: bytes, known: KnownList) -> None:
        """Keep nothing."""


class _Source:
    """Files that were named on the command line, and addresses over HTTPS.

    A list that others made may name an address, never a file of this machine.
    """

    def __init__(self, named: Iterable[str]) -> None:
        self._files = {each for each in named if not each.startswith(_HTTPS)}
        self._http: HttpListSource | None = None

    def fetch(self, location: str) -> bytes:
        if location in self._files:
            return _file(location)
        if self._http is None:
            self._http = HttpListSource(Guard(AddressRules()), directory_context(""))
        return self._http.fetch(location)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()


def _file(location: str) -> bytes:
    path = Path(location)
    try:
        if path.stat().st_size > LIST_LIMITS.max_bytes:
            raise ListUnavailable(f"it is larger than {LIST_LIMITS.max_bytes} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ListUnavailable(f"the file cannot be read: {error.strerror}") from error


# From what was named ----------------------------------------------------------------


def _read(
    question: ListsQuestion, signers: tuple[x509.Certificate, ...], moment: datetime
) -> Iterator[JudgedList]:
    """Judge by the signers; then by the pointers of what was believed by them."""
    fetched = _fetched(question.locations)
    direct = [_judged(each, ExpectedList(signers), moment) for each in fetched]
    parents = [
        each.content.content
        for each in direct
        if each.is_believed and each.content is not None
    ]
    pointers = [pointer for parent in parents for pointer in parent.pointers]
    for each, judged in zip(fetched, direct, strict=True):
        if judged.decision.reason is not Reason.SIGNER_NOT_PINNED:
            yield judged
            continue
        content = judged.content
        scheme = None if content is None else content.content
        terms = [
            expected_by(pointer)
            for pointer in pointers
            if scheme is not None
            and (pointer.territory, pointer.list_type)
            == (scheme.territory, scheme.list_type)
        ]
        pointed = [_judged(each, expected, moment) for expected in terms]
        yield next(
            (each for each in pointed if each.is_believed), (*pointed, judged)[0]
        )


@dataclass(frozen=True, slots=True)
class _Fetched:
    location: str
    data: bytes = field(repr=False)


def _fetched(locations: Sequence[str]) -> list[_Fetched]:
    with closing(_Source(locations)) as source:
        return [_Fetched(each, _fetch(source, each)) for each in locations]


def _fetch(source: _Source, location: str) -> bytes:
    try:
        return source.fetch(location)
    except ListUnavailable as error:
        raise ConfigurationError(
            f"{location} cannot be had: {error}", "Name a file, or an https address."
        ) from error


def _judged(fetched: _Fetched, expected: ExpectedList, moment: datetime) -> JudgedList:
    subject = f"trust list {fetched.location}"
    belief = decide_trust_list(
        fetched.data, expected, TrustListPolicy(), moment, subject=subject
    )
    if belief.decision.reason is not Reason.SIGNER_NOT_PINNED:
        return JudgedList(fetched.location, belief.decision, belief.verified)
    # Nobody was named for it: what it says is told all the same, if it is whole.
    try:
        content = verify_trust_list(fetched.data, lambda _: None)
    except TrustRefused as refused:
        broken = deny(subject, refused.reason, refused.sentence, moment)
        return JudgedList(fetched.location, broken, None)
    return JudgedList(fetched.location, belief.decision, content)
