"""``ncp transform``: what it writes, what it says, and the status it ends with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.cli.transforming import Target, guess_target
from tests.transformations.edispensation.prepared import by_name, prepared
from tests.transformations.patient_summary.documents import own_bundle
from transformations.fhir import leaves, read_fhir_document

REPOSITORY = Path(__file__).parents[3]
SAMPLES = REPOSITORY / "ncp/national/sample_country/patients"
SUMMARY = SAMPLES / "bergmann-summary.json"
CDA = "{urn:hl7-org:v3}"
FATES = {"mapped", "derived", "narrative", "structural", "lost"}


@pytest.fixture
def transform(tmp_path):
    """Run the command in this process; results are in the test's folder."""

    def run(bundle, *options, **how):
        source = tmp_path / "source.json"
        source.write_bytes(bundle if isinstance(bundle, bytes) else as_json(bundle))
        return CliRunner().invoke(app, ["transform", str(source), *options], **how)

    return run


def as_json(bundle):
    return json.dumps(bundle).encode()


def resource(bundle, kind):
    return next(
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == kind
    )


def without_birth_date():
    bundle = own_bundle()
    del resource(bundle, "Patient")["birthDate"]
    return bundle


def test_the_document_alone_goes_to_standard_output(transform):
    result = transform(own_bundle())
    assert result.exit_code == 0
    root = etree.fromstring(result.stdout_bytes)
    assert root.tag == f"{CDA}ClinicalDocument"
    assert "leaves" in result.stderr


def test_the_document_goes_to_a_file_and_nothing_to_standard_output(
    transform, tmp_path
):
    result = transform(own_bundle(), "-o", str(tmp_path / "out.xml"))
    assert result.exit_code == 0
    assert result.stdout_bytes == b""
    assert etree.parse(tmp_path / "out.xml").getroot().tag == f"{CDA}ClinicalDocument"
    assert f"Wrote {tmp_path / 'out.xml'}: eHDSI CDA 8.0.0" in result.stderr


def test_a_document_is_read_from_standard_input():
    result = CliRunner().invoke(app, ["transform", "-"], input=as_json(own_bundle()))
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(b"<?xml")
    assert "Read standard input" in result.stderr


def test_the_same_source_gives_the_same_bytes_and_the_same_id(transform):
    first, second = transform(own_bundle()), transform(own_bundle())
    assert first.stdout_bytes == second.stdout_bytes
    changed = own_bundle()
    resource(changed, "Patient")["gender"] = "male"
    other = etree.fromstring(transform(changed).stdout_bytes)
    same = etree.fromstring(first.stdout_bytes)
    assert other.find(f"{CDA}id").get("root") != same.find(f"{CDA}id").get("root")


def test_the_ledger_has_every_leaf_once_in_the_form_agreed(transform, tmp_path):
    bundle = own_bundle()
    result = transform(bundle, "--ledger", str(tmp_path / "ledger.json"))
    assert result.exit_code == 0
    ledger = json.loads((tmp_path / "ledger.json").read_bytes())
    assert list(ledger) == ["source", "target", "leaves", "entries"]
    names = ["path", "value", "fate", "target", "reason", "severity"]
    assert all(list(entry) == names for entry in ledger["entries"])
    assert {entry["fate"] for entry in ledger["entries"]} <= FATES
    counted = [leaf.path for leaf in leaves(read_fhir_document(as_json(bundle)))]
    assert [entry["path"] for entry in ledger["entries"]] == counted
    assert ledger["leaves"] == len(counted)


def test_numbers_in_the_ledger_keep_their_digits(transform, tmp_path):
    text = as_json(own_bundle()).decode()
    text = text.replace('"id": "a"', '"id": "a", "heldFor": 5.10')
    transform(text.encode(), "--ledger", str(tmp_path / "ledger.json"))
    ledger = json.loads((tmp_path / "ledger.json").read_text(), parse_float=Decimal)
    held = [e for e in ledger["entries"] if e["path"].endswith(".heldFor")]
    assert [str(entry["value"]) for entry in held] == ["5.10"]


def test_a_critical_finding_is_said_with_its_place_and_ends_with_1(transform):
    result = transform(without_birth_date())
    assert result.exit_code == 1
    assert result.stdout_bytes.startswith(b"<?xml")
    lines = result.stderr.splitlines()
    said = next(n for n, line in enumerate(lines) if line.startswith("CRITICAL"))
    assert "birth" in lines[said]
    assert lines[said + 1].strip().startswith("Bundle.entry[1].resource")


