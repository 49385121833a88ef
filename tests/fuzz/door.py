"""Country A behind its real door: what goes in, what must hold of what comes out."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from conformance.rules import judge
from ncp.answers import answer_for
from ncp.country_a.services import RespondingServices
from ncp.errors import PeerRefused, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.ihe.soap import read_response
from ncp.restraint import RuleSet
from ncp.telemetry import Metrics
from ncp.web.international import InternationalApp
from ncp.web.peer_identity import TlsPeerIdentifier
from tests.conformance.rules.samples import Register, Samples
from tests.fuzz.asgi import Headers, Received, answered
from tests.judging import DEPARTURES
from tests.ncp.country_a.scene import PATHS, CountryA
from tests.trust import pki
from trust.certificates import PinStore, TrustStore

LIMIT: Final = 4 << 20
# The statuses a fault or a refusal of the door may have; all others are defects.
SOAP_STATUSES: Final = frozenset(
    answer_for(condition, transaction).http_status
    for condition in Refusal
    for transaction in Transaction
) | {200, 413}
PLAIN_STATUSES: Final = frozenset({400, 403, 404, 405, 408, 413, 415})
INSIDE: Final = re.compile(
    rb"Traceback|File \"|\.py\b|Error:|Exception|lxml|sqlalchemy|0x[0-9a-f]{6}"
)
# What the nation knows and no question says: a refused one may be told none of it.
PERSONAL: Final = (b"Braun", b"Planted", b"ClinicalDocument")
SERVICE_OF: Final = {f"q{t.value[4:]}": t for t in Transaction}


class FuzzedDoor:
    """The ASGI application of the international door over a whole country A."""

    def __init__(self, folder: Path) -> None:
        # Who guesses this often would be told to come back later, and no more.
        self.country = lasting(
            CountryA(
                folder,
                dispensations=Register(),
                offer_pdf=True,
                restraint=RuleSet(()),
            )
        )
        self.samples = Samples(self.country)
        self._pool = ThreadPoolExecutor(1)
        self.app = self._door()
        self._runner = asyncio.Runner()
        self._last = self._newest()

    def serve_by(self, services: RespondingServices) -> None:
        """Begin to answer by these services."""
        self.country.serve_by(services)
        self.app = self._door()

    def _door(self) -> InternationalApp:
        return InternationalApp(
            self.country.gateway,
            TlsPeerIdentifier(),
            self._pool,
            self.country.clock,
            Metrics(),
            max_body_bytes=LIMIT,
            body_timeout_s=5.0,
        )

    def close(self) -> None:
        self._runner.close()
        self._pool.shutdown()
        self.country.store.close()

    def transaction_of(self, name: str) -> Transaction:
        """Return the transaction of a sample that is a question."""
        return SERVICE_OF[name.partition("-")[0]]

    def questions(self) -> list[str]:
        return [each for each in self.samples.names() if each.startswith("q")]

    def send(
        self,
        transaction: Transaction,
        payload: HttpPayload,
        headers: Headers = (),
    ) -> Received:
        """Send a message through the application, and check what must hold."""
        received = self._runner.run(
            answered(
                self.app,
                PATHS[transaction],
                payload,
                headers,
                {"tls": {"client_cert_der": pki.der(self.country.client)}},
            )
        )
        self.check(received)
        forget_what_was_asked(self.country)
        return received

    # What must hold -----------------------------------------------------------------

    def check(self, received: Received) -> None:
        """Check one answer, and that it is on record."""
        kind, records = received.payload.content_type, self._recorded()
        assert not INSIDE.search(_without_documents(received.payload.body))
        if kind.startswith("text/plain"):
            assert received.status in PLAIN_STATUSES
            assert len(received.payload.body) < 200
            assert records == []
            return
        assert received.status in SOAP_STATUSES
        [record] = records
        assert record.condition != Refusal.INTERNAL.value, record.sentence
        self._check_message(received, is_refused=record.outcome == "refused")

    def _check_message(self, received: Received, *, is_refused: bool) -> None:
        verdict = judge(received.payload.content_type, received.payload.body)
        broken = [each for each in verdict.errors if each.rule not in DEPARTURES]
        assert not broken, broken
        if is_refused:
            assert not any(word in received.payload.body for word in PERSONAL)
        with suppress(PeerRefused):  # a fault, which is an answer too
            read_response(received.payload)

    def _recorded(self) -> list[Any]:
        """Return the records since the last time."""
        found = list(self.country.store.messages(self._last))
        if found:
            self._last = found[-1].sequence
        return [each.record for each in found]

    def _newest(self) -> int:
        found = list(self.country.store.messages())
        return found[-1].sequence if found else 0


def lasting(country: CountryA) -> CountryA:
    """Let it judge certificates by one store for all messages, as a gateway does."""
    pins = country.services.pins
    assert isinstance(pins, PinStore)
    country.serve_by(replace(country.services, pins=TrustStore(pins)))
    return country


def forget_what_was_asked(country: CountryA) -> None:
    """Let go of what the nation notes of each question: it would look like a leak."""
    country.nation.fetched.clear()
    country.nation.asked.clear()


def _without_documents(body: bytes) -> bytes:
    """Return the envelope: a document may say whatever the nation wrote."""
    end = body.rfind(b"Envelope>")
    return body[: end + len(b"Envelope>")]
