"""Arbitrary values of the wire, for tests that write and read them back."""

from __future__ import annotations

from datetime import UTC

from hypothesis import strategies as st

from ncp.ihe.codes import ClassCode, FormatCode
from ncp.ihe.iti38_xca_query import DocumentEntry, DocumentQuery
from ncp.ihe.iti39_xca_retrieve import DocumentRequest, RetrievedDocument
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientMatch,
    PatientTraits,
    PostalAddress,
)
from trust.identifiers import CountryCode, HomeCommunityId, Oid, PatientId

# What XML can hold and reading does not strip.
_CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])
TEXT = st.text(_CHARACTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
_ARCS = st.lists(st.integers(0, 10**9), min_size=1, max_size=5)
_OID_TEXT = _ARCS.map(lambda arcs: "1." + ".".join(map(str, arcs)))
OIDS = _OID_TEXT.map(Oid)
HOMES = _OID_TEXT.map(HomeCommunityId)
PATIENT_IDS = st.builds(
    PatientId,
    OIDS,
    TEXT.filter(lambda text: not set(text) & {"^", "&"}),
)
DATES = st.dates().flatmap(
    lambda day: st.sampled_from(
        [day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]]
    )
)
GENDERS = st.sampled_from([None, "male", "female", "other"])
NAMES = st.lists(TEXT, max_size=3).map(tuple)
ADDRESSES = st.builds(
    PostalAddress,
    NAMES,
    st.none() | TEXT,
    st.none() | TEXT,
    st.none() | TEXT,
).filter(lambda address: address != PostalAddress())
SECONDS = st.datetimes().map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))


def traits() -> st.SearchStrategy[PatientTraits]:
    return st.builds(
        PatientTraits,
        st.lists(PATIENT_IDS, min_size=1, max_size=3).map(tuple),
        NAMES,
        NAMES,
        st.none() | DATES,
        GENDERS,
        st.none() | ADDRESSES,
    )


@st.composite
def discovery_requests(draw: st.DrawFn) -> PatientDiscoveryRequest:
    sender = draw(HOMES)
    return PatientDiscoveryRequest(
        id=InstanceId(draw(OIDS), draw(st.none() | TEXT)),
        sender=sender,
        receiver=draw(HOMES),
        query_id=InstanceId(draw(OIDS), draw(st.none() | TEXT)),
        traits=draw(traits()),
        sender_organization=sender,
    )


def patient_matches() -> st.SearchStrategy[PatientMatch]:
    return st.builds(
        PatientMatch,
        PATIENT_IDS,
        NAMES,
        NAMES,
        st.none() | DATES,
        GENDERS,
        st.none() | ADDRESSES,
    )


_ORIGINALS = [code for code in ClassCode if code.is_original_clinical_document]
CLASS_CODES = st.sampled_from(
    [(ClassCode.PATIENT_SUMMARY,), (ClassCode.EPRESCRIPTION,)]
) | st.lists(st.sampled_from(_ORIGINALS), min_size=1, unique=True).map(tuple)


def document_queries() -> st.SearchStrategy[DocumentQuery]:
    instants = st.none() | st.datetimes().map(lambda m: m.replace(tzinfo=UTC))
    return st.builds(
        DocumentQuery,
        PATIENT_IDS,
        CLASS_CODES,
        st.none() | HOMES,
        instants,
        instants,
        st.none() | st.integers(0, 10**12),
    )


def document_entries() -> st.SearchStrategy[DocumentEntry]:
    return st.builds(
        DocumentEntry,
        entry_id=st.uuids(),
        unique_id=TEXT,
        repository_unique_id=OIDS.map(str),
        home=st.none() | HOMES,
        # The uniqueness of quotes around a CX is not kept: peers quote it.
        patient=PATIENT_IDS.filter(lambda p: "'" not in p.extension),
        class_code=st.sampled_from(ClassCode),
        type_code=st.sampled_from(ClassCode),
        format_code=st.sampled_from(FormatCode),
        creation_time=SECONDS,
        title=TEXT,
        description=st.just("") | TEXT,
        mime_type=st.sampled_from(["text/xml", "application/pdf"]),
        language=st.none() | st.sampled_from(["fr-LU", "de-LU", "en"]),
        size=st.none() | st.integers(0, 10**12),
        hash=st.none() | st.just("da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        confidentiality=st.sampled_from(["N", "R", "V"]),
        country=st.sampled_from(["LU", "PT", "GR"]).map(CountryCode),
        country_name=st.sampled_from(["", "Luxembourg"]),
    )


def document_requests() -> st.SearchStrategy[DocumentRequest]:
    return st.builds(DocumentRequest, st.none() | HOMES, OIDS.map(str), TEXT)


def retrieved_documents() -> st.SearchStrategy[RetrievedDocument]:
    return st.builds(
        RetrievedDocument, document_requests(), st.binary(min_size=1, max_size=200)
    )
