"""The demo as a newcomer runs it: the story, the folder, the way to talk to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ncp.demo.source import HERO, SAMPLE_PATIENTS
from tests.capabilities import REPOSITORY, require_program
from tests.plugins.canary import WATCH
from transformations.fhir import json_leaves

NCP = (sys.executable, "-m", "ncp.cli.main")
READY = "Still running"
# Some fifteen seconds where nothing else runs; a loaded machine gets its time.
PATIENCE_S = 500
pytestmark = pytest.mark.timeout(PATIENCE_S + 100)


@dataclass
class RunningDemo:
    process: subprocess.Popen[bytes]
    folder: Path
    output: Path

    @property
    def story(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def said(self) -> str:
        """Return the story as one line, however it was wrapped."""
        return " ".join(self.story.split())

    def children(self) -> list[int]:
        return [
            int(path.parent.name)
            for path in Path("/proc").glob("[0-9]*/stat")
            if _parent_of(path) == self.process.pid
        ]


def _parent_of(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return None


def incomplete_summary(folder: Path) -> Path:
    """Make a summary that lacks what the rules demand, and any OID identifier."""
    bundle = json.loads((SAMPLE_PATIENTS / HERO).read_bytes())
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            del entry["resource"]["identifier"]
            del entry["resource"]["birthDate"]
    file = folder / "incomplete.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("demo")
    arguments = [
        *NCP,
        "demo",
        "--keep",
        "--patient-summary",
        str(incomplete_summary(folder)),
        "--output",
        str(folder / "kept"),
    ]
    output = folder / "output.txt"
    with output.open("wb") as file:
        process = subprocess.Popen(arguments, stdout=file, stderr=file, cwd=folder)
    running = RunningDemo(process, folder / "kept", output)
    with process:
        try:
            deadline = time.monotonic() + PATIENCE_S
            while "/metrics" not in running.story and process.poll() is None:
                assert time.monotonic() < deadline, running.story
                time.sleep(0.1)
            yield running
        finally:
            process.kill()
            # The demo started the gateways itself: nobody else follows their logs.
            for log in running.folder.glob("country-*/log.txt"):
                WATCH.follow(log)


def test_the_story_is_told_to_its_end(demo):
    said = demo.said()
    for chapter in (
        "Setting up",
        "Where are the others?",
        "Who is this patient?",
        "I am treating this patient",
        "What is there to read?",
        "The patient summary",
        "And a patient who said no",
        "What is on record",
        "A doctor in Luxembourg asks three countries",
        "Three answers, one meaning",
        "They ask Luxembourg",
        "A pharmacy in Luxembourg, a prescription from abroad",
        "A citizen asks",
        READY,
    ):
        assert chapter in said
    assert "the certificate is pinned for PT as tls-client" in said
    assert "consent-refused" in said


def test_a_pharmacy_dispenses_once_gives_back_and_the_register_knows(demo):
    said = demo.said()
    assert "Country XA offered 2 prescriptions before and 1 prescription now" in said
    assert "dispensed-before" in said
    assert "Country XA offers 2 prescriptions again" in said
    for code in ("XB", "XC"):
        assert f"Country {code} 2 x Metformine" in said
    assert "It has each once: 6 dispensed, 3 discarded" in said
    assert "mirror image" not in said


def test_the_patient_learns_who_had_the_data_and_the_national_log_knows(demo):
    said = demo.said()
    assert "Dr Inês Figueira, Medical doctor; Treatment" in said
    asked = re.search(r"Requests from other countries: (\d+); of these, (\d+)", said)
    logged = re.search(r"it has (\d+) entries about this patient", said)
    assert asked
    assert logged
    # Each of the four countries identified, listed, and fetched at least.
    assert int(asked[1]) >= int(asked[2]) >= 4 * 3
    assert logged[1] == asked[2]
    result = demo.folder / "result"
    assert (result / "who-had-my-data.fr.pdf").read_bytes().startswith(b"%PDF-")
    bundle = json.loads((result / "who-had-my-data.fhir.json").read_bytes())
    assert len(bundle["entry"]) == int(asked[1])


def test_the_demo_tells_how_each_country_was_found_and_why_that_is_believed(demo):
    said = demo.said()
    assert "NAPTR of NVPPE7THMGYKXQGX553YZAPXEOBFMB7VM3IRHMRLUEMCKXBP47BA" in said
    assert "sealed by CN=PT demo seal" in said
    assert "it carries CN=PT demo seal" in said
    assert "NAPTR of 3AX3PTFTXRLG7XWIZR57G5XBMBWVJNJJLY2TFVEGWCIQ7N5YLPUA" in said
    assert "published by CN=EU demo publisher" in said
    assert "sealed by CN=LU demo seal" in said
    assert "the entry leads to https://127.0.0.1:" in said


def test_the_tutorial_tells_the_same_story(demo):
    tutorial = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8")
    numbered = re.findall(r"^[0-9]+\. (.*)$", demo.story, re.MULTILINE)
    headings = re.findall(r"^## (.*)$", tutorial, re.MULTILINE)
    assert [each for each in headings if each in numbered] == numbered[:-1]
    for sentence in (
        "it checked again, with the same result",
        "Each stands once in the ledger, with what became of it",
        "Each answer left only after its audit event was on disk",
    ):
        assert sentence in demo.said()
        assert sentence in " ".join(tutorial.split())


def test_what_was_added_and_what_is_missing_is_said(demo):
    said = demo.said()
    assert "made-up Luxembourg matricule" in said
    assert "The document lacks what the rules demand" in said
    assert "birthDate" in said


def test_the_folder_holds_everything(demo):
    kept = demo.folder
    assert (kept / "result" / "patient-summary.cda.xml").stat().st_size > 1000
    ledger = json.loads((kept / "result" / "ledger.json").read_bytes())
    assert ledger["leaves"] == len(ledger["entries"]) > 100
    assert (kept / "story.txt").read_text(encoding="utf-8") == demo.story
    # Asked by Portugal; each country asked by a doctor, by a pharmacy, and asking.
    of_a = 5 + 3 * (9 + 8 + 4)
    for country, exchanges in (("country-a", of_a), ("country-b", 5)):
        assert len(list((kept / country / "exchanges").iterdir())) == exchanges
        assert list((kept / "audit" / country).glob("*-ITI-39.xml"))
    given = (kept / "result" / "as-it-was-given.fhir.json").read_bytes()
    assert given == (demo.output.parent / "incomplete.json").read_bytes()
    served = json.loads((kept / "result" / "patient-summary.fhir.json").read_bytes())
    assert ledger["leaves"] == sum(1 for _ in json_leaves(served, "Bundle"))


def test_every_program_is_understood_and_says_it_was_answered(demo):
    said = demo.said()
    for program in ("OpenNCP up to 7", "OpenNCP 8 and 9", "gematik's contact point"):
        assert f"plays {program}" in said
    assert said.count("Alex Robin Kitson, born 1967-06-30, female") == 3 + 1
    assert "XA 1102 XB ERROR_PS_NOT_FOUND XC ERROR_GENERIC_DOCUMENT_MISSING" in said
    assert "doctor The patient's consent is not given" in said
    assert "ITI-39 HTTP 200; Success; ClinicalDocument of" in said
    for code in ("xa", "xb", "xc"):
        result = demo.folder / "result" / "abroad"
        assert (result / f"{code}-laboratory-report.pdf").read_bytes()[:5] == b"%PDF-"
        original = (result / f"{code}-summary.cda.xml").read_text(encoding="utf-8")
        told = (result / f"{code}-summary.fr-FR.cda.xml").read_text(encoding="utf-8")
        assert "pénicillines" not in original
        assert "pénicillines" in told
        heard = (demo.folder / "abroad" / code / "log.txt").read_text(encoding="utf-8")
        assert "ITI-39 KIT-KNOWN: document (no error)" in heard
        assert "remark" not in heard


def test_the_line_it_shows_for_talking_to_it_works(demo):
    require_program("curl", "curl")
    lines = [line.strip() for line in demo.story.splitlines()]
    begin = next(i for i, line in enumerate(lines) if line.startswith("TOKEN="))
    command = "\n".join(lines[begin : lines.index("", begin)])
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=demo.output.parent,
        capture_output=True,
        check=True,
        timeout=30,
    )
    [person] = json.loads(done.stdout)["patients"]
    assert person["family"] == ["Bergmann-Thill"]


# Last in this file: it ends the demo the others look at.
def test_ctrl_c_ends_it_and_everything_it_started(demo):
    started = demo.children()
    assert len(started) == 7
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=30) == 0
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
    assert "every process of the demo has ended" in demo.said()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"%PDF-1.7", "This is a PDF"), (b"<x/>", "XML or HTML, not FHIR JSON")],
)
def test_a_file_that_is_no_fhir_document_is_refused_with_help(tmp_path, content, words):
    file = tmp_path / "summary"
    file.write_bytes(content)
    done = subprocess.run(
        [*NCP, "demo", "--patient-summary", str(file)],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "88"},
    )
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert "Send a FHIR R4 document Bundle" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (tmp_path / "demo-output").exists()
