"""The simulators' own machinery: templates, packages, and what is told of answers."""

from __future__ import annotations

import pytest

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.http_messages import other_boundary
from conformance.simulators.mtom import PackageError, Part, binary, pack, unpack
from conformance.simulators.outcomes import (
    magic_patients,
    outcome_names,
    outcome_of,
)
from conformance.simulators.soap import Transaction
from conformance.simulators.templates import SlotError, template, write_filled

ERROR = {"code": "4202", "text": "a & <b>", "severity": None, "location": ""}


def written(**values: object) -> bytes:
    used = template("openncp", "registry-error")
    return write_filled(used.fill({**ERROR, **values}), used)


def test_what_fills_a_slot_is_escaped():
    assert b'codeContext="a &amp; &lt;b>"' in written()


def test_an_attribute_without_a_value_is_left_out():
    assert b"severity" not in written()
    assert b'severity="x"' in written(severity="x")


def test_a_slot_without_a_value_is_an_error_that_names_it():
    with pytest.raises(SlotError, match=r"registry-error: 'code'"):
        template("openncp", "registry-error").fill({})


def test_an_element_whose_condition_is_empty_is_left_out():
    used = template("openncp", "fault")
    values = {"fault": "Receiver", "code": "", "text": "t"}
    assert b"Subcode" not in write_filled(used.fill(values), used)
    values["code"] = "c"
    assert b"Subcode" in write_filled(used.fill(values), used)


@pytest.mark.spec("RFC 2046 5.1.1")
def test_a_package_comes_apart_as_it_was_put_together():
    parts = [Part("one@x", b"\r\n--\x00\xff"), Part("two@x", b"")]
    packed = pack(b"<root/>", parts, "urn:a")
    unpacked = unpack(packed.content_type, packed.body)
    assert unpacked.envelope == b"<root/>"
    assert unpacked.parts == {"one@x": b"\r\n--\x00\xff", "two@x": b""}
    assert unpacked.action == "urn:a"


def test_a_package_of_another_boundary_is_refused():
    packed = pack(b"<root/>", [], "urn:a")
    with pytest.raises(PackageError, match="boundary"):
        unpack(other_boundary(packed.content_type), packed.body)


def test_binary_content_is_a_part_or_base64():
    assert binary("aGk=\n", None, {}) == b"hi"
    assert binary(None, "cid:one%40x", {"one@x": b"hi"}) == b"hi"
    with pytest.raises(PackageError, match="not there"):
        binary(None, "cid:two", {})


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("transaction", Transaction)
def test_every_outcome_is_told_for_every_family(dialect, transaction):
    for name in outcome_names(transaction):
        outcome = outcome_of(transaction, name, dialect)
        is_identification = transaction is Transaction.ITI_55
        if outcome.fault:
            assert outcome.fault in {"Sender", "Receiver"}
        elif is_identification:
            assert outcome.acknowledgement in {"AA", "AE"}
            assert outcome.response in {"OK", "NF", "AE"}
            assert bool(outcome.reason) == bool(outcome.code)
        elif outcome.status == "":
            assert name == "rights"
        else:
            assert outcome.status in {"Success", "Failure", "PartialSuccess"}


def test_every_outcome_of_a_magic_patient_is_told():
    for patient in magic_patients().values():
        for transaction in Transaction:
            assert patient.outcome(transaction) in outcome_names(transaction)


def test_the_families_differ_where_they_were_seen_to():
    no_match = [outcome_of(Transaction.ITI_55, "no-match", d) for d in Dialect]
    assert [each.response for each in no_match] == ["AE", "AE", "NF"]
    nothing = [outcome_of(Transaction.ITI_38, "nothing", d) for d in Dialect]
    assert [each.code for each in nothing] == [
        "1102",
        "ERROR_PS_NOT_FOUND",
        "ERROR_GENERIC_DOCUMENT_MISSING",
    ]
    assert set(MANNERS) == set(Dialect)
