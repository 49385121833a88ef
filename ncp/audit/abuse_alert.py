"""That somebody asked for more than the rules against abuse bear.

The alert says which rule, which window, how many, and who asked; it never names a
patient. The patients of the exchange are known to the event only so that it is found by
them.

Spec: DICOM PS3.15 A.5.3.11 (Security Alert) / eHDSI CP-059 (WARNING_SEC codes) / sheet
06 §4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ncp.audit import codes
from ncp.audit.codes import Action, Coded
from ncp.audit.dicom_elements import (
    ROLE_SECURITY_RESOURCE,
    SYSTEM,
    audit_source,
    audited_object,
    detail,
    human_requestor,
    identification,
    participant,
    point_of_care,
)
from ncp.audit.event import AuditOutcome, HumanRequestor, Side, require_zone
from trust.identifiers import CountryCode, PatientId
from trust.xml import Element

_APPLICATION = "ncp-gateway"


@dataclass(frozen=True, slots=True)
class AbuseAlert:
    """A rule against abuse was broken.

    Attributes
    ----------
    code
        eHDSI's: ``WARNING_SEC_UNEXPECTED_NUMBER_OF_REQUESTS`` and its kin.
    rule, per, counts
        The rule's name, whose things it counts, and what.
    counted, most, window_s
        How many there were, how many are borne, within how many seconds.
    action, until
        What becomes of who asks, and until when; None: until an operator lifts it.
    country
        The country that asks us, or that we ask.
    reference
        By what an operator lifts it.
    patients
        By whom it is found; they stand nowhere in it.
    """

    moment: datetime
    side: Side
    audit_source: str
    code: str
    rule: str
    per: str
    counts: str
    counted: int
    most: int
    window_s: int
    action: str
    country: CountryCode
    reference: str
    until: datetime | None = None
    point_of_care: str | None = field(default=None, repr=False)
    human: HumanRequestor | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    outcome: AuditOutcome = AuditOutcome.MINOR_FAILURE

    def __post_init__(self) -> None:
        require_zone(self.moment)

    @property
    def description(self) -> str:
        """Say what was noticed, in a sentence."""
        return (
            f"[NCP-{self.side}] {self.counted} {self.counts} of one {self.per} within "
            f"{self.window_s} seconds; {self.most} are borne"
        )


def abuse_children(event: AbuseAlert) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    yield identification(
        codes.SECURITY_ALERT,
        [Coded(event.code, codes.EHDSI_SECURITY, event.code, event.code)],
        Action.EXECUTE,
        event.moment,
        event.outcome,
    )
    yield participant(_APPLICATION, [codes.APPLICATION])
    if event.point_of_care:
        yield point_of_care(event.point_of_care, None)
    if event.human is not None:
        yield human_requestor(event.human, is_requestor=True, address=None)
    yield audit_source(event.audit_source)
    yield audited_object(
        f"urn:ncp:restraint:{event.rule}",
        codes.URI,
        SYSTEM,
        ROLE_SECURITY_RESOURCE,
        [detail(kind, text.encode()) for kind, text in _said(event)],
    )


def _said(event: AbuseAlert) -> Iterator[tuple[str, str]]:
    yield "Alert Description", event.description
    yield "rule", event.rule
    yield "per", event.per
    yield "counts", event.counts
    yield "counted", str(event.counted)
    yield "most", str(event.most)
    yield "window-seconds", str(event.window_s)
    yield "action", event.action
    if event.until is not None:
        yield "until", event.until.astimezone(UTC).isoformat(timespec="seconds")
    yield "country", event.country
    yield "reference", event.reference
