"""What a hostile or careless peer tries with dispensations: sheet 06 6.3 item 6.

Each attempt goes over the wire form to the real desk and the sample country's FHIR
server; none of them changes what stands in the register.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import timedelta

import pytest

from ncp.errors import PeerRefused, Refusal
from ncp.ihe.codes import ResponseStatus
from tests.ncp.country_a import scene
from tests.ncp.country_a.scene import CountryA, StoppedClock
from tests.ncp.country_a.submissions import submission
from tests.ncp.country_a.test_dispensing_on_the_wire import (
    AMOXICILLIN,
    ELISE,
    SALBUTAMOL,
    country,
    discarding,
    of,
)
from tests.ncp.country_a.test_provide import answered, codes
from trust.identifiers import Oid, PatientId

__all__ = ["country"]

TIAGO = PatientId(Oid("1.3.182.4.4"), "1989112326453")
ITEM = "sheet 06 6.3 item 6"


def standing(country: CountryA) -> list[str]:
    """The states of what was taken, in their order."""
    return sorted(each.state.value for each in country.store.deeds.all())


def changed(number: int, *pairs: tuple[bytes, bytes]):
    sent = of(number)
    content = sent.content or b""
    for before, after in pairs:
        assert before in content
        content = content.replace(before, after)
    return replace(sent, content=content)


@pytest.mark.spec(f"{ITEM}: eD for another patient's prescription")
def test_a_dispensation_of_another_patients_prescription_is_refused(
    country: CountryA,
) -> None:
    answer = answered(country, submission(of(1, SALBUTAMOL)), ELISE)
    assert codes(answer) == ["4105"]
    assert standing(country) == ["refused"]


@pytest.mark.spec(f"{ITEM}: changed quantities")
@pytest.mark.parametrize(
    "quantity", [b"-1", b"0", b"0.00", b"1.1", b"1e3", b"9999999", b"two"]
)
def test_a_quantity_that_is_no_number_of_packages_is_refused(
    country: CountryA, quantity: bytes
) -> None:
    bent = changed(1, (b'value="1" unit="1"', b'value="' + quantity + b'" unit="1"'))
    answer = answered(country, submission(bent), ELISE)
    assert codes(answer) == ["ERROR_ED_INCORRECT_FORMATTING"]
    assert standing(country) == ["refused"]


@pytest.mark.spec(f"{ITEM}: changed quantities")
def test_more_of_the_very_product_than_was_prescribed_is_refused(
    country: CountryA,
) -> None:
    bent = changed(
        1,
        (b'value="1" unit="1"', b'value="5" unit="1"'),
        (
            b'code="5440987" codeSystem="2.999.620.6"',
            b'code="0501017" codeSystem="1.3.182.5.48"',
        ),
    )
    answer = answered(country, submission(bent), ELISE)
    assert codes(answer) == ["ERROR_ED_NOT_DISPENSABLE_EPRESCRIPTION"]


@pytest.mark.spec(f"{ITEM}: changed quantities")
def test_a_dispensation_changed_under_its_id_is_refused(country: CountryA) -> None:
    answered(country, submission(of(1)), ELISE)
    bent = changed(1, (b"Amoxicilina Exemplo", b"Something else"))
    answer = answered(country, submission(bent, set_id="2.25.10"), ELISE)
    assert codes(answer) == ["XDSNonIdenticalHash"]
    assert standing(country) == ["recorded"]


@pytest.mark.spec(f"{ITEM}: replay")
def test_a_replay_is_told_its_first_result_and_on_record_as_one(
    country: CountryA,
) -> None:
    for _ in range(3):
        answer = answered(country, submission(of(1)), ELISE)
        assert answer.status is ResponseStatus.SUCCESS
    assert standing(country) == ["recorded"]
    sentences = [each.sentence or "" for each in country.records()]
    assert ["not done again" in each for each in sentences] == [False, True, True]


@pytest.mark.spec(f"{ITEM}: replay after the discard")
def test_a_replay_after_the_discard_does_not_dispense(country: CountryA) -> None:
    answered(country, submission(of(1)), ELISE)
    answered(country, submission(discarding(1), set_id="2.25.10"), ELISE)
    answer = answered(country, submission(of(1)), ELISE)
    assert codes(answer) == ["ERROR_ED_EDISPENSATION_NOT_STORED"]
    assert standing(country) == ["discarded", "recorded"]


@pytest.mark.spec(f"{ITEM}: discard of other pharmacy's eD")
def test_another_pharmacy_does_not_discard(
    country: CountryA, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(country, submission(of(1)), ELISE)
    other = dataclasses.replace(scene.DOCTOR, organization_id="urn:oid:1.2.208.8")
    monkeypatch.setattr(scene, "DOCTOR", other)
    answer = answered(country, submission(discarding(1), set_id="2.25.10"), ELISE)
    assert codes(answer) == ["ERROR_ED_DISCARD_FAILED"]
    assert standing(country) == ["recorded", "refused"]


@pytest.mark.spec(f"{ITEM}: discard after 24 h")
def test_a_discard_after_its_window_is_refused(country: CountryA) -> None:
    clock = country.clock
    assert isinstance(clock, StoppedClock)
    answered(country, submission(of(1)), ELISE)
    clock.moment += timedelta(hours=24, minutes=1)
    answer = answered(country, submission(discarding(1), set_id="2.25.10"), ELISE)
    assert codes(answer) == ["ERROR_ED_DISCARD_FAILED"]
    assert standing(country) == ["recorded", "refused"]


@pytest.mark.spec(f"{ITEM}: discard for another patient")
def test_a_discard_under_another_patients_treatment_is_refused(
    country: CountryA,
) -> None:
    answered(country, submission(of(1)), ELISE)
    answer = answered(country, submission(discarding(1)), TIAGO)
    assert codes(answer) == ["4206"]
    assert standing(country) == ["recorded"]


@pytest.mark.spec(f"{ITEM}: document id collision with different hash")
def test_an_id_taken_by_another_prescription_is_refused(country: CountryA) -> None:
    answered(country, submission(of(1, AMOXICILLIN)), ELISE)
    other = of(1, SALBUTAMOL, TIAGO)
    answer = answered(country, submission(other, set_id="2.25.10"), TIAGO)
    assert codes(answer) == ["XDSNonIdenticalHash"]
    assert standing(country) == ["recorded"]


@pytest.mark.spec(f"{ITEM}: oversized PDF")
def test_a_document_beyond_the_limits_is_refused(country: CountryA) -> None:
    huge = changed(1, (b"<text>", b"<text>" + b"x" * (48 * 1024 * 1024)))
    with pytest.raises(PeerRefused, match="fault is in our message"):
        answered(country, submission(huge), ELISE)
    assert country.conditions() == [Refusal.MESSAGE_TOO_LARGE]
    assert standing(country) == []


@pytest.mark.spec(f"{ITEM}: a file where a coded document belongs")
def test_a_pdf_in_the_place_of_the_coded_document_is_refused(
    country: CountryA,
) -> None:
    sent = of(1)
    content = sent.content or b""
    start = content.index(b"<component><structuredBody>")
    end = content.index(b"</structuredBody></component>") + 29
    body = b"<component><nonXMLBody><text>JVBERi0=</text></nonXMLBody></component>"
    bent = replace(sent, content=content[:start] + body + content[end:])
    answer = answered(country, submission(bent), ELISE)
    assert codes(answer) == ["4108"]


@pytest.mark.spec(f"{ITEM}: a substitution that was forbidden")
def test_a_substitution_that_the_prescriber_forbids_is_refused(
    country: CountryA,
) -> None:
    answer = answered(country, submission(of(1, SALBUTAMOL, TIAGO)), TIAGO)
    assert codes(answer) == ["ERROR_ED_SUBSTITUTION_INFORMATION_NOT_ALLOWED"]
