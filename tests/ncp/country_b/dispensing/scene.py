"""A pharmacy of country B before a country A whose register keeps what it is told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ncp.country_b.dispensing import (
    DispensationView,
    DispenseWish,
    Dispensing,
    DispensingPolicy,
    Pharmacy,
    PharmacyServices,
    WrittenDispensation,
)
from ncp.country_b.dispensing.register_letters import REGISTER
from ncp.country_b.treatment import (
    ListedDocument,
    ListedDocuments,
    SoughtPatient,
)
from ncp.errors import PeerUnavailable, Refusal
from ncp.ihe.codes import FormatCode
from ncp.national.sample_products import SampleProducts
from ncp.peers.directory import Service
from ncp.store import ListedEntry
from tests.ncp.country_a.noting_register import NotingRegister
from tests.ncp.country_a.scene import DOCTOR, EVA, HOME, CountryA
from tests.ncp.country_a.submissions import (
    OTHER_PRESCRIPTION,
    PRESCRIPTION,
    dispensation_cda,
)
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from tests.transformations.eprescription.received_prescription import RECEIVED
from trust.assertions import ROLES, FacilityType, HealthProfessional
from trust.identifiers import PatientId

PHARMACIST = replace(
    DOCTOR,
    identifier="pharmacist-1",
    name="Pia Møller",
    role=ROLES["2262"],
    organization="Havnens Apotek",
    organization_id="urn:oid:1.2.208.7.1",
    facility_type=FacilityType.PHARMACY,
)
COLLEAGUE = replace(PHARMACIST, identifier="pharmacist-2", name="Ole Lund")
STRANGER = replace(
    PHARMACIST, identifier="pharmacist-3", organization_id="urn:oid:1.2.208.7.2"
)
SAME, SMALLER, CAPSULES, STRONGER, OTHER = (
    "9000102",  # 32 tablets of 500 mg, of another maker
    "9000101",  # 16 tablets of 500 mg
    "9000106",
    "9000104",
    "9000301",
)


def prescription(
    patient: PatientId = EVA, named: str = PRESCRIPTION, **changes: str
) -> bytes:
    """The sample prescription for a patient, under an id of the register's country."""
    root, _, extension = named.partition("^")
    changes = {
        'root="2.999.620.2" extension="284061957"': (
            f'root="{patient.root}" extension="{patient.extension}"'
        ),
        'root="2.999.620.5" extension="rx-7"': (
            f'root="{root}" extension="{extension}"'
        ),
        'root="2.999.620.1" extension="ep-1"': (
            f'root="2.999.620.1" extension="ep-{extension}"'
        ),
        **changes,
    }
    text = RECEIVED.decode()
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.encode()


class PlainWriter:
    """Writes the header of an eDispensation, and what was handed over as a comment."""

    def __init__(self) -> None:
        self.written: list[Dispensing] = []

    def write(self, dispensing: Dispensing) -> WrittenDispensation:
        self.written.append(dispensing)
        patients = sorted(dispensing.facts.patients)
        root, _, extension = patients[0].partition("^")
        patient = PatientId.from_cx(f"{extension}^^^&{root}&ISO")
        document = dispensation_cda(
            dispensing.document_id, patient, dispensing.facts.prescription_id
        )
        told = f"<!-- {dispensing.packages} x {dispensing.product.code.code} -->"
        return WrittenDispensation(document + told.encode())


def country_abroad(
    folder: Path, prescriptions: Collection[str] = (PRESCRIPTION, OTHER_PRESCRIPTION)
) -> CountryA:
    """Make a country A whose register knows some prescriptions."""
    register = NotingRegister(folder / "register.sqlite", prescriptions)
    return CountryA(folder, dispensations=register)