def test_strict_writes_no_document_and_still_the_ledger(transform, tmp_path):
    out, ledger = tmp_path / "out.xml", tmp_path / "ledger.json"
    result = transform(
        without_birth_date(), "--strict", "-o", str(out), "--ledger", str(ledger)
    )
    assert result.exit_code == 1
    assert not out.exists()
    assert json.loads(ledger.read_bytes())["leaves"] > 0
    assert "Wrote no eHDSI CDA" in result.stderr


def test_strict_writes_a_document_with_nothing_critical(transform):
    result = transform(own_bundle(), "--strict")
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(b"<?xml")


def test_a_critical_loss_ends_with_1_although_nothing_was_found(transform):
    bundle = own_bundle()
    condition = resource(bundle, "Condition")
    condition["verificationStatus"] = {
        "coding": [{"system": "urn:oid:2.999", "code": "perhaps"}]
    }
    result = transform(bundle)
    assert result.exit_code == 1
    assert "CRITICAL   lost:" in result.stderr
    assert "Bundle.entry[5].resource.verificationStatus" in result.stderr


def test_what_is_said_holds_no_value_of_the_patient(transform):
    result = transform(without_birth_date())
    for secret in ("Weber", "1979010112345", "Asthma", "+352"):
        assert secret not in result.stderr


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7", "This is a PDF"),
        (b'{"resourceType": "Patient"}', "a single Patient, not a document"),
        (b'{"resourceType": "Bundle", "type": "searchset"}', "answer to a search"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence_with_status_2(
    transform, data, sentence
):
    result = transform(data)
    assert result.exit_code == 2
    assert result.stdout_bytes == b""
    assert sentence in result.stderr


def test_a_file_that_is_not_there_is_told_with_status_2(tmp_path):
    result = CliRunner().invoke(app, ["transform", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "none.json: No such file or directory." in result.stderr


def test_the_source_is_never_written_over(transform, tmp_path):
    result = transform(own_bundle(), "-o", str(tmp_path / "source.json"))
    assert result.exit_code == 2
    assert "must be different files" in result.stderr
    assert json.loads((tmp_path / "source.json").read_bytes())


def test_check_refuses_what_r4_forbids_place_by_place(transform):
    bundle = own_bundle()
    resource(bundle, "Condition").pop("subject")
    resource(bundle, "Patient")["gendr"] = "Weber"
    assert transform(bundle).exit_code == 0
    result = transform(bundle, "--check")
    assert result.exit_code == 2
    assert result.stdout_bytes == b""
    assert "Bundle.entry[5].resource.subject: R4 demands" in result.stderr
    assert "Bundle.entry[1].resource.gendr: R4 has no such" in result.stderr
    assert "Weber" not in result.stderr


def test_check_lets_good_fhir_pass(transform):
    assert transform(own_bundle(), "--check").exit_code == 0


def test_the_language_stands_where_the_document_names_none(transform):
    bundle = own_bundle()
    del resource(bundle, "Composition")["language"]
    result = transform(bundle, "--language", "pt-PT")
    root = etree.fromstring(result.stdout_bytes)
    assert root.find(f"{CDA}languageCode").get("code") == "pt-PT"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--wave", "6"], "Documents of wave 6 are not written; these are: 8."),
        (["--language", "french"], "is no language with its country"),
        (["--country", "Luxembourg"], "is no country"),
        (["--to", "pdf"], "name cda or fhir"),
    ],
)
def test_an_option_that_cannot_be_followed_is_refused(transform, options, sentence):
    result = transform(own_bundle(), *options)
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (b'{"resourceType": "Bundle"}', Target.CDA),
        (b'\xef\xbb\xbf  {"resourceType": "Bundle"}', Target.CDA),
        (b"<ClinicalDocument/>", Target.FHIR),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>", Target.FHIR),
        (b"%PDF", Target.CDA),
    ],
)
def test_the_direction_is_guessed_from_the_first_character(data, target):
    assert guess_target(data) is target


def test_a_cda_becomes_a_fhir_document_with_its_ledger(transform, tmp_path):
    cda = transform(own_bundle()).stdout_bytes
    result = transform(cda, "--ledger", str(tmp_path / "ledger.json"))
    assert result.exit_code in {0, 1}
    bundle = json.loads(result.stdout_bytes)
    assert bundle["type"] == "document"
    assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"
    patient = resource(bundle, "Patient")
    assert patient["birthDate"] == resource(own_bundle(), "Patient")["birthDate"]
    ledger = json.loads((tmp_path / "ledger.json").read_bytes())
    assert ledger["source"]["format"] == "eHDSI CDA"
    assert ledger["leaves"] == len(ledger["entries"]) > 100
    assert all(entry["path"].startswith("/ClinicalD") for entry in ledger["entries"])


