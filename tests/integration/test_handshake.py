"""Who shows no certificate is refused in the handshake, counted and recorded."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

import pytest
import requests

from ncp.demo.pki import make_pki
from ncp.demo.scene import Country
from tests.integration.envoy import tls_context
from tests.integration.memory import eventually
from trust.identifiers import CountryCode


def counted(country: Country) -> float:
    """Return how many handshakes the country's international door refused."""
    response = requests.get(
        f"{country.operations_door}/metrics",
        headers={"Authorization": f"Bearer {country.tokens.operator}"},
        timeout=10,
    )
    assert response.status_code == 200
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in response.text.splitlines()
        if line.startswith("ncp_tls_handshakes_refused_total")
        and 'door="international"' in line
    )


def knock(country: Country, context: ssl.SSLContext) -> bytes:
    """Open a TLS connection, speak HTTP, return what was answered, if anything."""
    try:
        return answer_to_knock(country, context)
    except (ssl.SSLError, ConnectionError):
        return b""


def answer_to_knock(country: Country, context: ssl.SSLContext) -> bytes:
    port = country.gateway.ready["doors"]["international"]["port"]
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        # A TLS 1.3 client learns of its refusal with its first read.
        return secure.recv(1000)


@pytest.mark.spec("ITI TF-2 3.19.6")
@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str
)
def test_a_connection_without_client_certificate(scene, memory, version):
    luxembourg = scene.luxembourg
    before, recorded = counted(luxembourg), len(memory.trail())
    context = tls_context(luxembourg.pki.authority, None)
    context.minimum_version = context.maximum_version = version
    assert knock(luxembourg, context) == b""
    eventually(lambda: counted(luxembourg) == before + 1)
    [alert] = eventually(lambda: memory.trail()[recorded:])
    assert b"127.0.0.1" in alert.dicom
    assert b"110113" in alert.dicom


def test_an_authority_nobody_here_knows(scene, memory, tmp_path):
    [elsewhere] = make_pki(tmp_path, [CountryCode("PT")], datetime.now(UTC))
    luxembourg = scene.luxembourg
    before, recorded = counted(luxembourg), len(memory.trail())
    context = tls_context(luxembourg.pki.authority, elsewhere.tls_client)
    assert knock(luxembourg, context) == b""
    eventually(lambda: counted(luxembourg) == before + 1)
    assert eventually(lambda: memory.trail()[recorded:])


def test_an_old_protocol(scene):
    context = tls_context(scene.luxembourg.pki.authority, scene.portugal.pki.tls_client)
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    assert knock(scene.luxembourg, context) == b""


def test_a_pinned_certificate_is_let_in_and_answered(scene):
    luxembourg = scene.luxembourg
    context = tls_context(luxembourg.pki.authority, scene.portugal.pki.tls_client)
    assert knock(luxembourg, context).startswith(b"HTTP/1.1 4")