class PharmacyScene:
    """One pharmacy, one patient, and a country abroad that knows two prescriptions."""

    def __init__(
        self, folder: Path, abroad: CountryA | None = None, **changes: Any
    ) -> None:
        self.folder = folder
        self.abroad = abroad or country_abroad(folder)
        self.country_b = CountryB(folder, self.abroad)
        self.writer = PlainWriter()
        self.changes = changes
        self.pharmacy = self._pharmacy()
        self.clock = self.abroad.clock
        self.line = self.country_b.line

    def _pharmacy(self) -> Pharmacy:
        return Pharmacy(
            PharmacyServices(
                treatment=self.country_b.gateway,
                products=SampleProducts.embedded(),
                writer=self.writer,
                policy=DispensingPolicy(**self.changes),
                register=REGISTER,
            )
        )

    @property
    def register(self):
        return self.abroad.services.dispensations

    @property
    def store(self):
        return self.country_b.store

    def close(self) -> None:
        self.store.close()
        self.abroad.store.close()

    def restart(self) -> None:
        """Open the pharmacy's gateway anew, on what is on disk."""
        self.store.close()
        self.country_b = CountryB(self.folder, self.abroad)
        self.line = self.country_b.line
        self.pharmacy = self._pharmacy()

    # The way to a prescription ------------------------------------------------------

    def treating(
        self, patient: PatientId = EVA, professional: HealthProfessional = PHARMACIST
    ) -> str:
        gateway = self.country_b.gateway
        found = gateway.identify(professional, LUXEMBOURG, SoughtPatient((patient,)))
        handle = found.patients[0].handle
        gateway.confirm(professional, handle, "TREATMENT")
        self.line.sent.clear()
        return handle

    def fetched(self, handle: str, content: bytes, name: str = "ep") -> str:
        """Put a document into the list of a treatment, as if it had been fetched."""
        entry = ListedEntry(
            handle=f"{handle[:8]}-{name}",
            treatment_handle=handle,
            home_community_id=HOME,
            repository_unique_id="1.3.182.2",
            document_unique_id=f"2.25.{len(name)}",
            class_code="57833-6",
            mime_type="text/xml",
            expires=self.clock.now() + timedelta(hours=2),
            format_code=FormatCode.EPRESCRIPTION,
            title="ePrescription",
            content=content,
        )
        with self.store.unit_of_work() as work:
            work.received_entry(entry)
            work.commit()
        return entry.handle

    def wish(
        self, *, product: str = SMALLER, packages: int = 2, **changes
    ) -> DispenseWish:
        handle = changes.pop("handle", None) or self.treating()
        content = changes.pop("content", None) or prescription()
        document = self.fetched(handle, content)
        return DispenseWish(handle, document, product, packages, **changes)

    def prepared(self, key: str = "order-1", **wanted) -> DispensationView:
        wish = self.wish(**wanted)
        prepared = self.pharmacy.prepare(PHARMACIST, wish, key)
        assert prepared.dispensation is not None, prepared.findings
        return prepared.dispensation

    def dispensed(self, key: str = "order-1", **wanted) -> DispensationView:
        ready = self.prepared(key, **wanted)
        return self.submit(ready)

    def submit(self, ready: DispensationView, **changes) -> DispensationView:
        return self.pharmacy.submit(
            PHARMACIST, ready.dispensation, ready.to_confirm, **changes
        )

    def lists(self, handle: str, document: str) -> None:
        """Have the country list a document; the register's own country lists none."""
        listed = ListedDocument(document=document, kind="57833-6")
        self.country_b.gateway.documents = lambda *_: ListedDocuments(handle, (listed,))

    # What is known on both sides ----------------------------------------------------

    def letters(self) -> list[str]:
        return [
            letter.kind
            for batch in self.store.outbox.due(REGISTER.name, 100)
            for letter in batch.letters
        ]

    def transactions(self) -> list[str]:
        return [record.outcome for record in self.abroad.records()]


def dead(*, nothing_was_sent: bool) -> PeerUnavailable:
    return PeerUnavailable(
        Refusal.PEER_UNREACHABLE, "the line is dead", nothing_was_sent=nothing_was_sent
    )


def deliver_and_break(scene: PharmacyScene) -> None:
    """The next submission arrives and is answered; the answer does not come."""
    send = scene.line.send

    def broken(peer, service, payload):
        answer = send(peer, service, payload)
        if service is not Service.XDR:
            return answer
        scene.line.send = send
        raise dead(nothing_was_sent=False)

    scene.line.send = broken
