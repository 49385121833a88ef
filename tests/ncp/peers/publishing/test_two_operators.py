"""What one operator proposes, another approves."""

from __future__ import annotations

import json

import pytest

from ncp.cli.smp import publish, review
from ncp.errors import ConfigurationError
from ncp.settings import Settings
from tests.ncp.peers.publishing.scene import SERVICES, Scene, published


@pytest.mark.spec("fact sheet 06 6.2")
def test_with_two_operators_one_proposes_and_the_other_approves(scene):
    settings = scene.settings(approvals=2)
    told = publish(settings, scene.clock, scene.token("ann"), None)
    assert not published(scene)
    name = told.lines[-1].rpartition(" ")[2]
    shown = review(settings, name)
    assert "Proposed by ann" in shown.lines[0]
    assert any("address: https://ncp.lu.example.eu" in line for line in shown.lines)
    approved = publish(settings, scene.clock, scene.token("bob"), name)
    assert approved.lines[0].startswith("Proposed by ann")
    assert approved.lines[0].endswith("approved by bob.")
    assert published(scene) == SERVICES
    with pytest.raises(ConfigurationError, match="no proposal"):
        publish(settings, scene.clock, scene.token("bob"), name)


def proposed(scene: Scene) -> tuple[Settings, str]:
    settings = scene.settings(approvals=2)
    told = publish(settings, scene.clock, scene.token("ann"), None)
    return settings, told.lines[-1].rpartition(" ")[2]


def test_nobody_approves_what_was_proposed_by_oneself(scene):
    settings, name = proposed(scene)
    with pytest.raises(ConfigurationError, match="your own"):
        publish(settings, scene.clock, scene.token("ann"), name)
    assert not published(scene)


def test_nobody_unknown_proposes_or_approves(scene):
    settings, name = proposed(scene)
    (scene.folder / "eve.token").write_text("x" * 40)
    for approve in (None, name):
        with pytest.raises(ConfigurationError, match="no operator"):
            publish(settings, scene.clock, scene.token("eve"), approve)
        with pytest.raises(ConfigurationError, match="two operators"):
            publish(settings, scene.clock, None, approve)


@pytest.mark.parametrize("part", ["document", "operator", "name"])
def test_a_proposal_that_was_changed_is_not_carried_out(scene, part):
    settings, name = proposed(scene)
    (path,) = (scene.folder / "directory" / "proposals").glob("*.json")
    content = json.loads(path.read_text())
    if part == "document":
        content["changes"][0]["document"] = content["changes"][1]["document"]
    elif part == "operator":
        content["operator"] = "bob"
    path.write_text(json.dumps(content))
    if part == "name":
        path.rename(path.with_name("0" * 12 + ".json"))
        name = "0" * 12
    with pytest.raises(ConfigurationError, match="not as its operator left it"):
        publish(settings, scene.clock, scene.token("bob"), name)
    assert not published(scene)


@pytest.mark.parametrize("name", ["../../etc/passwd", "zz", "0" * 12])
def test_a_proposal_has_a_plain_name(scene, name):
    with pytest.raises(ConfigurationError, match="no proposal"):
        review(scene.settings(approvals=2), name)
