from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trust.pki import NOW
from tests.trust.smp.directory import DK, information, published, terms
from trust.decision import Reason
from trust.identifiers import CountryCode, Oid
from trust.smp import (
    DirectoryRefused,
    SearchMask,
    ServiceInformation,
    SmpService,
    decide_metadata,
    entry_of,
    read_search_mask,
    write_search_mask,
)
from trust.smp.patterns import MAXIMAL_PATTERN, MAXIMAL_VALUE, Pattern
from trust.smp.search_mask import (
    IDENTIFIER_LABELS,
    TEXT_LABELS,
    DocumentSearch,
    Field,
    IdentifierGroup,
    IdentifierSet,
    Label,
    Media,
    PersonSearch,
    Scope,
)
from trust.smp.search_mask_reading import MAXIMAL_FIELDS, MAXIMAL_MEDIA
from trust.smp.signature import METADATA_LIMITS
from trust.xml import XmlRefused, parse_xml

MATRICULE = Field(
    Label.NATIONAL_SOCIAL_SECURITY_NUMBER,
    Pattern(r"\d{13}"),
    "Matricule",
    is_mandatory=True,
    domain=Oid("1.3.182.4.4"),
)
PRESCRIPTION = Field(
    Label.PRESCRIPTION_ID,
    Pattern("[a-zA-Z0-9]{4,}"),
    "ePrescriptionId",
    is_mandatory=True,
    domain=Oid("1.3.182.11.5"),
)
LUXEMBOURG = SearchMask(
    CountryCode("LU"),
    PersonSearch((IdentifierGroup((IdentifierSet((MATRICULE,)),), is_choice=False),)),
    (DocumentSearch(PRESCRIPTION, scope=Scope.EPRESCRIPTION),),
)


def read(document: bytes) -> SearchMask:
    return read_search_mask(parse_xml(document, METADATA_LIMITS))


def reason_of(document: bytes) -> Reason:
    with pytest.raises(DirectoryRefused) as refused:
        read(document)
    return refused.value.reason


def mask_with(text: str) -> bytes:
    return f"""<searchFields xmlns="http://ec.europa.eu/sante/ehncp/ism">
      <country code="LU" label="label.ism.addressCountry">{text}</country>
    </searchFields>""".encode()


def patient(text: str = "", identifier: str | None = None) -> bytes:
    identifier = identifier or (
        '<identifier type="NORMAL"><id domain="1.3.182.4.4" format="\\d{13}" '
        'label="label.ism.healthCardNumber" contextualDescription="x"/></identifier>'
    )
    return mask_with(f"<patientSearch>{identifier}{text}</patientSearch>")


def test_luxembourgs_mask_asks_for_the_matricule_of_13_digits():
    mask = read(write_search_mask(LUXEMBOURG))
    assert mask == LUXEMBOURG
    (field,) = mask.patient.fields()
    assert field.fits("1893120105732")
    assert not field.fits("189312010573")
    assert not field.fits(" 1893120105732")
    assert not field.fits("1893120105732\n")


texts = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1)
patterns = st.sampled_from([r"\d{9}", "[A-Z]+", "^x?$", r"\d{6}-?\d{4}"]).map(Pattern)
oids = st.sampled_from(["1.3.182.4.4", "0.2.216.1", "2.16.724.4.41"]).map(Oid)


def fields(labels, *, with_domain):
    return st.builds(
        Field,
        st.sampled_from(sorted(labels)),
        patterns,
        texts,
        st.booleans(),
        oids if with_domain else st.none(),
        st.none() | texts,
    )


identifiers = fields(IDENTIFIER_LABELS, with_domain=True)
some = st.lists(identifiers, min_size=1, max_size=3).map(tuple)
plain_sets = st.builds(IdentifierSet, some).map(lambda each: (each,))
named_sets = st.lists(st.builds(IdentifierSet, some, texts), min_size=1, max_size=3)
groups = st.builds(IdentifierGroup, plain_sets | named_sets.map(tuple), st.booleans())
media = st.none() | st.builds(Media, st.binary(min_size=1, max_size=50), texts)
persons = st.builds(
    PersonSearch,
    st.lists(groups, min_size=1, max_size=2).map(tuple),
    st.lists(fields(TEXT_LABELS, with_domain=False), max_size=2).map(tuple),
    st.none() | fields({Label.BIRTH_DATE}, with_domain=False),
    st.none() | fields({Label.GENDER}, with_domain=False),
    st.none() | fields({Label.ACCESS_CODE}, with_domain=False),
    media,
    st.sampled_from(Scope),
    texts,
)
documents = st.builds(
    DocumentSearch,
    st.none() | fields({Label.PRESCRIPTION_ID}, with_domain=True),
    st.none() | fields({Label.DISPENSATION_PIN}, with_domain=True),
    media,
    st.none() | st.sampled_from(Scope),
    st.none() | texts,
)
masks = st.builds(
    SearchMask,
    st.sampled_from(["LU", "PT", "ES", "GR"]).map(CountryCode),
    persons,
    st.lists(documents, max_size=2).map(tuple),
    st.none() | persons,
    st.none() | texts,
)


