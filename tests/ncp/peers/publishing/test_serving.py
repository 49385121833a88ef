"""The small directory as a command."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from ncp.cli.smp import publish
from ncp.cli.smp_serving import DirectoryQuestion, serve
from ncp.errors import ConfigurationError
from tests.ncp.peers.publishing.scene import ZONE


def test_a_small_directory_can_be_served_by_hand(scene, tmp_path, publisher):
    from tests.trust.pki import key_pem

    (tmp_path / "smp.key").write_bytes(key_pem(publisher.private_key))
    said: list[str] = []
    until, is_up = threading.Event(), threading.Event()

    def announce(line: str) -> None:
        said.append(line)
        is_up.set()

    question = DirectoryQuestion(
        tmp_path / "smp.pem",
        tmp_path / "smp.key",
        [f"LU={scene.pki.seal.certificate}"],
        zone=ZONE,
    )
    thread = threading.Thread(target=serve, args=(question, announce, until))
    thread.start()
    try:
        assert is_up.wait(10)
        told = json.loads(said[0])
        address = told["directory"]
        directory = scene.values["directory"]
        directory["resolvers"] = [told["resolver"]]
        directory["ports"] = [int(address.rpartition(":")[2]), 443]
        directory["publication"]["admin_url"] = address
        assert publish(scene.settings(), scene.clock, None, None).is_good
    finally:
        until.set()
        thread.join()


@pytest.mark.parametrize("seal", ["LU", "LUX=x.pem", "=x.pem", "LU="])
def test_a_seal_is_named_with_its_country(seal, tmp_path):
    question = DirectoryQuestion(tmp_path, tmp_path, [seal])
    with pytest.raises(ConfigurationError, match="country and its file"):
        serve(replace(question), print, threading.Event())
