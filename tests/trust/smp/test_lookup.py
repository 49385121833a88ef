"""The way to an entry: DNS, server, one redirect; attacks by their names."""

from __future__ import annotations

import pytest

from tests.trust.pki import NOW, pins, seal
from tests.trust.smp.directory import (
    ASKED,
    OTHER_SMP,
    PUBLISHER,
    SECOND,
    SMP,
    World,
    information,
    naptr,
    published,
    publishers,
    redirect,
    terms,
)
from trust.certificates import Purpose
from trust.decision import Reason
from trust.smp import AddressRules, FixedLocator, MetadataLookup


@pytest.fixture
def world() -> World:
    pub = pins(
        (PUBLISHER.certificate, "EU", Purpose.SMP_SIGNER),
        (SECOND.certificate, "EU", Purpose.SMP_SIGNER),
    )
    return World(terms=terms(publishers=pub))


def test_an_entry_is_found_by_dns_and_the_way_is_told(world):
    found = world.look_up()
    assert found.decision.is_accepted
    assert found.information == information()
    evidence = found.decision.evidence
    assert evidence[0].startswith("NAPTR of ")
    assert evidence[1] == f"fetched from {SMP}{ASKED.path}"


def test_without_a_zone_the_settings_name_the_server(world):
    lookup = MetadataLookup(
        FixedLocator(SMP + "/"), world.server, world.rules, world.terms
    )
    assert lookup.look_up(ASKED, NOW).decision.is_accepted
    assert not world.dns.asked


@pytest.mark.spec("OASIS BDX SMP 1.0 2.3.3")
def test_one_redirect_is_followed_and_its_signer_checked(world):
    world.server.publish(published(redirect(OTHER_SMP, SECOND)))
    world.server.publish(published(publisher=SECOND), at=OTHER_SMP)
    found = world.look_up()
    assert found.decision.is_accepted, found.decision.sentence
    assert f"redirected to {OTHER_SMP}{ASKED.path}" in found.decision.evidence
    assert found.publisher_uid == SECOND.certificate.subject.rfc4514_string()


@pytest.mark.spec("fact sheet 02 7.2 row 31")
def test_attack_redirect_loop(world):
    world.server.publish(published(redirect(SMP, PUBLISHER)))
    found = world.look_up()
    assert found.decision.reason is Reason.DIRECTORY_REDIRECT_REFUSED
    assert len(world.server.asked) == 2


@pytest.mark.spec("fact sheet 02 7.2 row 31")
def test_attack_two_redirects(world):
    third = "https://smp3.example.eu"
    world.server.publish(published(redirect(OTHER_SMP, SECOND)))
    world.server.publish(
        published(redirect(third, SECOND), publisher=SECOND), at=OTHER_SMP
    )
    world.server.publish(published(), at=third)
    assert world.look_up().decision.reason is Reason.DIRECTORY_REDIRECT_REFUSED
    assert not any(url.startswith(third) for url in world.server.asked)


@pytest.mark.spec("fact sheet 02 7.2 row 31")
@pytest.mark.parametrize(
    "target",
    [
        "http://smp2.example.eu",
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://[::1]",
        "file:///etc",
    ],
)
def test_attack_redirect_to_an_internal_address(world, target):
    world.server.publish(published(redirect(target, SECOND)))
    assert world.look_up().decision.reason is Reason.DIRECTORY_ADDRESS_REFUSED
    assert len(world.server.asked) == 1


def test_attack_redirect_to_a_host_outside_the_settings(world):
    world.rules = AddressRules(hosts=("smp.example.eu",))
    world.server.publish(published(redirect(OTHER_SMP, SECOND)))
    assert world.look_up().decision.reason is Reason.DIRECTORY_ADDRESS_REFUSED


def test_attack_redirect_answered_by_another_signer_than_it_names(world):
    world.server.publish(published(redirect(OTHER_SMP, SECOND)))
    world.server.publish(published(), at=OTHER_SMP)
    assert world.look_up().decision.reason is Reason.DIRECTORY_REDIRECT_REFUSED


def test_attack_redirect_without_a_seal(world):
    stranger = seal("stranger")
    world.server.publish(published(redirect(OTHER_SMP, SECOND), sealed_by=stranger))
    assert world.look_up().decision.reason is Reason.SIGNER_NOT_PINNED


@pytest.mark.spec("fact sheet 02 7.2 row 35")
def test_attack_dns_poison_to_a_server_of_the_attacker(world):
    evil = "https://smp.evil.eu"
    world.records(naptr(evil))
    forged = published(publisher=seal("evil"), sealed_by=seal("evil"))
    world.server.publish(forged, at=evil)
    assert world.look_up().decision.reason is Reason.SIGNER_NOT_PINNED


@pytest.mark.spec("fact sheet 02 7.2 row 35")
def test_attack_dns_poison_to_plain_http(world):
    world.records(naptr("http://smp.example.eu"))
    assert world.look_up().decision.reason is Reason.DIRECTORY_ADDRESS_REFUSED
    assert not world.server.asked


@pytest.mark.spec("fact sheet 02 7.2 row 36")
def test_attack_naptr_with_a_catastrophic_pattern(world):
    world.records(naptr(regexp=f"!(a+)+$!{SMP}!"))
    assert world.look_up().decision.reason is Reason.DIRECTORY_RECORD_REFUSED
    assert not world.server.asked


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("dns", Reason.DIRECTORY_UNREACHABLE),
        ("server", Reason.DIRECTORY_UNREACHABLE),
    ],
)
def test_a_directory_that_is_down_is_told_apart(world, part, reason):
    getattr(world, part).is_down = True
    assert world.look_up().decision.reason is reason


def test_a_country_that_is_nowhere_is_absent(world):
    world.server.answers.clear()
    assert world.look_up().decision.reason is Reason.DIRECTORY_ENTRY_ABSENT
    world.dns.records.clear()
    assert world.look_up().decision.reason is Reason.DIRECTORY_ENTRY_ABSENT


def test_only_publishers_of_the_settings_are_believed(world):
    world.terms = terms(publishers=publishers(SECOND))
    assert world.look_up().decision.reason is Reason.SIGNER_NOT_PINNED
