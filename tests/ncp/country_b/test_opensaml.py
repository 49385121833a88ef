"""OpenSAML and Santuario believe the security headers of the messages we send."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncp.exchange import HttpPayload
from tests.ncp.country_a.scene import DOCTOR, EVA, CountryA
from tests.ncp.country_b.scene import CountryB
from tests.trust.xmlsignature.opensaml import judged_in_java


@pytest.mark.spec("SAML 2.0 Core 5.4")
def test_every_assertion_of_the_messages_we_send_is_believed(tmp_path: Path) -> None:
    country_b = CountryB(tmp_path, CountryA(tmp_path))
    handle = country_b.treating(EVA)
    listed = country_b.gateway.documents(DOCTOR, handle).documents
    country_b.gateway.fetch(DOCTOR, handle, listed[0].document)
    sent = {
        f"message {number}": _envelope(payload)
        for number, payload in enumerate(country_b.line.sent)
    }
    folder = tmp_path / "messages"
    folder.mkdir()
    judged = judged_in_java(sent, folder)
    # One about the professional identifies; with the one about the patient, the others.
    assert [len(each) for each in judged.values()] == [1, 2, 2]
    assert {
        verdict
        for all_of in judged.values()
        for each in all_of
        for verdict in each.verdicts
    } == {True}


def _envelope(payload: HttpPayload) -> bytes:
    """Take the envelope out of its package, where it is in one."""
    end = b"</soap:Envelope>"
    begun = payload.body.index(b"<soap:Envelope")
    return payload.body[begun : payload.body.index(end) + len(end)]
