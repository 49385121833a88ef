"""Faults of the settings are told before anything is written."""

from __future__ import annotations

import pytest

from ncp.cli.smp import diff, look_up, publish
from ncp.errors import ConfigurationError
from ncp.settings import load_settings, read_settings
from tests.ncp.peers.publishing.scene import DAY, NOW
from tests.trust.pki import certificate, pem


def test_without_a_directory_there_is_nothing_to_ask_or_publish(scene):
    values = {k: v for k, v in scene.values.items() if k != "directory"}
    settings = read_settings(values, "the test", scene.folder)
    for command in (
        lambda: look_up(settings, "LU", (), scene.clock),
        lambda: diff(settings, scene.clock),
    ):
        with pytest.raises(ConfigurationError):
            command()


def test_a_file_that_is_no_search_mask_is_named(scene):
    (scene.folder / "mask.xml").write_bytes(b"<searchFields/>")
    with pytest.raises(ConfigurationError, match="no search mask"):
        diff(scene.settings(), scene.clock)


def test_a_seal_that_is_not_rsa_is_told_before_anything_is_written(scene, tmp_path):
    from tests.trust.pki import ec_key, key_pem

    key = ec_key("seal")
    leaf = certificate(key, country="LU", valid_from=NOW - DAY, valid_to=NOW + DAY)
    (tmp_path / "ec.pem").write_bytes(pem(leaf))
    (tmp_path / "ec.key").write_bytes(key_pem(key))
    scene.values["keys"]["seal"] = {"certificate": "ec.pem", "key": "ec.key"}
    with pytest.raises(ConfigurationError, match="RSA"):
        publish(scene.settings(), scene.clock, None, None)


def test_the_example_of_the_reference_publishes_what_it_names():
    from tests.capabilities import REPOSITORY

    settings = load_settings(REPOSITORY / "docs" / "reference" / "luxembourg.toml")
    assert settings.directory.publication is not None
    assert settings.directory.publication.approvals == 2
