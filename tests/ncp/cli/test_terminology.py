"""``ncp terminology``: what an operator sees and what is on disk afterwards."""

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from ncp.cli.commands.terminology import terminology_app
from ncp.settings.terminology import TerminologySettings
from tests.capabilities import REPOSITORY
from tests.corpus.prescriptions import PRESCRIPTIONS
from tests.ncp.terminology.server import central_server
from transformations.terminology.catalogue import StoredCatalogue

SNOMED_CT = "2.16.840.1.113883.6.96"
HEADER = "value_set,system,code,display\n"


@pytest.fixture
def shelf(tmp_path):
    one = tmp_path / "one.csv"
    one.write_text(f"{HEADER}eHDSISeverity,{SNOMED_CT},6736007,Moderate\n")
    two = tmp_path / "two.csv"
    two.write_text(
        f"{HEADER}eHDSISeverity,{SNOMED_CT},6736007,Medium\n"
        f"eHDSISeverity,{SNOMED_CT},24484000,Severe\n"
    )
    national = tmp_path / "lu.csv"
    national.write_text(f"system,code,language,text\n{SNOMED_CT},6736007,lb,Mëttel\n")
    return tmp_path


def run(shelf, *arguments):
    command = [*arguments, "--folder", str(shelf / "store")]
    result = CliRunner().invoke(terminology_app, command)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def brought_in(shelf):
    run(shelf, "import", str(shelf / "one.csv"), "--name", "r1", "--activate")
    run(shelf, "import", str(shelf / "two.csv"), "--name", "r2")
    run(shelf, "import", str(shelf / "lu.csv"), "--name", "lu", "--overlay")


def test_what_was_brought_in_is_listed_and_what_speaks_has_a_star(shelf):
    brought_in(shelf)
    told = run(shelf, "status")
    assert "* release r1: 10 value sets" in told
    assert "  release r2" in told
    assert "  overlay lu" in told
    assert "names: lb 1" in told


def test_a_release_is_activated_with_its_overlay_and_rolled_back(shelf):
    brought_in(shelf)
    assert "r2 + lu speaks" in run(shelf, "activate", "r2", "--overlay", "lu")
    assert "* overlay lu" in run(shelf, "status")
    assert "r1 speaks" in run(shelf, "activate", "--roll-back")
    rows = json.loads((shelf / "store" / "activations.json").read_text())
    assert [row["release"] for row in rows] == ["r1", "r2", "r1"]


def test_an_activation_may_lie_in_the_future(shelf):
    brought_in(shelf)
    run(shelf, "activate", "r2", "--since", "2199-01-01T00:00:00")
    told = run(shelf, "status")
    assert "* release r1" in told
    assert "from 2199-01-01 00:00Z  r2" in told


def test_a_diff_tells_codes_names_and_mappings(shelf):
    brought_in(shelf)
    told = run(shelf, "diff", "r1", "r2")
    assert "eHDSISeverity: 1 more, 0 fewer" in told
    assert f"+ 24484000 ({SNOMED_CT})" in told
    assert "names: 1 more, 0 fewer, 1 changed" in told


def test_a_mapping_to_nowhere_is_told_at_once(shelf):
    brought_in(shelf)
    wrong = shelf / "wrong.csv"
    wrong.write_text(
        "source_system,source_code,target_system,target_code\n"
        f"1.3.182.99.1,A,{SNOMED_CT},1\n"
    )
    told = run(shelf, "import", str(wrong), "--name", "w", "--overlay")
    assert "no such target in r1: A in 1.3.182.99.1" in told


def test_the_value_sets_of_hl7_are_in_every_release(shelf):
    brought_in(shelf)
    with StoredCatalogue(shelf / "store" / "releases" / "r1.sqlite") as catalogue:
        assert catalogue.has("eHDSIAdministrativeGender", "F", "2.16.840.1.113883.5.1")


def test_a_broken_source_changes_nothing_and_says_where(shelf):
    from ncp.errors import ConfigurationError

    brought_in(shelf)
    (shelf / "one.csv").write_text(f"{HEADER}eHDSISeverity,{SNOMED_CT},,x\n")
    with pytest.raises(ConfigurationError, match=r"one\.csv, line 2"):
        run(shelf, "import", str(shelf / "one.csv"), "--name", "r1")
    assert "* release r1: 10 value sets" in run(shelf, "status")


def test_coverage_reads_national_documents_and_ends_with_1_where_codes_are_open(shelf):
    run(shelf, "demo")
    patients = REPOSITORY / "ncp/national/sample_country/patients"
    page, table = shelf / "coverage.html", shelf / "coverage.csv"
    told = run(
        shelf, "coverage", str(patients), "--html", str(page), "--csv", str(table)
    )
    assert "3 documents against demo" in told
    assert "left out" in told  # the consents beside them
    assert "<h1>Coverage" in page.read_text()
    assert table.read_text().startswith("element,value sets,")


def test_coverage_reads_each_item_of_a_prescription(shelf):
    run(shelf, "demo")
    case = next(one for one in PRESCRIPTIONS if one.items == 3)
    source = shelf / "prescriptions.json"
    source.write_bytes(case.data())
    page, table = shelf / "coverage.html", shelf / "coverage.csv"
    told = run(shelf, "coverage", str(source), "--html", str(page), "--csv", str(table))
    assert "3 documents against demo" in told
    assert "dose form" in table.read_text()


def test_coverage_without_a_document_says_so(shelf):
    from ncp.errors import ConfigurationError

    run(shelf, "demo")
    (shelf / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="no file or folder"):
        run(shelf, "coverage", str(shelf / "nowhere"))
    with pytest.raises(ConfigurationError, match="No document was found"):
        run(shelf, "coverage", str(shelf / "empty"))


def test_a_release_is_fetched_from_the_central_server_and_activated(shelf, monkeypatch):
    (shelf / "password").write_text("secret\n")
    with central_server() as (_, base):
        terminology = TerminologySettings(
            folder=shelf / "store",
            central_server={
                "url": base,
                "user": "ncpeh@lu",
                "password_file": shelf / "password",
                "page_size": 3,
            },
        )
        monkeypatch.setattr(
            "ncp.cli.commands.terminology._loaded",
            lambda _: SimpleNamespace(terminology=terminology),
        )
        announced = []
        monkeypatch.setattr(
            "ncp.cli.terminology_recording.announce",
            lambda _, name, sentence: announced.append((name, sentence)),
        )
        told = CliRunner().invoke(
            terminology_app, ["sync", "--settings", "x", "--name", "cts", "--activate"]
        )
    assert told.exit_code == 0, told.output
    assert "eHDSIIllnessandDisorder: 6 codes" in told.output
    assert "cts speaks from now on" in told.output
    assert announced == [
        ("cts", "it comes from the central server"),
        ("cts", "it is to speak from now on"),
    ]
    assert "* release cts" in run(shelf, "status")
