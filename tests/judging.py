"""Every message that a gateway of ours sends in a test is judged by the rules.

The harnesses call it where messages leave; what is known to depart from a rule, and
why, stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from conformance.rules import Finding, judge, read_message_file
from ncp.exchange import HttpPayload
from tests.plugins.canary import WATCH, Channel
from tests.plugins.canary_channels import error_texts

DEPARTURES: Final = {
    "query-answer.hash-of-stable": "ADR 0002: made when it is fetched",
    "soap.relates-to": "the request had no message id, or none could be read",
    "soap.relates-to-iri": "the message id of a peer is repeated as it came",
    "soap.message-id-urn": "a test chose the message id",
    "packages.retrieve-request-packed": "a test sent the request as plain SOAP",
}

# What the test that runs now departs from on purpose; see :func:`departing_from`.
_ON_PURPOSE: Final[set[str]] = set()

# A peer that is answered in the dialect of its program is told what that program tells.
OF_A_DIALECT: Final = {
    "registry-answer.success-without-errors": "OpenNCP calls some errors a success",
    "retrieve-answer.success-returns-something": "OpenNCP: partial, and nothing there",
}


def judged(payload: HttpPayload, *, in_dialect: bool = False) -> HttpPayload:
    """Hand back a message that was sent, after it was judged."""
    _look_for_patients(payload.body)
    if payload.content_type.startswith(("application/soap+xml", "multipart/related")):
        found = _departing(judge(payload.content_type, payload.body).findings)
        told = {
            rule: told
            for rule, told in found
            if not (in_dialect and rule in OF_A_DIALECT)
        }
        assert not told, told
    return payload


@contextmanager
def departing_from(*rules: str) -> Iterator[None]:
    """Let a test send what breaks these rules, because that is what it is about."""
    _ON_PURPOSE.update(rules)
    try:
        yield
    finally:
        _ON_PURPOSE.difference_update(rules)


def broken_in(exchanges: Path, name: str) -> list[str]:
    """Return what the messages of kept exchanges break: ``name`` says which of them."""
    told = []
    for file in sorted(exchanges.glob(f"*/{name}")):
        message = read_message_file(file.read_bytes())
        _look_for_patients(message.body)
        findings = judge(message.content_type, message.body).findings
        told += [f"{file.parent.name}: {each}" for each in _departing(findings)]
    return told


def _look_for_patients(message: bytes) -> None:
    WATCH.look_outside(Channel.ERROR, error_texts(message), "a message of ours")


def _departing(findings: Iterable[Finding]) -> list[tuple[str, str]]:
    return [
        (each.rule, f"{each.where}: {each.what}")
        for each in findings
        if each.rule not in DEPARTURES and each.rule not in _ON_PURPOSE
    ]
