"""What the rules are told of a request: who asks, about whom, and what came of it.

The values name persons; they live as long as the request, and what is kept of them are
names that only this installation's key can make.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ncp.audit import HumanRequestor, Side, human_requestor
from ncp.ihe.codes import Transaction
from ncp.restraint.rules import Counted, Per
from trust.assertions import HcpAssertion
from trust.identifiers import CountryCode, PatientId


@dataclass(frozen=True, slots=True)
class Asker:
    """A believed professional, and the country that asks us, or that we ask.

    Attributes
    ----------
    home
        The country that vouches for the professional.
    """

    country: CountryCode
    home: CountryCode
    organisation: str = field(repr=False)
    point_of_care: str = field(repr=False)
    professional: str = field(repr=False)
    human: HumanRequestor

    @classmethod
    def of(cls, hcp: HcpAssertion, country: CountryCode) -> Asker:
        """Return who asks by an assertion that was believed, or is our own."""
        point_of_care = hcp.organization or hcp.locality
        return cls(
            country,
            hcp.signer_country,
            hcp.organization_id or point_of_care,
            point_of_care,
            hcp.name_id,
            human_requestor(hcp),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, before it is answered or after.

    Attributes
    ----------
    patients
        Whom it is about, as far as that is known.
    asked
        Identifiers by which somebody was looked for (ITI-55).
    happened
        What came of it; empty before it is answered.
    """

    side: Side
    transaction: Transaction
    asker: Asker
    patients: tuple[PatientId, ...] = field(default=(), repr=False)
    asked: tuple[PatientId, ...] = field(default=(), repr=False)
    happened: frozenset[Counted] = frozenset()

    def subjects(self, per: Per) -> tuple[str, ...]:
        """Return of whom something is counted; none where that is not known."""
        asker = self.asker
        match per:
            case Per.GATEWAY:
                return ("",)
            case Per.COUNTRY:
                return (asker.country,)
            case Per.ORGANISATION:
                return (f"{asker.home}\n{asker.organisation}",)
            case Per.PROFESSIONAL:
                return (f"{asker.home}\n{asker.professional}",)
            case Per.PATIENT:
                return tuple(patient.cx for patient in self.patients)
            case Per.COUNTRY_AND_PATIENT:
                return tuple(f"{asker.country}\n{each.cx}" for each in self.patients)

    def items(self, counted: Counted) -> tuple[str, ...]:
        """Return what of a kind is counted once each."""
        match counted:
            case Counted.UNKNOWN_IDENTIFIERS:
                return tuple(each.cx for each in self.asked)
            case Counted.UNFOLLOWED_PATIENTS:
                return tuple(each.cx for each in self.patients)
            case Counted.POINTS_OF_CARE:
                return (self.asker.organisation,)
            case _:
                return ()