@given(masks)
def test_any_mask_is_read_as_it_was_written(mask):
    assert read(write_search_mask(mask)) == mask
    assert sum(1 for _ in mask.patterns()) >= 1


def test_a_mask_travels_inside_its_entry_under_both_signatures():
    entry = information(SmpService.SEARCH_MASK, "", search_mask=LUXEMBOURG)
    asked = entry_of(SmpService.SEARCH_MASK, DK)
    belief = decide_metadata(published(entry), asked, terms(), NOW)
    assert isinstance(belief.metadata, ServiceInformation)
    assert belief.metadata.endpoint.search_mask == LUXEMBOURG


# Attacks ------------------------------------------------------------------------------


@pytest.mark.spec("fact sheet 02 7.2 row 37")
@pytest.mark.parametrize("text", ["(a+)+$", "(a|aa)+$", "(.*a){20}", "(x+x+)+y"])
def test_attack_mask_with_a_catastrophic_pattern_takes_no_time(text):
    pattern = Pattern(text)
    # A matcher that goes back and tries again would not come to an end.
    assert not pattern.fits("a" * (MAXIMAL_VALUE - 1) + "!")


@pytest.mark.spec("fact sheet 02 7.2 row 37")
@pytest.mark.parametrize(
    "text",
    [
        "(x{1000}){1000}",
        "((a{0,100}){0,100}){0,100}",
        r"(a)\1",
        "(?=a)a",
        "(?<=a)a",
        "(",
        "x" * (MAXIMAL_PATTERN + 1),
    ],
)
def test_attack_mask_with_a_pattern_without_bound_is_refused(text):
    with pytest.raises(DirectoryRefused) as refused:
        Pattern(text)
    assert refused.value.reason is Reason.DIRECTORY_PATTERN_REFUSED


def test_attack_mask_with_such_a_pattern_is_refused_as_a_whole():
    hostile = write_search_mask(LUXEMBOURG).replace(b"\\d{13}", b"(a)\\1")
    assert reason_of(hostile) is Reason.DIRECTORY_PATTERN_REFUSED


def test_a_value_longer_than_any_identifier_fits_nothing():
    assert not Pattern(".*").fits("x" * (MAXIMAL_VALUE + 1))


@pytest.mark.spec("fact sheet 02 7.2 row 37")
def test_attack_mask_with_a_media_bomb():
    bomb = b"A" * ((MAXIMAL_MEDIA // 3) * 4 + 64)
    media = b'<media label="label.ism.media"><mediaContent>' + bomb
    media += b"</mediaContent></media>"
    assert reason_of(patient(media.decode())) is Reason.DIRECTORY_MASK_INVALID


@pytest.mark.spec("fact sheet 02 7.2 row 37")
def test_attack_mask_with_a_document_type_declaration():
    with pytest.raises(XmlRefused):
        read(b"<!DOCTYPE x []>" + patient())


def test_attack_mask_that_asks_for_everything():
    one = (
        '<textField label="label.ism.firstName" format="x" contextualDescription="x"/>'
    )
    assert reason_of(patient(one * MAXIMAL_FIELDS)) is Reason.DIRECTORY_MASK_INVALID


@pytest.mark.parametrize(
    "document",
    [
        b"<patientSearch/>",
        mask_with(""),
        mask_with("<patientSearch/>"),
        mask_with("<x/>"),
        patient().replace(b'code="LU"', b'code="LUX"'),
        patient().replace(b"NORMAL", b"ANY"),
        patient().replace(b"1.3.182.4.4", b"matricule"),
        patient().replace(b'domain="1.3.182.4.4"', b""),
        patient().replace(b"healthCardNumber", b"firstName"),
        patient().replace(b"healthCardNumber", b"shoeSize"),
        patient().replace(b'contextualDescription="x"', b'contextualDescription=" "'),
        patient().replace(b"<patientSearch>", b'<patientSearch scope="MINE">'),
        patient().replace(b'format="', b'mandatory="perhaps" format="'),
        patient("<script/>"),
        patient(identifier='<identifier type="NORMAL"/>'),
        patient(identifier='<identifier type="NORMAL"><ids display="x"/></identifier>'),
        patient('<media label="label.ism.media"/>'),
        patient("<media><mediaContent>*</mediaContent></media>"),
        patient("<gender/><gender/>"),
    ],
)
def test_a_mask_that_is_not_of_the_form_is_refused(document):
    assert reason_of(document) is Reason.DIRECTORY_MASK_INVALID
