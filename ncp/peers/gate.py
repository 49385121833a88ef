"""What operators and directories say of a country, for the answering side.

Spec: fact sheet 06 §6.2 / ARCHITECTURE "TLS".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ncp.ihe.codes import Transaction
from ncp.peers.directory import Service
from ncp.peers.switches import Switches
from trust.certificates import CertificateTrust
from trust.identifiers import CountryCode


@dataclass(frozen=True, slots=True)
class CurrentPeerGate:
    """The switches, and the directory asked again where a seal is not known.

    Attributes
    ----------
    look
        Asks the directory about a country, and adopts what is new.
    trust
        What certificates are judged by now.
    used
        What they were judged by when this side was put together.
    """

    switches: Switches
    look: Callable[[CountryCode], object]
    trust: Callable[[], CertificateTrust]
    used: CertificateTrust

    def refuse_answering(self, country: CountryCode, transaction: Transaction) -> None:
        """Raise PolicyError where this service is switched off for a country."""
        self.switches.refuse_answering(country, Service.of(transaction))

    def look_again(self, country: CountryCode) -> CertificateTrust | None:
        """Return what certificates are judged by now, where that is something newer.

        Another request may have brought the news; what counts is what was used here.
        """
        self.look(country)
        now = self.trust()
        return None if now is self.used else now
