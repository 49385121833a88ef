"""What the field's test catalogues ask, and where that is which is no row of ours.

OpenNCP 7: the negative tests of its clients (PT_CLIENT) and the messages of its server
tests. gematik: tiger-integration-ncp 2.1, features PSA and ePeD. Ours: what was seen to
go wrong in programs of others (fact sheet 01 7.8).

Spec: fact sheet 01, sections 7 and 10.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


def _numbered(family: str, *names: str) -> Iterator[str]:
    return (f"{family}{name}" for name in names)


CATALOGUES: Final[dict[str, tuple[str, ...]]] = {
    "ITI-55": (
        *_numbered("XCPD #", *(str(number) for number in range(17))),
        *_numbered("XCPD #", "10.1", "11.1", "12.1", "13.1", "14.1", "15.1"),
        *_numbered("PSA_UC1_", "010", "011", "012", "020"),
        "ePeDA_UC9_010",
        *_numbered("PSA_EPA_", "010", "011", "012", "030"),
        *_numbered("ERP_", "010", "011", "020"),
        *_numbered("NCP_", "010", "014", "020", "030", "031", "032", "052", "060"),
        "answers with and without a reason",
        "status before and after the query id",
        "a type code in an acknowledgement detail",
        "another receiver",
        "expired assertions",
    ),
    "ITI-38": (
        *_numbered("PS #", *(str(number) for number in range(9)), "7.1", "7.2"),
        *_numbered("EP #", *(str(number) for number in range(7)), "5.1", "5.2", "8"),
        "MRO #0",
        "OpenNCP 7 xca-query-invalid-patient-id",
        "OpenNCP 7 xca-query-empty-patient-id",
        "PSA_UC2_010",
        "UC10_012",
        "PSA_EPA_031",
        "ERP_021",
        *_numbered("NCP_", "011", "015", "016", "021", "033", "040", "053", "061"),
        "class codes in every spelling",
        "a response without a status",
        "an error without severity or location",
        "codes in numbers and in words",
        "an entry without size and hash",
        "a classification without a slot",
        "another patient is treated",
        "another professional's treatment assertion",
        "another country signs",
    ),
    "ITI-39": (
        "PS #9",
        "PS #9.1",
        "EP #7",
        "EP #9",
        "EP #9.1",
        "MRO #1",
        "MRO #2",
        "OpenNCP 7 xca-retrieve-invalid-id",
        "OpenNCP 7 xca-retrieve-empty-id",
        *_numbered("UC11_", "020", "021", "022"),
        *_numbered("PSA_UC3_", "010", "011", "020", "021"),
        "PSA_EPA_032",
        "ERP_022",
        *_numbered("NCP_", "012", "017", "022", "034", "041", "054"),
        "two documents in one request",
        "a partial success of one document",
        "another hash than listed",
        "a home community with and without urn:oid",
    ),
    "ITI-41": (
        *_numbered("ED #", *(str(number) for number in range(7))),
        *_numbered("CS #", *(str(number) for number in range(5))),
        "HCER #0",
        *_numbered("UC12_", "020", "021", "022", "023"),
        "ERP_023",
        *_numbered("NCP_", "013", "018", "023", "035", "042", "055"),
        "a submission that is sent again",
        "a discard of nothing",
    ),
    "every transaction": (
        "addressing headers that lack or stand twice",
        "addressing headers in a wrong namespace",
        "assertions in any order",
        "a next of kin before the professional",
        "plain and packaged messages",
        "a chunked body",
    ),
}
"""The conditions by transaction; those of none are proved where the door is."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why a condition is no row: what is proved where, or why it cannot be."""

    reason: str
    test: str = ""


_LEGACY: Final = Elsewhere("the service is not served; any of it is refused as #0 is")
_INSIDE: Final = Elsewhere("said inside the document, which the message only carries")
_SOAP: Final = "tests/ncp/ihe/test_soap.py"
_XCPD: Final = "tests/ncp/ihe/test_iti55_xcpd.py"
_XCPD_READ: Final = "tests/ncp/ihe/test_iti55_xcpd_reading.py"
_XCA: Final = "tests/ncp/ihe/test_iti38_xca_query.py"
_SOURCE_TOO: Final = Elsewhere(
    "the code is of epSOS alone and left the European list; read, and never told"
)

