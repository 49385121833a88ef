"""The authorities of a believed list, each asked for its status when it is needed.

What a list says is not turned into a fixed set of anchors: a status may change at a
moment the list already names, and a list itself is over at its NextUpdate.

Spec: ETSI TS 119 612 §5.3.15 (next update), §5.5.3, §5.5.4, §5.5.9.4 (what a qualified
authority issues for) / ETSI TS 119 615 §4.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509

from trust.certificates.voucher import Vouched
from trust.decision import Reason, TrustRefused
from trust.trustlist.codes import ServiceType
from trust.trustlist.model import TrustList, TrustService
from trust.trustlist.refused import TrustListRefused
from trust.trustlist.services import decide_service
from trust.trustlist.signature import read_signer

_INSTANT: Final = timedelta(microseconds=1)
_QUALIFIER: Final = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"


class IssuesFor(StrEnum):
    """What a qualified authority is listed for (§5.5.9.4)."""

    SEALS = f"{_QUALIFIER}ForeSeals"
    WEB_SITES = f"{_QUALIFIER}ForWebSiteAuthentication"


@dataclass(frozen=True, slots=True)
class ListedAuthority:
    """One certificate of an authority, as a list knows it.

    It is a :class:`trust.certificates.Voucher` of itself.
    """

    certificate: x509.Certificate
    service_type: str
    name: str
    trust_list: TrustList = field(repr=False)

    def vouch(self, moment: datetime) -> Vouched:
        """Return how the list vouches for it at a moment, and until when.

        Raises
        ------
        TrustListRefused
            The list is over, or the service was not granted at that moment.
        """
        end = self.trust_list.next_update
        if end is None or moment > end:
            raise TrustListRefused(
                Reason.TRUST_LIST_EXPIRED,
                f"the trust list of {self.trust_list.territory} that vouched for the "
                f"authority {self.name} is over since {end}",
            )
        belief = decide_service(
            self.certificate, self.service_type, [self.trust_list], moment, moment
        )
        if not belief.decision.is_accepted:
            raise TrustListRefused(
                belief.decision.reason,
                f"the trust list of {self.trust_list.territory} does not vouch for the "
                f"authority {self.name}: {belief.decision.sentence}",
            )
        changes = [
            period.starts
            for _, service in self.trust_list.services()
            for period in service.periods
            if period.starts > moment
        ]
        return Vouched(belief.listed[0].sentence, min([*changes, end + _INSTANT]))


def authorities_of(
    trust_list: TrustList, service_type: ServiceType, issues_for: IssuesFor
) -> Iterator[ListedAuthority]:
    """Give the authorities of a list that are granted at some time.

    A qualified authority is given only where it is listed for what it is wanted for;
    of others a list does not say what they issue for.
    """
    for _, service in trust_list.services():
        if not _is_wanted(service, service_type, issues_for):
            continue
        for der in service.identity.certificates:
            try:
                certificate = read_signer(der)
            except TrustRefused:
                continue  # what cannot be read issues nothing
            yield ListedAuthority(
                certificate, service_type.value, service.name, trust_list
            )


def _is_wanted(
    service: TrustService, service_type: ServiceType, issues_for: IssuesFor
) -> bool:
    is_ever = any(
        period.service_type == service_type and period.is_granted
        for period in service.periods
    )
    is_for_it = (
        service_type is not ServiceType.CA_QC or issues_for in service.qualifiers
    )
    return is_ever and is_for_it
