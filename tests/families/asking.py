"""A simulated country B of each family on a line that leads straight into country A."""

from __future__ import annotations

import re
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from lxml import etree

from conformance.simulators.assertions import Issuer, Professional
from conformance.simulators.connection import Outgoing
from conformance.simulators.country_b import CountryB, Partner
from conformance.simulators.dialect import Dialect as Family
from conformance.simulators.http_messages import HttpReply
from conformance.simulators.mtom import unpack
from conformance.simulators.reading import Answer, Listed
from conformance.simulators.soap import NAMESPACES
from conformance.simulators.submissions import DISPENSE, Operation
from ncp.exchange import InboundHttp, OutboundHttp, PeerIdentity
from tests.families.canonical import canonical, canonical_element
from tests.ncp.country_a.scene import (
    DANISH_HOME,
    DENMARK,
    EVA,
    HOME,
    REPOSITORY,
    CountryA,
)
from tests.trust import pki
from trust.certificates import SigningKey
from trust.identifiers import PatientId

ADDRESS = "https://ncp.example/services"
Bend = Callable[[bytes], bytes]


class CountedIds:
    """Ids that are the same in each run."""

    def __init__(self) -> None:
        self._number = 0

    def uuid(self) -> uuid.UUID:
        self._number += 1
        return uuid.UUID(f"00000000-0000-4000-8000-{self._number:012}")


@dataclass
class Exchanged:
    """A question as it went out, and what came back."""

    request: Outgoing
    answer: OutboundHttp

    def told(self) -> str:
        """Write the whole answer in canonical form."""
        payload = self.answer.payload
        media_type = payload.content_type.partition(";")[0]
        head = f"<!-- HTTP {self.answer.status}, {media_type} -->\n"
        unpacked = unpack(payload.content_type, payload.body)
        question = self._question()
        names = _names(question)
        for number, content_id in enumerate(unpacked.parts, 1):
            names[f"cid:{content_id}"] = f"{{part {number}}}"
        text = head + canonical(unpacked.envelope, names)
        for number, unique_id in enumerate(_submitted(question), 1):
            about = f"Document: {unique_id}"
            text = text.replace(f'{about}"', f'Document: {{submitted {number}}}"')
        return text

    def _question(self) -> etree._Element:
        sent = unpack(self.request.fields["Content-Type"], self.request.body)
        return etree.fromstring(sent.envelope)


def _names(envelope: etree._Element) -> dict[str, str]:
    """Name the values of a question that its answer repeats."""
    names = {}
    message_id = envelope.findtext("s:Header/wsa:MessageID", None, NAMESPACES)
    if message_id:
        names[message_id] = "{MessageID of the question}"
    for path in (
        "s:Body/*/v3:id",
        ".//v3:queryByParameter",
        ".//v3:queryByParameter/v3:queryId",
    ):
        found = envelope.find(path, NAMESPACES)
        if found is not None:
            names[canonical_element(found)] = "{of the question}"
    return names


def _submitted(envelope: etree._Element) -> list[str]:
    """Return the ids of the documents that are submitted."""
    path = ".//rim:ExtrinsicObject/rim:ExternalIdentifier"
    told = envelope.iterfind(path, NAMESPACES)
    return [each.get("value", "") for each in told if _is_unique_id(each)]


def _is_unique_id(identifier: etree._Element) -> bool:
    name = identifier.find("rim:Name/rim:LocalizedString", NAMESPACES)
    return name is not None and name.get("value") == "XDSDocumentEntry.uniqueId"


class Asking:
    """One professional's session; each question may be bent on its way."""

    def __init__(self, country: CountryA, family: Family, **who: object) -> None:
        self.country = country
        self.family = family
        self.bend: Bend = lambda body: body
        self.exchanged: list[Exchanged] = []
        self.issuer = Issuer(
            family,
            DENMARK,
            DANISH_HOME,
            country.seal,
            Professional(**who),  # type: ignore[arg-type]
            country.clock.now,
        )
        self._begin()

    def _begin(self) -> None:
        # TLS was believed where this begins; no socket is opened.
        partner = Partner(HOME, ADDRESS, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self.session = CountryB(self.issuer, partner, line=self._line)

    def sign_with(self, seal: SigningKey) -> None:
        """Begin again with assertions that another seal signs."""
        self.issuer = replace(self.issuer, seal=seal)
        self._begin()

    def become(self, **who: object) -> None:
        """Begin again as another professional."""
        professional = replace(self.issuer.professional, **who)  # type: ignore[arg-type]
        self.issuer = replace(self.issuer, professional=professional)
        self._begin()

    def _line(self, outgoing: Outgoing, _context: ssl.SSLContext) -> HttpReply:
        sent = replace(outgoing, body=self.bend(outgoing.body))
        answer = self.country.gateway.answer(
            InboundHttp(
                sent.url.removeprefix("https://ncp.example"),
                sent.fields["Content-Type"],
                sent.fields.get("SOAPAction"),
                sent.body,
                PeerIdentity(pki.der(self.country.client), "192.0.2.7"),
                self.country.clock.now(),
            )
        )
        self.exchanged.append(Exchanged(sent, answer))
        payload = answer.payload
        return HttpReply(answer.status, payload.content_type, payload.body)

    def treats(self, patient: PatientId, instead: PatientId | Issuer) -> None:
        """Show a TRC assertion of another patient, or of another professional."""
        if isinstance(instead, Issuer):
            made = instead.trc(self.session._hcp, patient)
        else:
            made = self.issuer.trc(self.session._hcp, instead)
        self.session._trcs[patient] = made

    def shows(self, prescription: str = "", pin: str = "") -> None:
        """Show a TRC assertion that tells what a pharmacy was shown."""
        told = self.issuer.trc(self.session._hcp, EVA, prescription, pin)
        self.session._trcs[EVA] = told

    # What is asked ------------------------------------------------------------------

    def identify(self, patient: PatientId = EVA) -> Answer:
        return self.session.identify(patient)

    def list(self, *codes: str, patient: PatientId = EVA) -> Answer:
        return self.session.list(patient, *codes)

    def fetch(
        self, *unique_ids: str, repository: str = REPOSITORY, home: str = HOME.urn
    ) -> Answer:
        wanted = [Listed(each, repository, home, "", "") for each in unique_ids]
        return self.session.fetch(EVA, *wanted)

    def submit(
        self,
        unique_id: str,
        document: bytes,
        operation: Operation = DISPENSE,
        patient: PatientId = EVA,
    ) -> Answer:
        return self.session.submit(patient, unique_id, document, operation=operation)


def replaced(pattern: bytes, put: bytes) -> Bend:
    """Replace what must stand in a question exactly once."""

    def bend(body: bytes) -> bytes:
        bent, count = re.subn(pattern, put, body, flags=re.DOTALL)
        assert count == 1, f"{pattern!r} stands {count} times"
        return bent

    return bend


def with_parameter(xml: bytes) -> Bend:
    """Add a search parameter to ITI-55; ``xml`` is in HL7's namespace."""
    return replaced(rb"</((?:v3:)?)parameterList>", xml + rb"</\1parameterList>")