ELSEWHERE: Final[dict[str, Elsewhere]] = {
    "XCPD #14.1": Elsewhere("no national index of ours knows a place of birth"),
    "NCP_030": Elsewhere("a role alone permits nothing here: answered as NCP_032"),
    "NCP_031": Elsewhere("a role alone permits nothing here: answered as NCP_032"),
    "PS #7.2": _SOURCE_TOO,
    "EP #5.2": _SOURCE_TOO,
    "PS #7": Elsewhere("codes are looked up when a document is fetched: ITI-39"),
    "PS #7.1": Elsewhere("codes are looked up when a document is fetched: ITI-39"),
    "EP #5": Elsewhere("codes are looked up when a document is fetched: ITI-39"),
    "EP #5.1": Elsewhere("codes are looked up when a document is fetched: ITI-39"),
    "PS #9.1": _INSIDE,
    "EP #9.1": _INSIDE,
    "MRO #1": _LEGACY,
    "MRO #2": _LEGACY,
    **dict.fromkeys(_numbered("CS #", "1", "2", "3", "4"), _LEGACY),
    "UC12_023": Elsewhere(
        "no retrieve has to come first: a paper prescription may be dispensed too"
    ),
    "answers with and without a reason": Elsewhere(
        "as we read them",
        f"{_XCPD}::test_what_the_asker_can_act_on_is_a_trigger",
    ),
    "status before and after the query id": Elsewhere(
        "as we read them",
        f"{_XCPD_READ}::test_gematik_puts_the_status_before_the_query_id_and_a_bar_into_the_id",
    ),
    "a type code in an acknowledgement detail": Elsewhere(
        "as we read it",
        f"{_XCPD_READ}::test_gematik_puts_the_status_before_the_query_id_and_a_bar_into_the_id",
    ),
    "expired assertions": Elsewhere(
        "through the real door, in every transaction",
        "tests/integration/test_attacks.py::test_an_attack",
    ),
    "class codes in every spelling": Elsewhere(
        "as we read them", f"{_XCA}::test_class_codes_are_read_in_each_spelling"
    ),
    "a response without a status": Elsewhere(
        "as we read it", f"{_XCA}::test_openncp_omits_the_status_of_a_failure"
    ),
    "an error without severity or location": Elsewhere(
        "as we read it",
        f"{_XCA}::test_an_error_with_neither_severity_nor_location_is_an_error",
    ),
    "codes in numbers and in words": Elsewhere(
        "the columns of the table, and as we read them",
        "tests/families/test_answers.py"
        "::test_the_answers_of_every_family_are_understood_to_the_letter",
    ),
    "an entry without size and hash": Elsewhere(
        "as we write and read it",
        f"{_XCA}::test_an_entry_made_on_demand_promises_neither_size_nor_hash",
    ),
    "a classification without a slot": Elsewhere(
        "as we read it", f"{_XCA}::test_a_classification_without_a_slot_is_read"
    ),
    "another hash than listed": Elsewhere(
        "as we read it, KIT-LIST-WRONG-HASH",
        "tests/families/test_answers.py"
        "::test_the_answers_of_every_family_are_understood_to_the_letter",
    ),
    "a home community with and without urn:oid": Elsewhere(
        "one form inside, whatever comes",
        "tests/trust/test_identifiers.py::test_an_oid_reads_the_same_with_and_without_urn",
    ),
    "addressing headers that lack or stand twice": Elsewhere(
        "as we read them",
        f"{_SOAP}::test_an_addressing_header_that_stands_twice_is_refused",
    ),
    "addressing headers in a wrong namespace": Elsewhere(
        "as we read them",
        f"{_SOAP}::test_openncp_doubles_the_addressing_headers_in_a_wrong_namespace",
    ),
    "assertions in any order": Elsewhere(
        "through the real door, trc-before-hcp",
        "tests/integration/test_attacks.py::test_an_attack",
    ),
    "a next of kin before the professional": Elsewhere(
        "as we read it",
        "tests/trust/assertions/test_nok.py::test_it_may_stand_before_the_professional",
    ),
    "plain and packaged messages": Elsewhere(
        "as we read them", f"{_SOAP}::test_retrieve_is_read_plain_and_as_mtom"
    ),
    "a chunked body": Elsewhere(
        "at the door",
        "tests/ncp/web/test_international.py::test_a_chunked_body_is_put_together",
    ),
}
"""Every condition that no row asks."""


def unproved(root: Path) -> list[str]:
    """Return what is said to be proved elsewhere, by a test that is not there."""
    return [
        name
        for name, elsewhere in ELSEWHERE.items()
        if elsewhere.test and not _is_there(root, *elsewhere.test.split("::"))
    ]


def _is_there(root: Path, path: str, test: str) -> bool:
    file = root / path
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")
