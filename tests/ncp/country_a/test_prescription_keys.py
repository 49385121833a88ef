"""Prescriptions are listed by the id and the PIN of the TRC assertion, if these fit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ncp.country_a.prescriptions import (
    KeyNeeded,
    OfferedPrescriptions,
    PrescriptionKey,
    opened,
    require_key,
)
from ncp.errors import PolicyError, Refusal
from ncp.ihe.codes import ClassCode, ResponseStatus, Transaction
from ncp.ihe.document_list import DocumentList, read_document_query_response
from ncp.ihe.iti38_xca_query import DocumentQuery, write_document_query
from ncp.national.ports import PatientRecord
from ncp.national.prescriptions import (
    PrescribedProduct,
    Prescription,
    PrescriptionStatus,
    ProductCode,
)
from tests.ncp.country_a.scene import (
    DENMARK,
    EVA,
    LUC,
    CountryA,
    bearing,
    understood,
)
from trust.assertions import PurposeOfUse, build_trc_assertion, read_own_hcp
from trust.identifiers import PatientId

EP = ClassCode.EPRESCRIPTION
PRODUCT = PrescribedProduct("Ibufort", (ProductCode("1.2.3", "7", "Ibufort 400"),))


def prescription(number: str, pin: str | None = None) -> Prescription:
    return Prescription(
        source_id=f"MedicationRequest/{number}",
        version="1",
        identifier=f"1.3.182.11.5^RX-{number}",
        group=f"1.3.182.11.6^G-{number[0]}",
        status=PrescriptionStatus.ACTIVE,
        authored=datetime(2026, 2, 1, tzinfo=UTC),
        product=PRODUCT,
        packages=1,
        pin=pin,
    )


@dataclass
class Pharmacy:
    """The prescriptions of everybody."""

    held: list[Prescription] = field(
        default_factory=lambda: [
            prescription("11", pin="4711"),
            prescription("12", pin="4711"),
            prescription("21"),
        ]
    )

    def prescriptions(self, _patient: PatientRecord) -> Sequence[Prescription]:
        return self.held


class Keyed(CountryA):
    """Country A, asked with keys."""

    def list_by(
        self, prescription_id: str | None = None, pin: str | None = None, patient=EVA
    ) -> DocumentList:
        body = write_document_query(DocumentQuery(patient, (EP,)))
        assertions = self.keyed_assertions(patient, prescription_id, pin)
        answer = self.send(Transaction.ITI_38, body, assertions)
        return read_document_query_response(understood(answer).body)

    def keyed_assertions(
        self, patient: PatientId, prescription_id: str | None, pin: str | None
    ) -> list[bytes]:
        hcp = self.hcp()
        trc = build_trc_assertion(
            read_own_hcp(hcp, key=self.seal, country=DENMARK),
            patient,
            country=DENMARK,
            key=self.seal,
            now=self.clock.now(),
            purpose_of_use=PurposeOfUse.TREATMENT,
            assertion_id=uuid.uuid4(),
            prescription_id=prescription_id,
            dispensation_pin=pin,
        )
        return [hcp, trc]

    def last_sentence(self) -> str:
        return self.records()[-1].sentence or ""


def opening(folder: Path, needed: KeyNeeded = KeyNeeded.NOTHING) -> Keyed:
    return Keyed(
        folder,
        prescriptions=OfferedPrescriptions(Pharmacy(), key_needed=needed, as_pdf=False),
        restraint=bearing({"wrong-keys": 3}),
    )


@pytest.fixture
def keyed(tmp_path: Path) -> Iterator[Keyed]:
    country = opening(tmp_path)
    yield country
    country.store.close()


@pytest.mark.spec("eHDSI SAML Profile PrescriptionID", "eHDSI DispensationPinCode")
@pytest.mark.parametrize(
    ("prescription_id", "pin", "count"),
    [
        (None, None, 3),
        ("RX-11", None, 1),
        ("1.3.182.11.5^RX-11", None, 1),
        ("G-1", None, 2),  # what all items of one prescription share
        (" RX-21 ", None, 1),
        ("RX-11", "4711", 1),
        (None, "4711", 2),
        ("rx-11", None, 0),
        ("RX-1", None, 0),
        ("RX-11", "4712", 0),
        ("RX-21", "4711", 0),  # it has no PIN: none opens it
        ("RX-21", "", 1),  # none is told
        ("%", None, 0),
    ],
)
def test_a_list_is_restricted_by_what_the_assertion_tells(
    keyed: Keyed, prescription_id, pin, count
):
    assert len(keyed.list_by(prescription_id, pin).entries) == count


def test_a_wrong_key_is_answered_like_a_patient_without_prescriptions(keyed: Keyed):
    wrong = keyed.list_by("RX-99")
    keyed.services.prescriptions.source.held.clear()
    nothing = keyed.list_by("RX-11")
    assert wrong == nothing
    assert wrong.status is ResponseStatus.SUCCESS
    assert [each.code for each in wrong.errors] == ["ERROR_EP_NOT_FOUND"]


def test_the_record_says_that_a_key_was_wrong_and_not_which(keyed: Keyed):
    keyed.list_by("RX-99", "1234")
    assert "No prescription fits" in keyed.last_sentence()
    assert "RX-99" not in keyed.last_sentence()
    assert "1234" not in keyed.last_sentence()


@pytest.mark.parametrize(
    ("needed", "told"),
    [
        (KeyNeeded.ID, (None, None)),
        (KeyNeeded.ID, (None, "4711")),
        (KeyNeeded.ID_AND_PIN, ("RX-11", None)),
    ],
)
def test_a_country_that_needs_a_key_lists_nothing_without(tmp_path, needed, told):
    country = opening(tmp_path, needed)
    listed = country.list_by(*told)
    assert listed.status is ResponseStatus.FAILURE
    assert listed.entries == ()
    [record] = country.records()
    assert record.condition == Refusal.PATIENT_AUTHENTICATION_NEEDED
    country.store.close()


def test_a_country_that_needs_a_key_lists_what_it_opens(tmp_path):
    country = opening(tmp_path, KeyNeeded.ID_AND_PIN)
    assert len(country.list_by("RX-11", "4711").entries) == 1
    country.store.close()


# Guesses ----------------------------------------------------------------------------


def guess(keyed: Keyed, times: int, patient: PatientId = EVA) -> None:
    for number in range(times):
        assert keyed.list_by("RX-11", f"{number:04}", patient).entries == ()


@pytest.mark.spec("CWE-307")
def test_after_too_many_wrong_keys_the_right_one_opens_nothing(keyed: Keyed):
    guess(keyed, 3)
    refused = keyed.list_by("RX-11", "4711")
    assert refused.entries == ()
    assert refused.status is ResponseStatus.FAILURE
    assert keyed.conditions()[-1] == Refusal.RESPONDER_BUSY
    assert "oo many prescription ids or PINs" in keyed.last_sentence()
    keyed.clock.moment += timedelta(minutes=16)
    assert len(keyed.list_by("RX-11", "4711").entries) == 1


def test_right_keys_are_no_guesses(keyed: Keyed):
    for _ in range(5):
        assert len(keyed.list_by("RX-11", "4711").entries) == 1


def test_guesses_about_one_patient_do_not_count_for_another(keyed: Keyed):
    guess(keyed, 3)
    assert len(keyed.list_by("RX-11", "4711", LUC).entries) == 1


def test_a_list_of_another_kind_is_never_narrowed(keyed: Keyed):
    guess(keyed, 3)
    assert len(keyed.entries(EVA)) == 1


# The policy by itself ----------------------------------------------------------------


def test_every_candidate_is_compared():
    seen: list[str] = []

    def watched(candidate: Prescription) -> Prescription:
        seen.append(candidate.identifier)
        return candidate

    held = Pharmacy().held
    assert opened(held, watched, PrescriptionKey("RX-11")) == held[:1]
    assert len(seen) == 3


def test_a_prescription_of_no_group_has_one_name():
    alone = replace(prescription("11"), group=None)
    assert opened([alone], lambda each: each, PrescriptionKey("G-1")) == []
    assert opened([alone], lambda each: each, PrescriptionKey("")) == []


def test_a_key_is_required_or_not():
    require_key(KeyNeeded.NOTHING, PrescriptionKey())
    require_key(KeyNeeded.ID, PrescriptionKey("RX-11"))
    with pytest.raises(PolicyError):
        require_key(KeyNeeded.ID, PrescriptionKey(pin="1"))
