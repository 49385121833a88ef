"""``ncp trust lists``: verdicts, contents, exit status."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from ncp.cli.main import app
from ncp.cli.trust_lists import ListsQuestion, tell_lists
from ncp.errors import ConfigurationError
from tests.trust import pki
from tests.trust.pki import NOW
from tests.trust.trustlist.lists import (
    DAY,
    LOTL_SIGNER,
    OPERATOR,
    STRANGER,
    Draft,
    Entry,
    Period,
    Pointer,
    list_of_lists,
    signed,
)
from trust.certificates import fingerprint_of

CA = pki.seal("listed-authority").certificate
ENTRIES = (Entry((CA,)), Entry((CA,), Period("withdrawn", kind="TSA/QTST")))
TO_LU = Pointer("https://lists.lu/list.xml", (OPERATOR.certificate,))


@pytest.fixture
def files(tmp_path):
    """A list of lists, a list it points to, and who may sign the first."""
    found = {
        "lotl": (tmp_path / "lotl.xml", signed(list_of_lists([TO_LU]), LOTL_SIGNER)),
        "lu": (tmp_path / "lu.xml", signed(Draft(entries=ENTRIES))),
        "forged": (tmp_path / "forged.xml", signed(Draft(sequence=99), STRANGER)),
        "signer": (tmp_path / "signer.pem", pki.pem(LOTL_SIGNER.certificate)),
    }
    for path, data in found.values():
        path.write_bytes(data)
    return {name: path for name, (path, _) in found.items()}


def ask(files, *names: str, now=NOW, **changes):
    question = ListsQuestion(
        tuple(str(files[name]) for name in names), (files["signer"],), **changes
    )
    return tell_lists(question, now)


def test_lists_are_believed_from_the_signer_to_the_pointer(files):
    told = ask(files, "lotl", "lu")
    assert told.status == 0
    assert told.text.count("BELIEVED") == 2
    assert "LU, number 7" in told.text
    assert "1  CA/QC, granted" in told.text
    assert "1  TSA/QTST, withdrawn" in told.text
    assert "2 of 2 lists believed" in told.text


def test_without_its_parent_a_list_is_nobody_s_and_yet_told_of(files):
    told = ask(files, "lu")
    assert told.status == 1
    assert "DENIED (signer-not-pinned)" in told.text
    assert "not believed" in told.text
    assert "LU, number 7" in told.text


def test_a_forged_list_is_not_believed_beside_its_parent(files):
    told = ask(files, "lotl", "forged")
    assert told.status == 1
    assert "DENIED (signer-not-pinned)" in told.text


def test_an_altered_list_says_nothing(files):
    files["lu"].write_bytes(files["lu"].read_bytes().replace(b">7<", b">8<"))
    told = ask(files, "lotl", "lu")
    assert "DENIED (digest-mismatch)" in told.text
    assert "number 8" not in told.text


def test_the_moment_decides_about_lists_and_services(files):
    late = NOW + 200 * DAY
    assert "trust-list-expired" in ask(files, "lotl", now=late).text
    assert ask(files, "lotl", now=late, at=NOW).status == 0


def test_json_has_every_service(files):
    told = json.loads(ask(files, "lotl", "lu", as_json=True).text)
    union, luxembourg = told["lists"]
    assert union["pointers"] == [{"location": TO_LU.location, "territory": "LU"}]
    assert luxembourg["verdict"] == "accept"
    assert luxembourg["nextUpdate"].startswith("2026-06-10")
    granted = [each["isGranted"] for each in luxembourg["services"]]
    assert granted == [True, False]
    (digest,) = luxembourg["services"][0]["certificates"]
    assert digest == fingerprint_of(CA)


def test_following_goes_to_files_that_were_named_and_to_no_other(files, tmp_path):
    evil = Pointer(str(tmp_path / "lu.xml"), (OPERATOR.certificate,))
    files["lotl"].write_bytes(signed(list_of_lists([evil]), LOTL_SIGNER))
    told = ask(files, "lotl", follow=True)
    assert told.status == 1
    assert "BELIEVED" in told.text
    assert "DENIED (trust-list-unavailable)" in told.text


def test_a_kept_copy_forbids_an_older_list(files, tmp_path):
    kept = tmp_path / "kept"
    assert ask(files, "lotl", follow=True, territories=("XX",), kept=kept).status == 0
    older = list_of_lists([TO_LU], sequence=6)
    files["lotl"].write_bytes(signed(older, LOTL_SIGNER))
    told = ask(files, "lotl", follow=True, territories=("XX",), kept=kept)
    assert "an older copy stands in" in told.text
    assert "EU, number 7" in told.text


def test_what_cannot_be_had_is_named(files, tmp_path):
    files["absent"] = tmp_path / "absent.xml"
    with pytest.raises(ConfigurationError, match=r"absent\.xml"):
        ask(files, "absent")


def test_a_signer_s_file_that_is_no_certificate_is_named(files):
    files["signer"].write_text("no certificate")
    with pytest.raises(ConfigurationError, match="--signer"):
        ask(files, "lotl")


# The command ------------------------------------------------------------------------


def test_the_command_ends_with_the_status(files):
    arguments = ["trust", "lists", str(files["lotl"]), "--signer", str(files["signer"])]
    good = CliRunner().invoke(app, [*arguments, "--at", NOW.isoformat()])
    assert good.exit_code == 0, good.output
    late = CliRunner().invoke(app, [*arguments, "--at", "2030-01-01"])
    assert late.exit_code == 1
    nonsense = CliRunner().invoke(app, [*arguments, "--at", "soon"])
    assert nonsense.exit_code == 2
