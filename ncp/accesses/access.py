"""One access to a patient's data, as the patient may know of it.

It is read from the record and holds an allow-list of what the record says: who, from
where, what, why, when, how it ended. Queries, assertions, texts of errors, addresses of
machines and whatever is about somebody else stay behind.

Spec: GDPR Art. 15 / Regulation (EU) 2025/327 (EHDS) Art. 9 / sheet 06 §6.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from ncp.audit import Side
from ncp.ihe.codes import ClassCode
from trust.identifiers import CountryCode, PatientId


class Act(StrEnum):
    """What was done, or asked for; the values are keys of the words."""

    IDENTIFIED = "identified"
    LISTED = "listed"
    FETCHED = "fetched"
    SUBMITTED = "submitted"
    DISCARDED = "discarded"
    TREATMENT_CONFIRMED = "treatment-confirmed"
    RECORD_SEARCHED = "record-searched"
    OTHER = "other"


class Ending(StrEnum):
    """How it ended; the values are keys of the words."""

    DONE = "done"
    PARTLY = "partly"
    NOTHING = "nothing"
    NOBODY = "nobody"
    NO_CONSENT = "no-consent"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def has_disclosed(self) -> bool:
        """Whether data went from one country to the other."""
        return self in {Ending.DONE, Ending.PARTLY}


@dataclass(frozen=True, slots=True)
class Professional:
    """The person who asked, as a believed assertion names them.

    ``user_id`` and ``name`` are None where persons are not named. ``role_code`` is of
    ISCO, ``role_name`` as the assertion says it.
    """

    user_id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    role_code: str | None = None
    role_name: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What one recorded event says of a patient's data.

    Attributes
    ----------
    event_id
        The id of the recorded event, 32 hexadecimal digits.
    event
        What it is called in the trail: ``ITI-39``.
    outcome
        The event outcome indicator.
    side
        A: another country asked for data of this one. B: somebody of this country asked
        another one. None: nothing crossed a border.
    peer
        The other country; None where it was not believed, or is not known any more.
    patients
        Whom it is about. Only somebody who is one of them is told.
    organisation
        The point of care; None where no assertion was believed.
    purpose
        ``TREATMENT`` or ``EMERGENCY``.
    for_next_of_kin
        Whether somebody was named as next of kin who speaks for the patient.
    documents
        Unique ids of what was listed, fetched or submitted; none of what was refused.
    consumer, provider
        The two gateways, as the record names them: country B's, country A's.
    source_address, provider_address
        Where the two were seen; None where the record does not say.
    """

    event_id: str
    event: str
    moment: datetime
    act: Act
    ending: Ending
    outcome: int
    side: Side | None = None
    peer: CountryCode | None = None
    kind: ClassCode | None = None
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    organisation: str | None = field(default=None, repr=False)
    professional: Professional | None = None
    purpose: str | None = None
    for_next_of_kin: bool = False
    documents: tuple[str, ...] = field(default=(), repr=False)
    consumer: str | None = None
    provider: str | None = None
    source_address: str | None = None
    provider_address: str | None = None

    def without_person(self) -> Access:
        """Return it with what the professional is, and not who."""
        if self.professional is None:
            return self
        unnamed = replace(self.professional, user_id=None, name=None)
        return replace(self, professional=unnamed)
