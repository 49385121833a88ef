"""A trust store in sun and in rain: its lists, its line, and what it counts."""

from __future__ import annotations

from datetime import timedelta

from cryptography.x509 import ocsp

from tests.trust import pki
from tests.trust.certificates.authorities import (
    CRL_ADDRESS,
    OCSP_ADDRESS,
    commercial,
)
from tests.trust.certificates.line import Line
from tests.trust.certificates.test_path import FI, authority_pin
from tests.trust.pki import NOW
from trust.certificates import (
    AnchorStore,
    CertificatePin,
    OnlineRevocation,
    PinStore,
    Purpose,
    RevocationAlarm,
    RevocationLists,
    RevocationPolicy,
    RevocationSources,
    RevocationTerms,
    TrustStore,
    decide_certificate,
)
from trust.certificates.hanko import HankoPathValidator
from trust.decision import Reason

MINUTE = timedelta(minutes=1)
DENY, ALARM, OFF = RevocationPolicy
COMMERCIAL_CRL = CRL_ADDRESS.format(name="commercial")
COMMERCIAL_OCSP = OCSP_ADDRESS.format(name="commercial")
REVOKED = ocsp.OCSPCertStatus.REVOKED
UNKNOWN = ocsp.OCSPCertStatus.UNKNOWN


class Gate:
    """A trust store with everything around it that a test may look at."""

    def __init__(
        self,
        *,
        lists=(),
        line: Line | None = None,
        policy=DENY,
        pins=(),
        anchors=(commercial,),
        intermediates=(),
        freshness=None,
    ) -> None:
        self.alarms: list[RevocationAlarm] = []
        self.line = line or Line()
        self.paths = CountingPaths()
        online = OnlineRevocation(self.line, freshness)
        source = RevocationSources([RevocationLists(lists), online])
        authorities = [make() for make in anchors]
        self.store = TrustStore(
            PinStore(
                [
                    CertificatePin.of(
                        leaf, country=FI, purpose=Purpose.TLS_CLIENT, label="fi.pem"
                    )
                    for leaf in pins
                ],
                [authority_pin(each) for each in authorities],
            ),
            AnchorStore(
                [each.certificate for each in authorities],
                [each.certificate for each in intermediates],
            ),
            self.paths,
            RevocationTerms(
                {Purpose.TLS_CLIENT: policy}, source, on_alarm=self.alarms.append
            ),
        )

    def decide(self, leaf, now=NOW):
        return decide_certificate(
            pki.der(leaf), Purpose.TLS_CLIENT, self.store, now, subject="TLS peer"
        ).decision

    def reason(self, leaf, now=NOW) -> Reason:
        return self.decide(leaf, now).reason


class CountingPaths(HankoPathValidator):
    def __init__(self) -> None:
        self.built = 0

    def validate(self, *question):
        self.built += 1
        return super().validate(*question)
