"""An explanation as lines for a person at a terminal.

The verdict comes first, then the signatures, then the steps, and last what to do.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from trust.certificates import fingerprint_of, subject_name
from trust.decision import TrustDecision
from trust.explain.explanation import CertificateFacts, Explanation
from trust.explain.signatures import SignatureFinding

_WIDTH: Final = 80
_SHORT: Final = 16
_SIGNATURES: Final = "Signatures (one that holds can still be anybody's)"


def as_text(explanation: Explanation) -> str:
    """Write an explanation for a terminal of 80 columns."""
    return "\n".join(_lines(explanation)) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    decision = explanation.decision
    if decision.is_accepted:
        yield "ACCEPTED"
        yield from _wrapped(_sentence(decision.sentence), "")
    else:
        yield f"DENIED ({decision.reason})"
        sentence = f"{decision.subject}: {decision.sentence}"
        yield from _wrapped(_sentence(sentence), "")
    yield ""
    moment = f"{decision.moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield f"Judged: {explanation.subject}, as of {moment}."
    for note in explanation.notes:
        yield from _wrapped(note, "")
    for title, part in _parts(explanation):
        yield from ("", title, *part)


def _parts(explanation: Explanation) -> Iterator[tuple[str, list[str]]]:
    if explanation.signatures:
        signatures = [_signature(each) for each in explanation.signatures]
        yield _SIGNATURES, [line for each in signatures for line in each]
    steps = [_step(each) for each in explanation.decisions]
    yield "Steps", [line for each in steps for line in each]
    if explanation.certificates:
        certificates = [_certificate(each) for each in explanation.certificates]
        yield "Certificates", [line for each in certificates for line in each]
    yield "What to do", list(_wrapped(explanation.remedy, "  "))


def _signature(finding: SignatureFinding) -> Iterator[str]:
    verdict = "holds" if finding.is_valid else "DOES NOT HOLD"
    yield f"  {verdict}: {finding.element}"
    if finding.problem is not None:
        yield from _wrapped(_sentence(finding.problem), "    ")
    if finding.signer is None:
        yield "    It shows no certificate that could be read."
    else:
        yield from _wrapped(f"It shows {subject_name(finding.signer)}", "    ")
        yield f"    (SHA-256 begins {fingerprint_of(finding.signer)[:_SHORT]})"


def _step(decision: TrustDecision) -> Iterator[str]:
    verdict = "yes" if decision.is_accepted else "NO "
    line = f"{verdict}  {decision.subject}: {decision.sentence}"
    yield from _wrapped(line, "  ", "       ")
    for each in decision.evidence:
        yield from _wrapped(f"- {each}", "       ", "         ")


def _certificate(facts: CertificateFacts) -> Iterator[str]:
    yield from _wrapped(facts.subject, "  ", "    ")
    yield from _wrapped(f"issued by {facts.issuer}", "    ")
    yield (
        f"    valid from {facts.valid_from:%Y-%m-%d} to {facts.valid_until:%Y-%m-%d}"
    )
    yield f"    SHA-256 {facts.fingerprint}"
    if facts.as_seal is not None:
        yield from _wrapped(f"As a seal: {facts.as_seal}.", "    ")


def _wrapped(text: str, first: str, further: str | None = None) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
