"""The ways a national FHIR server fails, as errors an operator can act on.

Statuses and the codes of an OperationOutcome are told, its texts never: they could hold
patient data.

Spec: HL7 FHIR R4 §2.28 (OperationOutcome), §3.1.0.1.5 (HTTP statuses).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ncp.errors import NationalError, Refusal
from ncp.national.fhir_json import Resource, as_list, parse_resource

_ISSUE_CODE = re.compile(r"[a-z\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose media type and size were accepted."""

    status: int
    body: bytes = field(repr=False)


class NotThere(NationalError):  # noqa: N818 - an answer that some callers expect
    """The server says, in an OperationOutcome, that the resource does not exist."""


def check_outcome(outcome: Resource) -> None:
    """Refuse a searchset that says it is incomplete (FHIR R4 §3.1.1.4.4)."""
    for issue in as_list(outcome.get("issue")):
        if isinstance(issue, dict) and issue.get("severity") in {"error", "fatal"}:
            raise nonsense(
                f"a search was answered with an error{_issue_codes(outcome)}"
            )


def refused(answer: Answer) -> NationalError:
    """Make the error of an answer whose status is none of success."""
    codes = _issue_codes(parse_resource(answer.body)) if answer.body else ""
    if answer.status in {404, 410} and codes in {" (not-found)", " (deleted)"}:
        return NotThere(
            Refusal.NATIONAL_UNAVAILABLE,
            "The national FHIR server does not hold what its index names.",
            f"It answered HTTP {answer.status}{codes}: its index and store disagree.",
        )
    if answer.status in {401, 403}:
        return unavailable(
            "does not let this gateway in",
            f"It answered HTTP {answer.status}{codes}: check the gateway's "
            "credentials and its rights there.",
        )
    if answer.status == 429:
        # RFC 6585 4: it works, and has too much of it.
        return NationalError(
            Refusal.RESPONDER_BUSY,
            "The national FHIR server is busy.",
            f"It answered HTTP {answer.status}{codes}: ask again later, or raise its "
            "limits for this gateway.",
        )
    return unavailable(
        "answered with an error",
        f"It answered HTTP {answer.status}{codes}: its own log says more.",
    )


def _issue_codes(outcome: Mapping[str, Any]) -> str:
    """Name the codes of the issues; their texts could hold patient data."""
    if outcome.get("resourceType") != "OperationOutcome":
        return ""
    codes = [
        issue["code"]
        for issue in as_list(outcome.get("issue"))
        if isinstance(issue, dict)
        and isinstance(issue.get("code"), str)
        and _ISSUE_CODE.fullmatch(issue["code"])
    ]
    return f" ({', '.join(sorted(set(codes)))})" if codes else ""


def unavailable(what: str, remedy: str) -> NationalError:
    """Make the error of a server that does not do its work."""
    return NationalError(
        Refusal.NATIONAL_UNAVAILABLE, f"The national FHIR server {what}.", remedy
    )


def nonsense(fault: str) -> NationalError:
    """Make the error of an answer that cannot be what FHIR says."""
    return unavailable(
        "gave an answer that cannot be used",
        f"The fault: {fault}. Check that the base URL is that of a FHIR R4 server.",
    )
