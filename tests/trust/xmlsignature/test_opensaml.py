"""OpenSAML and Apache Santuario, which OpenNCP is built on, believe what we sign."""

from __future__ import annotations

import pytest

from tests.trust import pki
from tests.trust.assertions.cast import (
    DOCTOR,
    envelope_bytes,
    hcp_bytes,
    nok_bytes,
    trc_bytes,
)
from tests.trust.xmlsignature.corpus import BAD
from tests.trust.xmlsignature.opensaml import Judged, judged_in_java

OURS = {
    "hcp": hcp_bytes,
    "trc": trc_bytes,
    "hcp on P-256": lambda: hcp_bytes(key=pki.ec_seal("ec")),
    "header of two": lambda: envelope_bytes(hcp_bytes(), trc_bytes()),
    "header of three": lambda: envelope_bytes(hcp_bytes(), nok_bytes(), trc_bytes()),
}
ALTERED = ("content: another name", "content: a longer life", "key: another one")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Judged]]:
    messages = {name: make() for name, make in OURS.items()}
    messages |= {f"bad {name}": BAD[name]() for name in ALTERED}
    return judged_in_java(messages, tmp_path_factory.mktemp("messages"))


@pytest.mark.spec("SAML 2.0 Core 5.4")
@pytest.mark.parametrize("name", OURS)
def test_both_libraries_believe_every_assertion_of_ours(judged, name):
    expected = {"header of two": 2, "header of three": 3}.get(name, 1)
    assert len(judged[name]) == expected
    assert all(each.verdicts == {True} for each in judged[name])


def test_opensaml_reads_what_we_wrote(judged):
    hcp, trc = judged["header of two"]
    assert hcp.subject == DOCTOR.identifier
    assert hcp.attributes > 5
    assert trc.subject == DOCTOR.identifier


@pytest.mark.parametrize("name", ALTERED)
def test_neither_library_believes_what_was_altered(judged, name):
    first, *_ = judged[f"bad {name}"]
    assert first.verdicts == {False}
