"""What a pharmacy acts on is read strictly, or the document is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.capabilities import require_data
from tests.transformations.eprescription.received_prescription import (
    RECEIVED,
    replaced,
)
from transformations.eprescription.facts import (
    PrescriptionLack as Lack,
)
from transformations.eprescription.facts import (
    PrescriptionRefused,
    Substitution,
    read_prescription_facts,
)

pytestmark = pytest.mark.spec("eHDSI ePrescription EH.1.1")
ITEM = '<id root="2.999.620.5" extension="rx-7-1"/>'
SECTION = '<id root="2.999.620.5" extension="rx-7"/>'
VALUE = '<value xsi:type="CE" code="G"'
PACKAGES = '<quantity value="2" unit="1"/>'


def lack_of(data: bytes) -> Lack:
    with pytest.raises(PrescriptionRefused) as refused:
        read_prescription_facts(data)
    assert "rx-7" not in str(refused.value)
    return refused.value.lack


def test_the_facts_are_those_of_the_document():
    facts = read_prescription_facts(RECEIVED)
    assert facts.document_id == "2.999.620.1^ep-1"
    assert (facts.prescription_id, facts.item_id) == (
        "2.999.620.5^rx-7",
        "2.999.620.5^rx-7-1",
    )
    assert facts.patients == {"2.999.620.2^284061957"}
    assert (facts.patient_name, facts.birth_date) == (
        "Rosa Maria Nogueira",
        "1961-11-24",
    )
    assert (facts.packages, facts.is_active) == (2, True)
    assert facts.substitution is Substitution.GENERIC
    assert facts.issued == "2026-03-01T08:30:00+00:00"
    assert (facts.begins, facts.ends) == ("2026-03-01", "2026-03-08")
    assert facts.dosage == "every 8 h"
    assert facts.language == "pt-PT"


def test_dose_and_times_are_told_as_they_are_coded():
    end = "<consumable>"
    dose = '<doseQuantity><low value="1" unit="1"/><high value="2" unit="1"/>'
    both = replaced(end, f"{dose}</doseQuantity>{end}")
    assert read_prescription_facts(both).dosage == "1 to 2, every 8 h"
    event = '<effectiveTime operator="A"><event code="ACM"/></effectiveTime>'
    same = dose.replace('"2"', '"1"')
    meal = replaced(end, f"{event}{same}</doseQuantity>{end}")
    assert read_prescription_facts(meal).dosage == "1, every 8 h, ACM"


def test_the_product_is_told_with_what_it_holds():
    facts = read_prescription_facts(RECEIVED)
    assert facts.product.name == "Amoxicilina Exemplo"
    assert facts.product.atc.code == "J01CA04"
    assert facts.product.content == ((Decimal(16), "1"),)
    (ingredient,) = facts.ingredients
    assert (ingredient.name, ingredient.strength) == ("amoxicilina", "500 mg / 1 1")


def test_the_prescriber_is_the_author():
    prescriber = read_prescription_facts(RECEIVED).prescriber
    assert prescriber.name == "Hugo Teles"
    assert prescriber.function == "Generalist medical practitioners"
    assert prescriber.organization == "Centro de Saúde do Rio"
    assert prescriber.country == "PT"


def test_instructions_are_told_in_the_words_of_the_document():
    facts = read_prescription_facts(RECEIVED)
    assert facts.instructions == "1 comprimido de 8 em 8 horas"
    assert facts.remarks == "Rotular em letra grande"
    assert facts.words == (
        "Medicamento | Amoxicilina Exemplo",
        "Posologia | 1 comprimido de 8 em 8 horas",
    )


def test_one_substance_says_what_the_product_is_where_it_does_not():
    kind = 'code="J01CA04" codeSystem="2.16.840.1.113883.6.73"\n            displayName'
    without = replaced(kind, kind.replace("J01CA04", "").replace("code=", "x="))
    assert read_prescription_facts(without).product.atc.code == "J01CA04"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("N", Substitution.NONE),
        ("TE", Substitution.THERAPEUTIC),
        ("XX", Substitution.ALLOWED),
    ],
)
def test_only_n_forbids_to_substitute(code, meaning):
    facts = read_prescription_facts(replaced(VALUE, VALUE.replace("G", code)))
    assert facts.substitution is meaning


def test_silence_allows_to_substitute():
    facts = read_prescription_facts(replaced('code="SUBST"', 'code="OTHER"'))
    assert facts.substitution is Substitution.ALLOWED


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "a", ""])
def test_a_number_that_counts_no_packages_is_none(number):
    changed = replaced(PACKAGES, PACKAGES.replace("2", number))
    assert read_prescription_facts(changed).packages is None


def test_a_number_of_tablets_is_no_number_of_packages():
    changed = replaced(PACKAGES, '<quantity value="32" unit="{Tablet}"/>')
    assert read_prescription_facts(changed).packages is None


def test_what_is_completed_is_not_active():
    changed = replaced('statusCode code="active"', 'statusCode code="aborted"')
    assert not read_prescription_facts(changed).is_active


@pytest.mark.parametrize(
    ("data", "lack"),
    [
        (b"%PDF-1.7", Lack.NOT_CDA),
        (b"<html/>", Lack.NOT_CDA),
        (replaced('"57833-6"', '"60593-1"'), Lack.NOT_A_PRESCRIPTION),
        (replaced('<id root="2.999.620.1" ', "<id "), Lack.DOCUMENT_ID),
        (replaced('<id root="2.999.620.2" ', "<id "), Lack.PATIENT),
        (replaced(SECTION, ""), Lack.PRESCRIPTION),
        (replaced(ITEM, ""), Lack.ITEM),
        (replaced('quantity value="16"', 'quantity value="0"'), Lack.PACKAGE_CONTENT),
    ],
)
def test_what_lacks_a_fact_is_refused(data, lack):
    assert lack_of(data) is lack


def test_a_product_without_a_name_is_told_by_its_code():
    nameless = replaced("<name>Amoxicilina Exemplo</name>", "")
    assert read_prescription_facts(nameless).product.name == "Amoxicilina"


def test_two_items_are_refused():
    entry = RECEIVED[RECEIVED.index(b"<entry ") : RECEIVED.index(b"</section>")]
    twice = RECEIVED.replace(entry, entry + entry)
    assert lack_of(twice) is Lack.SEVERAL_ITEMS


def test_a_file_is_not_read_as_an_item():
    body = RECEIVED[
        RECEIVED.index(b"<structuredBody>") : RECEIVED.index(b"</structuredBody>") + 17
    ]
    assert body.endswith(b"</structuredBody>")
    pdf = RECEIVED.replace(body, b"<nonXMLBody><text>JVBERi0</text></nonXMLBody>")
    assert lack_of(pdf) is Lack.NOT_CODED


def test_real_documents_are_read():
    folder = require_data("cda-dev")
    read = [
        read_prescription_facts(path.read_bytes())
        for path in sorted(folder.glob("ep-l3-*.xml"))
    ]
    assert len(read) >= 3
    assert all(each.packages and each.product.atc for each in read)
