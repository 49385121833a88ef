from __future__ import annotations

import contextlib
import secrets

import pytest

from ncp.demo.pki import CountryPki, make_pki
from ncp.directory_server import MetadataServer, NameServer
from ncp.settings.key_pairs import load_certificates
from ncp.store import DataKey
from tests.clocks import SetClock
from tests.ncp.peers.publishing.scene import DAY, LU, NOW, ZONE, Scene, values
from tests.trust.pki import certificate, pem, rsa_key
from tests.trust.smp.test_search_mask import LUXEMBOURG
from trust.certificates import (
    CertificatePin,
    PinStore,
    Purpose,
    SigningKey,
)
from trust.smp import participant_of, write_search_mask
from trust.smp.register import MetadataRegister


@pytest.fixture(scope="session")
def pki(tmp_path_factory) -> CountryPki:
    folder = tmp_path_factory.mktemp("lu")
    (made,) = make_pki(folder, [LU], NOW)
    return made


@pytest.fixture(scope="session")
def publisher() -> SigningKey:
    key = rsa_key("smp")
    begin, end = NOW - DAY, NOW + 90 * DAY
    leaf = certificate(key, country="BE", valid_from=begin, valid_to=end)
    return SigningKey(key, leaf)


@pytest.fixture
def scene(tmp_path, pki, publisher):
    (seal,) = load_certificates(pki.seal.certificate, "seal")
    pins = PinStore(
        [CertificatePin.of(seal, country=LU, purpose=Purpose.SEAL, label="seal")]
    )
    with contextlib.ExitStack() as stack:
        clock = SetClock(NOW)
        register = MetadataRegister(publisher, pins)
        smp = stack.enter_context(MetadataServer(register, clock=clock))
        dns = stack.enter_context(NameServer(ZONE))
        dns.lead({participant_of(LU): smp.address})
        (tmp_path / "smp.pem").write_bytes(pem(publisher.certificate))
        (tmp_path / "mask.xml").write_bytes(write_search_mask(LUXEMBOURG))
        DataKey.write_new(tmp_path / "data.key")
        for name in ("ann", "bob"):
            (tmp_path / f"{name}.token").write_text(secrets.token_hex(16))
        yield Scene(tmp_path, pki, smp, clock, values(tmp_path, pki, smp, dns))
