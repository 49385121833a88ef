"""OpenATNA, the repository that comes with OpenNCP, takes every event that we send.

``NCP_OPENATNA_JARS`` names a folder with the jar of ``openatna-audit``, as OpenNCP's
source builds it, and with all that it needs.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from ncp.audit import to_dicom
from ncp.audit.forms import AuditForm, in_form
from tests.capabilities import OPENATNA
from tests.java import Jars, write_numbered
from tests.ncp.audit.border import crossed
from tests.ncp.audit.samples import every_event
from tests.trust import pki
from trust.smp.signature import sign_document

PROGRAM = Path(__file__).with_name("ReadAsOpenAtna.java")
ROOT = etree.XPath("/AuditMessage")
JARS = Jars("NCP_OPENATNA_JARS", OPENATNA, ("openatna-audit-*.jar",))


@pytest.fixture(scope="module", autouse=True)
def _jars() -> None:
    JARS.require()


@pytest.fixture(scope="module")
def events(_jars: None, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Every event in every state, and what crossing the border records."""
    with crossed(tmp_path_factory.mktemp("border")) as border:
        recorded = [entry.dicom for entry in border.trail()]
    return [*recorded, *map(to_dicom, every_event())]


def read_by_openatna(messages: list[bytes], folder: Path) -> list[str]:
    write_numbered(messages, folder, "xml")
    return [told for _, told in JARS.said_by(PROGRAM, folder)]


def said_by(message: bytes) -> str:
    """What a message says, in the words of the program."""
    root = etree.fromstring(message)
    event = root.find("EventIdentification")
    assert event is not None
    code = event.find("EventID")
    assert code is not None
    participants = len(root.findall("ActiveParticipant"))
    objects = len(root.findall("ParticipantObjectIdentification"))
    outcome = event.get("EventOutcomeIndicator")
    return f"{code.get('csd-code')} {outcome} {participants} {objects}"


@pytest.mark.spec("DICOM PS3.15 A.5.1")
def test_openatna_reads_every_event_whole(events, tmp_path):
    assert read_by_openatna(events, tmp_path) == [said_by(each) for each in events]


def test_openatna_reads_what_is_signed(events, tmp_path):
    seal = pki.seal("seal")
    signed = [sign_document(each, ROOT, seal) for each in events[:10]]
    assert read_by_openatna(signed, tmp_path) == [said_by(each) for each in events[:10]]


def test_openatna_does_not_read_the_older_form(events, tmp_path):
    old = [in_form(each, AuditForm.RFC_3881) for each in events[:3]]
    assert {told[:8] for told in read_by_openatna(old, tmp_path)} == {"refused:"}
