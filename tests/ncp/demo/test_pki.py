"""The demo's certificates are what real ones should be, and new each time."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from ncp.demo.pki import make_pki
from trust.identifiers import CountryCode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    return make_pki(folder, [CountryCode("LU"), CountryCode("PT")], NOW)


def certificate_of(files) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def extended_uses(certificate) -> list:
    return list(
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    )


def leaves(country):
    return [country.tls_server, country.tls_client, country.seal, country.stranger]


@pytest.mark.spec("RFC 5280 6.1")
def test_each_leaf_is_issued_by_its_own_countrys_authority(pki):
    for country in pki:
        authority = x509.load_pem_x509_certificate(country.authority.read_bytes())
        for files in leaves(country):
            certificate_of(files).verify_directly_issued_by(authority)


def test_no_authority_vouches_for_the_other_country(pki):
    luxembourg, portugal = pki
    authority = x509.load_pem_x509_certificate(luxembourg.authority.read_bytes())
    with pytest.raises(ValueError, match="subject does not match"):
        certificate_of(portugal.seal).verify_directly_issued_by(authority)


@pytest.mark.spec("RFC 5280 4.2.1.12")
def test_tls_certificates_have_one_direction_each(pki):
    for country in pki:
        assert extended_uses(certificate_of(country.tls_server)) == [
            ExtendedKeyUsageOID.SERVER_AUTH
        ]
        assert extended_uses(certificate_of(country.tls_client)) == [
            ExtendedKeyUsageOID.CLIENT_AUTH
        ]


def test_the_subject_names_the_country(pki):
    for country in pki:
        for files in leaves(country):
            names = certificate_of(files).subject.get_attributes_for_oid(
                x509.NameOID.COUNTRY_NAME
            )
            assert [name.value for name in names] == [country.country]


def test_keys_are_private_to_their_owner_and_fit_their_certificates(pki):
    for country in pki:
        for files in leaves(country):
            assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
            key = serialization.load_pem_private_key(files.key.read_bytes(), None)
            assert key.key_size == 2048
            assert key.public_key() == certificate_of(files).public_key()


def test_certificates_are_valid_now_and_not_for_long(pki):
    for files in leaves(pki[0]):
        certificate = certificate_of(files)
        assert certificate.not_valid_before_utc < NOW
        assert certificate.not_valid_after_utc - NOW <= timedelta(days=30)


def test_no_two_certificates_share_a_key(pki):
    keys = {
        certificate_of(files).public_key().public_numbers().n
        for country in pki
        for files in leaves(country)
    }
    assert len(keys) == 8
