"""A report of accesses, and how they are brought together for a reader.

What one professional did for one reason on one day stands together: a look-up, a list
and a document are one visit to whoever reads of it.

Spec: GDPR Art. 15 / sheet 06 §6.2 (who, when, what, purpose, outcome).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ncp.accesses.access import Access, Act
from trust.identifiers import CountryCode, PatientId


@dataclass(frozen=True, slots=True)
class Period:
    """From when, where that was asked, and until when; the end is not in."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class AccessReport:
    """All accesses to one patient's data in a period, in the order of time.

    Attributes
    ----------
    organisation
        Who reports: the contact point.
    contact
        Whom to write to.
    made_at
        When it was made, in UTC.
    """

    patient: PatientId = field(repr=False)
    period: Period
    made_at: datetime
    organisation: str
    contact: str
    zone: ZoneInfo
    accesses: tuple[Access, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """What one professional did for one reason on one day, in the order of time."""

    day: date
    peer: CountryCode | None
    accesses: tuple[Access, ...] = field(repr=False)

    @property
    def first(self) -> Access:
        """The first of them; who and why are the same in all."""
        return self.accesses[0]

    @property
    def is_for_next_of_kin(self) -> bool:
        """Whether a next of kin spoke for the patient; that is told at the look-up."""
        return any(each.for_next_of_kin for each in self.accesses)

    def joined(self, access: Access) -> Visit:
        """Return it with one more."""
        return Visit(self.day, self.peer or access.peer, (*self.accesses, access))

    def is_of(self, access: Access) -> bool:
        """Whether the country does not speak against it; some events know of none."""
        return None in {self.peer, access.peer} or self.peer == access.peer


def visits(accesses: Iterable[Access], zone: ZoneInfo) -> tuple[Visit, ...]:
    """Bring accesses together, the newest visit first."""
    found: list[Visit] = []
    newest: dict[object, int] = {}
    for access in accesses:
        day = access.moment.astimezone(zone).date()
        key = (day, access.organisation, access.professional, access.purpose)
        place = newest.get(key)
        if place is not None and found[place].is_of(access):
            found[place] = found[place].joined(access)
        else:
            newest[key] = len(found)
            found.append(Visit(day, access.peer, (access,)))
    return tuple(reversed(found))


def given(accesses: Iterable[Access]) -> int:
    """Count those after which data were handed over or taken in."""
    return sum(each.ending.has_disclosed and _moves_data(each) for each in accesses)


def _moves_data(access: Access) -> bool:
    return access.act not in {Act.TREATMENT_CONFIRMED, Act.RECORD_SEARCHED, Act.OTHER}
