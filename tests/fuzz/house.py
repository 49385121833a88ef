"""The national door of country B, over a whole pharmacy and a whole country A."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from lxml import etree

from ncp.audit import TokenKind
from ncp.country_a.prescriptions import OfferedPrescriptions
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.country_b.token_endpoint import TokenEndpoint
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.wstrust import read_token_response, write_token_request
from ncp.store import IssueLimit
from ncp.web.national import national_app
from ncp.web.token_service import PATHS
from ncp.web.tokens import TokenRing
from tests.families.pharmacy import FIRST, Pharmacy
from tests.fuzz.asgi import Received, answered
from tests.fuzz.door import INSIDE, LIMIT, forget_what_was_asked, lasting
from tests.ncp.country_a.scene import DANISH_HOME, DENMARK, EVA, CountryA
from tests.ncp.country_a.submissions import OTHER_PRESCRIPTION, dispensation_cda
from tests.ncp.country_b.dispensing.scene import (
    PHARMACIST,
    SMALLER,
    PharmacyScene,
    country_abroad,
    prescription,
)
from tests.ncp.country_b.scene import CountryB
from tests.trust.assertions.cast import OTHER_HALF
from trust.assertions import (
    AssertionPolicy,
    NextOfKin,
    build_hcp_assertion,
    read_own_nok,
    read_own_trc,
)
from trust.sts import TreatmentClaims

TOKEN: Final = "t" * 40
OPEN: Final = ((b"authorization", f"Bearer {TOKEN}".encode()),)
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
# A defect has one of these, and what is none must not.
DEFECTS: Final = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR})
_RELATES_TO: Final = f"{{{ns.SOAP}}}Header/{{{ns.WSA}}}RelatesTo"
MEMBERS: Final = frozenset(
    {
        *("type", "title", "status", "detail", "remedy", "codes", "told", "trace"),
        "messageId",
    }
)


class House:
    """A pharmacy's software before the national door, and what must hold there."""

    def __init__(self, folder: Path) -> None:
        self.scene = PharmacyScene(folder, abroad(folder))
        country = boundless(self.scene)
        self.app = national_app(
            country.gateway,
            TokenRing([(TOKEN, PHARMACIST)]),
            max_body_bytes=LIMIT,
            body_timeout_s=5.0,
            tokens=TokenEndpoint(country.desk).answer,
            pharmacy=lambda: self.scene.pharmacy,
        )
        self._runner = asyncio.Runner()
        self.handle = self.scene.treating()
        self.requests = self._requests()
        self._last = 0
        self._recorded()
        self._forget()

    def close(self) -> None:
        self._runner.close()
        self.scene.close()

    # What is asked ------------------------------------------------------------------

    def _requests(self) -> Mapping[str, dict[str, Any]]:
        """Return a good request for each address that speaks JSON."""
        gateway, of_patient = self.scene.country_b.gateway, {"handle": self.handle}
        [listed, *_] = gateway.documents(PHARMACIST, self.handle).documents
        gateway.fetch(PHARMACIST, self.handle, listed.document)
        shelf = self.scene.pharmacy.prescriptions(PHARMACIST, self.handle)
        offered = shelf.prescriptions[0].listed.document
        document = {**of_patient, "document": listed.document}
        content = prescription(named=OTHER_PRESCRIPTION)
        coded = self.scene.fetched(self.handle, content)
        wish = {**of_patient, "document": coded, "product": SMALLER, "packages": 2}
        prepared = self.scene.prepared(
            "order-of-the-house", handle=self.handle, content=content
        ).dispensation
        of_this = {"dispensation": prepared, "handle": self.handle}
        dispensed = base64.b64encode(dispensation_cda()).decode()
        return {
            "/countries/search-form": {"country": "LU"},
            "/patients/identify": {
                "country": "LU",
                "identifiers": [{"root": EVA.root, "extension": EVA.extension}],
                "family": ["Weber"],
                "given": ["Given"],
                "birthDate": "1970-01-31",
                "gender": "female",
                "nextOfKin": {"id": "1^^^&1.2.3&ISO", "firstName": "Per"},
                "address": {"city": "Esch", "postalCode": "4001", "country": "LU"},
            },
            "/treatments/confirm": {
                **of_patient,
                "purposeOfUse": "TREATMENT",
                "prescriptionId": "RX-1",
                "dispensationPin": "4711",
            },
            "/documents/list": {
                **of_patient,
                "kinds": ["60591-5"],
                "createdAfter": "2020-01-01T00:00:00Z",
                "maximumSize": 10**9,
            },
            "/documents/fetch": document,
            "/documents/received": document,
            "/documents/show": document,
            "/documents/translate": {**document, "language": "da"},
            "/documents/fetch-several": {
                **of_patient,
                "documents": [listed.document],
            },
            "/documents/submit": {
                **of_patient,
                "operation": "dispense",
                "content": dispensed,
            },
            "/prescriptions/list": of_patient,
            "/prescriptions/open": {
                **of_patient,
                "document": offered,
                "language": "da",
            },
            "/products/search": {"atc": "J01CA04", "name": "amox"},
            "/dispensations/check": {
                **wish,
                "handedOver": "2026-03-02T10:00:00Z",
                "remark": "with water",
            },
            "/dispensations/prepare": wish,
            "/dispensations/submit": {**of_this, "confirmed": ["substituted"]},
            "/dispensations/state": of_this,
            "/dispensations/list": {},
            "/dispensations/discard": {**of_this, "reason": "entry-error"},
            "/dispensations/resume": of_this,
            "/dispensations/clarify": {
                "dispensation": prepared,
                "isDone": True,
                "source": "by telephone",
            },
        }

    def tokens(self) -> Mapping[TokenKind, HttpPayload]:
        """Return a good request for each kind of assertion."""
        services = self.scene.country_b.services
        hcp = build_hcp_assertion(
            PHARMACIST,
            country=DENMARK,
            home_community_id=DANISH_HOME,
            key=services.seal,
            now=services.clock.now(),
            assertion_id=services.fresh_ids.uuid(),
        )
        claims: Mapping[TokenKind, TreatmentClaims | NextOfKin] = {
            TokenKind.TRC: TreatmentClaims(EVA),
            TokenKind.NOK: OTHER_HALF,
        }
        return {
            kind: write_token_request(
                claims[kind],
                assertion=hcp,
                message_id=services.fresh_ids.uuid().urn,
                to=f"http://127.0.0.1{PATHS[kind]}",
            )
            for kind in claims
        }

    # What must hold of JSON ---------------------------------------------------------

    def ask(self, path: str, body: bytes, key: bytes = b"order-of-the-fuzz") -> int:
        """Post a request, check its answer and what is on record; return the status."""
        payload = HttpPayload(JSON, body)
        received = self._post(path, payload, (b"idempotency-key", key))
        if received.status >= HTTPStatus.BAD_REQUEST:
            check_problem(received)
        else:
            assert received.status == HTTPStatus.OK
        asked, recorded = len(self.scene.line.sent), self._recorded()
        self._forget()
        # What went to the other country is on record, and nothing else is.
        assert recorded == asked
        return received.status

    def issue(self, kind: TokenKind, payload: HttpPayload) -> int:
        """Ask for an assertion, check who is vouched for; return the status."""
        received = self._post(PATHS[kind], payload)
        assert not INSIDE.search(received.payload.body)
        if received.status != HTTPStatus.OK:
            check_fault(received)
            return received.status
        answer = etree.fromstring(received.payload.body)
        asked = answer.findtext(_RELATES_TO, "")
        issued = read_token_response(received.payload, asked).assertion
        self._check_issued(kind, issued)
        return received.status

    def _post(
        self, path: str, payload: HttpPayload, *headers: tuple[bytes, bytes]
    ) -> Received:
        return self._runner.run(answered(self.app, path, payload, (*OPEN, *headers)))

    def _check_issued(self, kind: TokenKind, issued: bytes) -> None:
        seal = self.scene.country_b.services.seal
        read: dict[TokenKind, Callable[..., Any]] = {
            TokenKind.TRC: read_own_trc,
            TokenKind.NOK: read_own_nok,
        }
        assertion = read[kind](issued, key=seal, country=DENMARK)
        assert assertion.name_id == PHARMACIST.identifier

    def _recorded(self) -> int:
        """Return how many exchanges were recorded since the last time."""
        found = list(self.scene.store.messages(self._last))
        if found:
            self._last = found[-1].sequence
        return len(found)

    def _forget(self) -> None:
        """Let go of what the tests' own parts note: it would look like a leak."""
        self.scene.line.sent.clear()
        self.scene.writer.written.clear()
        forget_what_was_asked(self.scene.abroad)


