"""Sets of keys: adopted whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from ncp.cli.expiring import expiry_lines
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from ncp.rotation import MaterialLoader, days_left, inventory, soonest_ends, take_over
from ncp.rotation.inventory import AUTHORITY
from ncp.rotation.material import watched_files
from ncp.settings import load_settings
from trust.certificates import Purpose, RevocationPolicy, fingerprint_of


def loaded(land, before=None):
    return MaterialLoader(SystemClock()).load(load_settings(land.settings), before)


def certificate(files) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def replace_key(old, new) -> None:
    old.certificate.write_bytes(new.certificate.read_bytes())
    old.key.write_bytes(new.key.read_bytes())


def test_the_next_set_knows_the_seal_before_it(country_b):
    first = loaded(country_b)
    replace_key(country_b.pt.seal, country_b.new_pt.seal)
    second = loaded(country_b, first)
    assert (first.generation, second.generation) == (1, 2)
    assert second.seal.certificate == certificate(country_b.new_pt.seal)
    assert second.seal.former == (first.seal.certificate,)
    third = loaded(country_b, second)
    assert third.seal.former == second.seal.former


def test_a_former_seal_may_be_named_for_the_next_start(country_b):
    old = country_b.pt.seal.certificate
    path = old.with_name("seal-2025.pem")
    path.write_bytes(old.read_bytes())
    replace_key(country_b.pt.seal, country_b.new_pt.seal)
    country_b.edit("[keys.seal]\n", f'[keys.seal]\nformer = ["{path}"]\n')
    [former] = loaded(country_b).seal.former
    assert former == x509.load_pem_x509_certificate(path.read_bytes())


def half_written(land):
    land.pt.seal.certificate.write_bytes(land.new_pt.seal.certificate.read_bytes())


def cut_off(land):
    pem = land.new_pt.tls_client.certificate.read_bytes()
    land.pt.tls_client.certificate.write_bytes(pem[:100])


def gone(land):
    land.pt.tls_client.key.unlink()


def peer_cut_off(land):
    land.lu.tls_server.certificate.write_bytes(b"-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("damage", [half_written, cut_off, gone, peer_cut_off])
def test_a_set_with_a_broken_part_is_refused_with_its_setting(country_b, damage):
    before = loaded(country_b)
    damage(country_b)
    with pytest.raises(ConfigurationError, match=r"`(keys|peers)"):
        loaded(country_b, before)


@pytest.mark.parametrize("ahead", [timedelta(days=-1), timedelta(days=40)])
def test_a_new_certificate_that_is_not_in_its_time_is_refused(country_b, ahead):
    class Clock:
        def now(self) -> datetime:
            return datetime.now(UTC) + ahead

    first = loaded(country_b)
    with pytest.raises(ConfigurationError, match="not in its time"):
        MaterialLoader(Clock()).load(load_settings(country_b.settings), first)


def test_in_production_a_stop_of_the_check_refuses_a_set(country_b):
    country_b.edit('environment = "demo"', 'environment = "production"')
    first = loaded(country_b)
    with pytest.raises(ConfigurationError, match="calls itself 'demo'"):
        loaded(country_b, first)


def test_keys_peers_and_revocation_are_taken_over_and_the_rest_waits(country_b):
    old = load_settings(country_b.settings)
    country_b.edit('country_name = "Portugal"', 'country_name = "Lusitania"')
    country_b.append('\n[revocation]\nseal = "accept-and-alarm"\n')
    taken, waiting = take_over(old, load_settings(country_b.settings))
    assert taken.gateway.country_name == "Portugal"
    assert taken.revocation_policy(Purpose.SEAL) is RevocationPolicy.ACCEPT_AND_ALARM
    assert waiting == ("gateway",)
    assert take_over(old, old) == (old, ())


def test_every_file_of_a_set_is_watched(country_b):
    watched = set(watched_files(load_settings(country_b.settings)))
    pt, lu = country_b.pt, country_b.lu
    for files in (pt.tls_server, pt.tls_client, pt.seal):
        assert {files.certificate, files.key} <= watched
    for files in (lu.tls_server, lu.tls_client, lu.seal):
        assert files.certificate in watched


def test_what_responders_said_outlives_a_set(country_b):
    loader = MaterialLoader(SystemClock())
    settings = load_settings(country_b.settings)
    loader.load(settings)
    responders = loader._responders(settings.revocation)
    loader.load(settings)
    assert loader._responders(settings.revocation) is responders
    offline = settings.revocation.model_copy(update={"online": False})
    assert loader._responders(offline) is None


def test_the_inventory_lists_own_and_peers_certificates(country_a):
    settings = load_settings(country_a.settings)
    found = {(each.owner, each.purpose) for each in inventory(settings)}
    purposes = {"tls-client", "tls-server", "seal"}
    assert {("own", each) for each in purposes} <= found
    assert {("peer", each) for each in purposes} <= found
    assert ("own", AUTHORITY) in found


def test_with_old_and_new_on_duty_the_later_end_counts(country_b):
    [holding] = [
        each
        for each in inventory(load_settings(country_b.settings))
        if (each.owner, each.purpose) == ("peer", "seal")
    ]
    now = holding.end - timedelta(days=3)
    assert days_left(holding, now) == 3
    assert days_left(holding, holding.end + timedelta(hours=1)) == -1
    country_b.edit(
        str(country_b.lu.seal.certificate) + '"',
        f'{country_b.lu.seal.certificate}", "{country_b.new_lu.seal.certificate}"',
    )
    both = inventory(load_settings(country_b.settings))
    days = soonest_ends(both, now)
    later = certificate(country_b.new_lu.seal).not_valid_after_utc
    assert days["peer", "LU", "seal"] == max(3, (later - now).days)


def test_of_authorities_the_first_end_counts(country_a):
    settings = load_settings(country_a.settings)
    authority = next(e for e in inventory(settings) if e.purpose == AUTHORITY)
    leaf = certificate(country_a.lu.seal)
    other = replace(authority, certificate=leaf)
    now = authority.end - timedelta(days=400)
    days = soonest_ends([authority, other], now)
    assert days["own", "LU", AUTHORITY] == min(
        days_left(authority, now), days_left(other, now)
    )


def test_a_pkcs12_file_serves_for_tls_and_for_the_seal(country_b):
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        load_pem_private_key,
        pkcs12,
    )

    folder = country_b.settings.parent
    (folder / "password").write_text("secret\n")
    for use in ("tls_client", "seal"):
        files = getattr(country_b.pt, use)
        key = load_pem_private_key(files.key.read_bytes(), None)
        data = pkcs12.serialize_key_and_certificates(
            b"x", key, certificate(files), None, BestAvailableEncryption(b"secret")
        )
        (folder / f"{use}.p12").write_bytes(data)
        country_b.edit(
            f'certificate = "{files.certificate}"\nkey = "{files.key}"',
            f'pkcs12 = "{use}.p12"\npassword_file = "password"',
        )
    material = loaded(country_b)
    assert material.seal.certificate == certificate(country_b.pt.seal)
    assert fingerprint_of(material.tls_client) == fingerprint_of(
        certificate(country_b.pt.tls_client)
    )
    from ncp.peers.tls_context import client_context

    keys = load_settings(country_b.settings).keys
    assert client_context(keys.tls_client, "")
    (folder / "password").write_text("wrong\n")
    with pytest.raises(ConfigurationError, match=r"`keys\.tls_client`.*password"):
        client_context(keys.tls_client, "")


def test_the_command_lists_the_first_to_end_at_the_top(country_a):
    now = datetime.now(UTC)
    head, *lines = expiry_lines(country_a.settings, now)
    assert head.split()[:2] == ["days", "left"]
    ends = [line.split()[1] for line in lines]
    assert ends == sorted(ends)
    assert any(
        "peer" in line and "PT" in line and "tls-client" in line for line in lines
    )
    [*_, last] = expiry_lines(country_a.settings, now + timedelta(days=90))
    assert last.split()[0] == "over"


def test_where_a_proxy_ends_tls_no_context_is_made(country_a):
    assert loaded(country_a).server_context is not None
    country_a.append('\n[doors.international.proxy]\naddresses = ["127.0.0.1"]\n')
    material = loaded(country_a)
    assert material.server_context is None
    assert material.home_communities == {
        each.country: each.home_community_id for each in material.directory
    }


def test_directories_are_judged_by_the_revocation_of_the_settings(country_b):
    given = []

    class Directories:
        def join(self, static, seals, revocation):
            given.append(revocation.policy(Purpose.SMP_SIGNER))
            return static

    for policy in ("deny", "accept-and-alarm"):
        settings = load_settings(country_b.settings)
        stated = settings.revocation.model_copy(
            update={"smp_signer": RevocationPolicy(policy)}
        )
        settings = settings.model_copy(update={"revocation": stated})
        MaterialLoader(SystemClock(), None, Directories()).load(settings)
    assert given == [RevocationPolicy.DENY, RevocationPolicy.ACCEPT_AND_ALARM]
