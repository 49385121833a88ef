"""``ncp validate`` says what is wrong, as text and as JSON, and by its exit status."""

import json
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.cli.validating import Asked, tell
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from tests.capabilities import require_data, require_schemas
from tests.transformations.rules.samples import one, summary

KEYS = {"rule", "severity", "location", "message", "remedy"}
FHIR = Path(__file__).parents[3] / "ncp/national/sample_country/patients"


def run(*arguments):
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.xml"
    path.write_bytes(etree.tostring(summary()))
    return path


@pytest.fixture
def bad(tmp_path):
    root = summary()
    birth = one(root, "//c:patient/c:birthTime")
    birth.getparent().remove(birth)
    path = tmp_path / "bad.xml"
    path.write_bytes(etree.tostring(root))
    return path


def test_a_valid_document_ends_with_status_0(good):
    result = run(good)
    assert result.exit_code == 0
    assert "valid" in result.stdout
    assert "not judged" in result.stdout


def test_an_invalid_document_ends_with_status_1_and_says_why(bad):
    result = run(bad)
    assert result.exit_code == 1
    assert "invalid, 1 error" in result.stdout
    assert "birthTime#missing" in result.stdout


def test_the_json_form_holds_the_findings_and_nothing_else(bad):
    result = run(bad, "--json")
    told = json.loads(result.stdout)
    assert set(told) == {"findings"}
    errors = [one for one in told["findings"] if one["severity"] == "error"]
    assert len(errors) == 1
    assert set(errors[0]) == KEYS


def test_with_several_files_each_finding_names_its_own(good, bad):
    result = run(good, bad, "--json")
    assert result.exit_code == 1
    files = {one["file"] for one in json.loads(result.stdout)["findings"]}
    assert files == {str(good), str(bad)}


def test_a_folder_is_searched(good, bad):
    assert run(good.parent).exit_code == 1


@pytest.mark.parametrize("content", [b"", b"words", b"<a>", b"{", b"<a/>", b'{"a":1}'])
def test_what_is_no_document_ends_with_status_2(tmp_path, content):
    path = tmp_path / "file.xml"
    path.write_bytes(content)
    result = run(path, "--json")
    assert result.exit_code == 2
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["rule"] == "file#unreadable"


def test_a_file_that_is_not_there_ends_with_status_2(tmp_path):
    assert run(tmp_path / "nothing.xml").exit_code == 2


def test_a_fhir_summary_is_judged_as_one(tmp_path):
    path = FHIR / "bergmann-summary.json"
    assert run(path).exit_code == 0
    bundle = json.loads(path.read_bytes())
    composition = bundle["entry"][0]["resource"]
    composition["section"] = [
        each
        for each in composition["section"]
        if each["code"]["coding"][0]["code"] != "48765-2"
    ]
    del bundle["timestamp"]
    spoilt = tmp_path / "spoilt.json"
    spoilt.write_text(json.dumps(bundle), encoding="utf-8")
    result = run(spoilt, "--json")
    assert result.exit_code == 1
    told = {one["rule"] for one in json.loads(result.stdout)["findings"]}
    assert {"summary#section-missing", "document#bundle-identity"} <= told


def test_the_structure_of_fhir_is_judged_too(tmp_path):
    bundle = json.loads((FHIR / "bergmann-summary.json").read_bytes())
    bundle["entry"][0]["resource"]["sort"] = 1
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(bundle), encoding="utf-8")
    result = run(path, "--json")
    assert result.exit_code == 1
    rules = [one["rule"] for one in json.loads(result.stdout)["findings"]]
    assert rules == ["R4#extra_forbidden"]


def test_an_assertion_is_judged_by_trust(tmp_path):
    path = tmp_path / "assertion.xml"
    path.write_text(
        '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"/>'
    )
    result = run(path, "--json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["rule"].startswith("trust#")


def test_the_schemas_are_asked_where_they_are_named(good, bad):
    schemas = require_schemas()
    assert run(good, "--xsd", schemas).exit_code == 0
    result = run(bad, "--xsd", schemas, "--json")
    assert result.exit_code == 1
    root = summary()
    title = one(root, "/c:ClinicalDocument/c:title")
    root.append(title)
    bad.write_bytes(etree.tostring(root))
    told = json.loads(run(bad, "--xsd", schemas, "--json").stdout)["findings"]
    assert any(one["rule"].startswith("schema#") for one in told)


def test_a_wave_or_folder_of_schemas_that_is_none_is_an_error_of_the_call(
    good, tmp_path
):
    now = SystemClock().now()
    with pytest.raises(ConfigurationError, match="wave 99"):
        tell(Asked((good,), wave=99), now)
    with pytest.raises(ConfigurationError, match="schemas"):
        tell(Asked((good,), schemas=tmp_path), now)
    with pytest.raises(ConfigurationError, match="catalogue"):
        tell(Asked((good,), catalogue=tmp_path), now)


def test_documents_of_others_are_judged():
    folder = require_data("cda-dev")
    told = tell(Asked((folder / "derived",)), SystemClock().now())
    assert told.status == 0
    assert told.text.count(": valid") == 2