def abroad(folder: Path) -> CountryA:
    """Make a country A that has a prescription too, and listens to next of kin."""
    country = lasting(country_abroad(folder))
    prescribing = Pharmacy()
    prescribing.prescribe(FIRST)
    policy = AssertionPolicy(accept_next_of_kin=True)
    country.serve_by(
        replace(
            country.services,
            prescriptions=OfferedPrescriptions(prescribing, as_pdf=False),
            assertion_policy=policy,
        )
    )
    return country


def boundless(scene: PharmacyScene) -> CountryB:
    """Let as many assertions be issued as are asked for."""
    country = scene.country_b
    country.desk = replace(country.desk, limit=IssueLimit(10**9, timedelta(minutes=10)))
    country.services = replace(country.services, tokens=country.desk)
    country.gateway = TreatmentGateway(country.services)
    scene.pharmacy = scene._pharmacy()
    return country


def check_problem(received: Received) -> None:
    """Check a refusal in JSON: what is wrong, and nothing of the patient's."""
    assert received.status not in DEFECTS, received.payload.body
    assert received.payload.content_type == PROBLEM
    told = json.loads(received.payload.body)
    assert set(told) <= MEMBERS
    assert told["status"] == received.status
    assert not INSIDE.search(received.payload.body)
    assert EVA.extension.encode() not in received.payload.body


def check_fault(received: Received) -> None:
    """Check a refusal in SOAP, or one of the door before it is SOAP."""
    body = received.payload.body
    if received.payload.content_type == PROBLEM:
        check_problem(received)
        return
    assert b"Fault>" in body
    # What cannot be understood is a 500 too; only our own defects are the receiver's.
    assert b":Receiver<" not in body, body