@pytest.mark.parametrize(
    ("option", "data", "sentence"),
    [
        (
            "cda",
            b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>",
            "This is a CDA document",
        ),
        ("fhir", b'{"resourceType": "Bundle"}', ""),
        ("fhir", b"<html/>", ""),
        ("fhir", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ""),
    ],
)
def test_a_source_of_the_other_kind_is_refused_in_a_sentence(
    transform, option, data, sentence
):
    result = transform(data, "--to", option)
    assert result.exit_code == 2
    assert result.stdout_bytes == b""
    last = result.stderr.splitlines()[-1]
    assert sentence in result.stderr
    assert len(last) > 20
    assert last.endswith(".")


def test_as_a_process_it_needs_no_settings_and_pipes(tmp_path):
    """No settings, no home, no network: a pipe in an empty folder."""
    done = subprocess.run(
        [sys.executable, "-m", "ncp.cli.main", "transform", "-"],
        input=SUMMARY.read_bytes(),
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": os.defpath},
    )
    assert done.returncode == 0, done.stderr
    assert etree.fromstring(done.stdout).tag == f"{CDA}ClinicalDocument"
    assert b"868 leaves" in done.stderr


def test_it_imports_nothing_of_doors_and_stores():
    """What the start costs is what is imported."""
    code = (
        "import sys, ncp.cli.transforming;"
        "heavy = {'fastapi', 'sqlalchemy', 'requests', 'uvicorn', 'pydantic',"
        " 'cryptography', 'xmlsec', 'fhir'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_how_to_shows_what_the_command_says(transform):
    summary = json.loads(SUMMARY.read_bytes())
    del resource(summary, "Patient")["birthDate"]
    said = transform(summary).stderr.splitlines()
    page = REPOSITORY / "docs/how-to/transform-a-document.md"
    shown = page.read_text(encoding="utf-8").split("$ ncp transform incomplete.json")[1]
    lines = [line.strip() for line in shown.split("$ echo")[0].splitlines()[1:]]
    account = said[2:8]
    assert [without_numbers(line) for line in account] == [
        without_numbers(line) for line in lines[2:8]
    ]
    critical = said.index(next(line for line in said if line.startswith("CRITICAL")))
    assert [line.strip() for line in said[critical : critical + 2]] == lines[8:10]


def without_numbers(line):
    return " ".join(re.sub(r"\d+", "", line).split())


def test_a_dispensation_becomes_an_edispensation_and_comes_back(transform):
    written = transform(prepared())
    assert written.exit_code == 0, written.stderr
    root = etree.fromstring(written.stdout_bytes)
    assert root.find(f"{CDA}code").get("code") == "60593-1"
    back = transform(written.stdout_bytes)
    dispense = resource(json.loads(back.stdout_bytes), "MedicationDispense")
    assert dispense["quantity"]["value"] == 2


def test_a_prescription_becomes_an_eprescription_and_comes_back(transform):
    written = transform(by_name("once-daily").data())
    assert written.exit_code == 0, written.stderr
    root = etree.fromstring(written.stdout_bytes)
    assert root.find(f"{CDA}code").get("code") == "57833-6"
    back = json.loads(transform(written.stdout_bytes).stdout_bytes)
    composition = resource(back, "Composition")
    assert composition["type"]["coding"][0]["code"] == "57833-6"
    assert resource(back, "MedicationRequest")["intent"] == "order"


def test_of_several_items_one_has_to_be_named(transform):
    several = by_name("two-items-by-group-identifier").data()
    refused = transform(several)
    assert refused.exit_code == 2
    assert "2 items" in refused.stderr
    first, second = (transform(several, "--item", str(n)).stdout_bytes for n in (1, 2))
    ids = {
        etree.fromstring(one).find(f"{CDA}id").get("root") for one in (first, second)
    }
    assert len(ids) == 2
    assert transform(several, "--item", "3").exit_code == 2


def test_a_summary_that_lists_orders_stays_a_summary(transform):
    bundle = own_bundle()
    order = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": "Aspirin"},
    }
    url = "https://example.lu/fhir/MedicationRequest/m"
    bundle["entry"].append({"fullUrl": url, "resource": order})
    root = etree.fromstring(transform(bundle).stdout_bytes)
    assert root.find(f"{CDA}code").get("code") == "60591-5"
