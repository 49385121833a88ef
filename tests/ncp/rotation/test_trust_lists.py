"""A gateway whose peer rests on a trust list, fetched over TLS while it runs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.assembly import assemble
from ncp.assembly.renewal import Renewal
from ncp.settings import load_settings
from ncp.store import DataKey, Store
from tests.ncp.peers.stand_in import standing_in
from tests.trust.pki import certificate as certified
from tests.trust.pki import pem, rsa_key
from tests.trust.trustlist.lists import Draft, Entry, Period, signed
from trust.certificates import Purpose, SigningKey, decide_certificate
from trust.decision import Reason

DAY = timedelta(days=1)
NOW = datetime.now(UTC)
_KEY = rsa_key("operator of a list")
SIGNER = SigningKey(
    _KEY, certified(_KEY, valid_from=NOW - 9 * DAY, valid_to=NOW + 90 * DAY)
)


def certificate(path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@dataclass
class Operator:
    """Who issues the one list that is served.

    ``port`` is where.
    """

    port: int = 0
    document: bytes = b""

    def issue(self, authority: x509.Certificate, sequence: int, status: str) -> None:
        entry = Entry([authority], Period(status, NOW - DAY), issues_for=["ForeSeals"])
        if status != "granted":
            before = [Period("granted", NOW - 9 * DAY)]
            entry = Entry(entry.certificates, entry.now, before, entry.issues_for)
        draft = Draft(
            territory="PT",
            sequence=sequence,
            issued=NOW - DAY,
            next_update=NOW + 90 * DAY,
            entries=[entry],
        )
        self.document = signed(draft, SIGNER)


@pytest.fixture
def operator(country_a) -> Iterator[Operator]:
    operator = Operator()
    files = country_a.lu.tls_server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with standing_in(lambda _: operator.document, context) as server:
        operator.port = server.server_port
        yield operator


SETTINGS = """
[[peers.listed_authorities]]
purposes = ["seal"]
source = "portugal"
subject = {{ C = "PT", O = "Demo contact PT", CN = "PT demo seal" }}

[trust_lists]
folder = "lists"
networks = ["127.0.0.0/8"]
ports = [{port}]
tls_authorities = ["{authority}"]

[[trust_lists.sources]]
name = "portugal"
location = "https://127.0.0.1:{port}/pt.xml"
signers = ["operator.pem"]
"""


@pytest.fixture
def renewal(country_a, operator, monkeypatch) -> Iterator[Renewal]:
    (country_a.ground.folder / "operator.pem").write_bytes(pem(SIGNER.certificate))
    country_a.append(
        SETTINGS.format(port=operator.port, authority=country_a.lu.authority)
    )
    seen: list[Renewal] = []
    original = Renewal.__init__

    def remember(self, *arguments):
        seen.append(self)
        original(self, *arguments)

    monkeypatch.setattr(Renewal, "__init__", remember)
    gateway = assemble(load_settings(country_a.settings))
    with gateway._resources:
        yield seen[0]


def reason(renewal: Renewal, seal: x509.Certificate) -> Reason:
    der = seal.public_bytes(Encoding.DER)
    trust = renewal.material.trust
    return decide_certificate(
        der, Purpose.SEAL, trust, datetime.now(UTC), subject="seal"
    ).decision.reason


@pytest.mark.spec("ETSI TS 119 615 4.3")
def test_a_seal_renewed_under_a_listed_authority_needs_no_change_of_settings(
    country_a, operator, renewal
):
    authority = certificate(country_a.new_pt.authority)
    seal = certificate(country_a.new_pt.seal.certificate)
    assert reason(renewal, seal) is not Reason.ACCEPTED
    operator.issue(authority, 1, "granted")
    renewal.look_at_lists()
    assert reason(renewal, seal) is Reason.ACCEPTED
    operator.issue(authority, 2, "withdrawn")
    renewal.look_at_lists()
    assert reason(renewal, seal) is Reason.SERVICE_NOT_GRANTED
    # What the settings pin is believed as before.
    pinned = certificate(country_a.pt.seal.certificate)
    assert reason(renewal, pinned) is Reason.ACCEPTED


def test_the_import_stands_in_the_audit_trail(country_a, operator, renewal):
    operator.issue(certificate(country_a.new_pt.authority), 1, "granted")
    renewal.look_at_lists()
    settings = load_settings(country_a.settings)
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, renewal._shared.clock) as store:
        trail = [(each.event, each.document_kind) for each in store.audit_trail()]
    # What the list says is taken over, and that is on record too.
    assert trail == [
        ("EHDSI-93", "trust list of PT"),
        ("security-configuration", None),
    ]
