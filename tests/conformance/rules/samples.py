"""One good message of each kind, made by our own two gateways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ncp.exchange import HttpPayload
from ncp.ihe.codes import ClassCode, Transaction
from ncp.ihe.iti41_xdr import Submission, write_submission
from ncp.ihe.iti55_xcpd import PatientTraits, PostalAddress
from ncp.ihe.soap import write_request
from ncp.national.dispensations import DispensationOrder, DispensationResult
from ncp.national.ports import DocumentAuthor, DocumentKind
from ncp.ports import RandomIds
from tests.ncp.country_a.scene import (
    EVA,
    LUC,
    MATRICULE,
    CountryA,
    discovery_by,
)
from tests.ncp.country_a.submissions import document, submission
from tests.ncp.country_a.test_originals import LAB, MAY, original, put
from tests.transformations.original_documents.originals import pdf_bytes
from trust.identifiers import PatientId

NOBODY = PatientId(MATRICULE, "1900010100000")
SOMEBODY = PatientTraits(
    (EVA,),
    ("Weber",),
    ("Given",),
    "1970-01-31",
    "female",
    PostalAddress(("1, rue du Test",), "Luxembourg", "1111", "LU"),
)
REPORT = original(
    "report",
    DocumentKind.LABORATORY_REPORT,
    service_start=MAY,
    authors=(DocumentAuthor("Muller", "Anne", ("Haematology",)),),
)


class Register:
    """A register that takes everything."""

    def carry_out(self, order: DispensationOrder) -> DispensationResult:
        return DispensationResult(None, "")


@contextmanager
def samples_in(folder: Path) -> Iterator[Samples]:
    """Make the samples in a country of their own."""
    with closing_country(folder) as country:
        yield Samples(country)


@contextmanager
def closing_country(folder: Path) -> Iterator[CountryA]:
    """Open a country A that can be asked for everything."""
    country = CountryA(folder, dispensations=Register(), offer_pdf=True)
    yield country
    country.store.close()


class Samples:
    """Good messages by name: what was asked (``q``) and answered (``a``)."""

    def __init__(self, country: CountryA) -> None:
        self._country = country
        self._made: dict[str, HttpPayload] = {}
        deliver = country.deliver

        def kept(transaction: Transaction, payload: HttpPayload):
            answer = deliver(transaction, payload)
            self._last = payload, answer.payload
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(country, "deliver", kept)
            self._make()

    def __getitem__(self, name: str) -> HttpPayload:
        return self._made[name]

    def names(self) -> list[str]:
        return list(self._made)

    def _keep(self, number: str, suffix: str = "") -> None:
        for side, payload in zip("qa", self._last, strict=True):
            self._made[f"{side}{number}{suffix}"] = payload

    def _make(self) -> None:
        country = self._country
        self._ask_who(PatientTraits((NOBODY,)))
        self._keep("55", "-refused")
        self._ask_who(PatientTraits((), ("Weber",), ("Given",), "1970-01-31"))
        self._keep("55", "-nobody")
        self._ask_who(SOMEBODY)
        self._keep("55")
        self._make_lists()
        coded = country.entries(EVA)[0].unique_id
        country.retrieve(EVA, "2.25.1")
        self._keep("39", "-refused")
        country.retrieve(EVA, coded)
        self._keep("39")
        self._submit(submission(document()))
        self._keep("41")
        country.send(Transaction.ITI_38, discovery_by(SOMEBODY), [country.hcp()])
        self._made["fault"] = self._last[1]
        assert b"Subcode" in self._made["fault"].body

    def _make_lists(self) -> None:
        country = self._country
        country.list_documents(LUC, ClassCode.EPRESCRIPTION)
        self._keep("38", "-refused")
        put(country, REPORT, pdf_bytes())
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        country.list_documents(EVA, LAB, created_after=moment, maximum_size=10_000_000)
        self._keep("38", "-filters")
        self._made["a38-orcd"] = self._made["a38-filters"]
        country.list_documents(EVA)
        self._keep("38")

    def _ask_who(self, traits: PatientTraits) -> None:
        country = self._country
        country.send(Transaction.ITI_55, discovery_by(traits), [country.hcp()])

    def _submit(self, sent: Submission) -> None:
        body, attachments = write_submission(sent, RandomIds())
        payload = write_request(
            body,
            action=Transaction.ITI_41.request_action,
            message_id=RandomIds().uuid().urn,
            to="https://ncp.example/",
            assertions=self._country.assertions(EVA),
            attachments=attachments,
        )
        self._country.deliver(Transaction.ITI_41, payload)
