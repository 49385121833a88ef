"""TLS towards the national server: only the configured authorities count."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ncp.errors import NationalError
from ncp.national.fhir_client import FhirClient
from ncp.national.server_base import ServerBase
from tests.ncp.national.fake_server import running


def self_signed(folder, name):
    """Write a self-signed certificate for the loopback and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(loopback, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def https_server(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path, "server"))
    with running(context) as fake:
        yield fake


def ask(server, *authorities):
    server.on_search("Patient")
    client = FhirClient(ServerBase.parse(server.base), tls_authorities=authorities)
    return client.search("Patient", [("identifier", "urn:oid:1.2|1")])


def test_a_configured_authority_is_believed(https_server, tmp_path):
    assert ask(https_server, tmp_path / "server.pem") == []


def test_another_authority_is_not_believed(https_server, tmp_path):
    with pytest.raises(NationalError, match="could not be reached") as refused:
        ask(https_server, self_signed(tmp_path, "other"))
    assert "SSLError" in refused.value.remedy


def test_the_machines_own_authorities_do_not_know_it_either(https_server):
    with pytest.raises(NationalError):
        ask(https_server)
