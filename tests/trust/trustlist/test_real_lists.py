"""Lists that were in force in the European Union, and what others test theirs with.

The folder that ``NCP_TRUST_LISTS`` names holds copies of public test data under their
own file names, in any arrangement of subfolders: ``dss-tsl-validation/src/test/
resources`` and ``dss-cookbook/src/main/resources/oj_2019`` of github.com/esig/dss, and
``internal/common-test-utils/.../test_data/data/tl`` of github.com/MatthiasValvekens/
pyHanko. The European Commission and the states publish these lists; nothing of them is
kept here.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xmlsec
from cryptography import x509
from lxml import etree

from tests.capabilities import missing, require_setting
from trust.decision import Reason, TrustRefused
from trust.trustlist import (
    ExpectedList,
    KnownList,
    ListUnavailable,
    Party,
    ServiceType,
    TrustListBelief,
    TrustListPolicy,
    TrustListWalk,
    decide_service,
    decide_trust_list,
    expected_by,
    verify_trust_list,
)
from trust.trustlist.signature import read_signer
from trust.xml import XmlRefused

CAPABILITY = "real trust lists"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
MEDIA = "application/vnd.etsi.tsl+xml"
LOTL = "https://ec.europa.eu/tools/lotl/eu-lotl.xml"
SUMMER_2025 = dt.datetime(2025, 8, 15, tzinfo=dt.UTC)
AUTUMN_2019 = dt.datetime(2019, 9, 24, 8, tzinfo=dt.UTC)


def folder() -> Path:
    return Path(require_setting("NCP_TRUST_LISTS", CAPABILITY))


def path_of(name: str) -> Path:
    found = sorted(folder().rglob(name))
    if not found:
        missing(CAPABILITY, f"put {name} into the folder of NCP_TRUST_LISTS")
    return found[0]


def bytes_of(name: str) -> bytes:
    return path_of(name).read_bytes()


def official_journal() -> tuple[x509.Certificate, ...]:
    """Who may sign the list of lists, as OJ C 276 of 16.8.2019 says."""
    files = sorted((path_of("oj_2019")).glob("*.cer"))
    data = [each.read_bytes() for each in files]
    return tuple(
        x509.load_der_x509_certificate(each)
        if each.startswith(b"\x30")
        else x509.load_pem_x509_certificate(each)
        for each in data
    )


def decide(name: str, terms: ExpectedList, now: dt.datetime) -> TrustListBelief:
    return decide_trust_list(
        bytes_of(name), terms, TrustListPolicy(), now, subject=name
    )


def whole(name: str) -> str:
    """What becomes of a list whose signer nobody has to have named."""
    try:
        verify_trust_list(bytes_of(name), lambda _: None)
    except TrustRefused as refused:
        return refused.reason
    except XmlRefused as refused:
        return refused.reason
    return Reason.ACCEPTED


class Copies:
    """The list of lists of July 2025 and its pivots, under their real addresses."""

    def fetch(self, location: str) -> bytes:
        name = location.rpartition("/")[2]
        found = sorted(
            folder().rglob({"eu-lotl.xml": "eu-lotl-old.xml"}.get(name, name))
        )
        if not found or not location.startswith("https://ec.europa.eu/tools/lotl/"):
            raise ListUnavailable("no copy was fetched")
        return found[0].read_bytes()

    def known(self, location: str) -> KnownList | None:
        return None

    def last_good(self, location: str) -> bytes | None:
        return None

    def keep(self, location: str, data: bytes, known: KnownList) -> None:
        pass


@pytest.mark.spec("ETSI TS 119 615 4.1")
def test_the_list_of_lists_is_reached_from_the_official_journal_over_four_pivots():
    bytes_of("eu-lotl-old.xml")
    party = Party("EU", LOTL, official_journal(), frozenset())
    (finding,) = TrustListWalk(Copies(), Copies(), SUMMER_2025).walk([party])
    assert finding.decision.is_accepted, finding.decision.sentence
    assert finding.trust_list.sequence == 369
    assert len(finding.trust_list.pointers) > 30


def test_without_one_of_its_pivots_it_is_not():
    class Robbed(Copies):
        def fetch(self, location: str) -> bytes:
            if location.endswith("pivot-335.xml"):
                raise ListUnavailable("taken away")
            return super().fetch(location)

    party = Party("EU", LOTL, official_journal(), frozenset())
    (finding,) = TrustListWalk(Robbed(), Robbed(), SUMMER_2025).walk([party])
    assert finding.decision.reason is Reason.SIGNER_NOT_PINNED


TERRITORIES = (
    *("AT", "BE", "BG", "CY", "CZ", "DK", "EL", "ES", "FI", "FR", "HR", "HU", "IE"),
    *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "PL", "PT", "SE", "SI", "SK", "UK"),
)
# Stated: the Dutch copy had run out; the Norwegian signer's key has 2032 bits.
REFUSED = {"NL": Reason.TRUST_LIST_EXPIRED, "NO": Reason.CERTIFICATE_WEAK}


@pytest.mark.spec("ETSI TS 119 612 5.3.13")
@pytest.mark.parametrize("territory", sorted((*TERRITORIES, *REFUSED)))
def test_the_lists_of_2019_are_believed_for_the_pointers_of_the_union(territory):
    union = decide("EU.xml", ExpectedList(official_journal()), AUTUMN_2019)
    assert union.decision.is_accepted, union.decision.sentence
    (pointer,) = (
        each
        for each in union.trust_list.pointers
        if each.territory == territory and each.media_type == MEDIA
    )
    belief = decide(f"{territory}.xml", expected_by(pointer), AUTUMN_2019)
    wanted = REFUSED.get(territory, Reason.ACCEPTED)
    assert belief.decision.reason is wanted, belief.decision.sentence


def test_a_list_of_2026_is_believed_for_the_pointer_of_the_list_of_lists():
    now = dt.datetime(2026, 6, 20, tzinfo=dt.UTC)
    data = bytes_of("eu-lotl.xml")
    path = next(
        each
        for each in sorted(folder().rglob("eu-lotl.xml"))
        if b"<TSLSequenceNumber>388<" in each.read_bytes()
    )
    data = path.read_bytes()
    signer = verify_trust_list(data, lambda _: None).signer
    union = decide_trust_list(
        data, ExpectedList((signer,)), TrustListPolicy(), now, subject="EU"
    )
    (pointer,) = (
        each
        for each in union.trust_list.pointers
        if each.territory == "BE" and each.media_type == MEDIA
    )
    belief = decide("tsl-be-v6.xml", expected_by(pointer), now)
    assert belief.decision.is_accepted, belief.decision.sentence
    assert belief.trust_list.version == 6


@pytest.mark.spec("ETSI TS 119 612 5.5.4")
def test_a_luxembourg_authority_was_granted_in_2019_and_not_listed_before_2010():
    content = verify_trust_list(bytes_of("LU.xml"), lambda _: None).content
    granted = [
        service
        for _, service in content.services()
        if service.service_type == ServiceType.CA_QC and service.periods[0].is_granted
    ]
    certificate = read_signer(granted[0].identity.certificates[0])

    def at(moment: dt.datetime) -> Reason:
        belief = decide_service(
            certificate, ServiceType.CA_QC, [content], moment, AUTUMN_2019
        )
        return belief.decision.reason

    assert at(AUTUMN_2019) is Reason.ACCEPTED
    assert at(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) is Reason.SERVICE_NOT_LISTED


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("eu-lotl-broken-sig.xml", Reason.DIGEST_MISMATCH),
        ("eu-lotl-no-sig.xml", Reason.SIGNATURE_ABSENT),
        ("eu-lotl-no-tl-version.xml", Reason.DIGEST_MISMATCH),
        ("eu-lotl-not-parseable.xml", "malformed"),
        ("CZ_two-sigs.xml", Reason.SIGNATURE_FORM_REFUSED),
        ("CZ_not-compliant.xml", Reason.SIGNATURE_VALUE_INVALID),
        ("CZ_empty.xml", "malformed"),
        ("sk-tl-altered-tsp.xml", Reason.DIGEST_MISMATCH),
        ("fi-v6-no-tsp-information.xml", Reason.DIGEST_MISMATCH),
        # Signed through an XPath filter, which TS 119 612 does not allow.
        ("tsl-pe.xml", Reason.SIGNATURE_FORM_REFUSED),
        ("tl-empty.xml", Reason.SIGNATURE_ABSENT),
        ("sample.xml", Reason.SIGNATURE_FORM_REFUSED),
        ("fi-v5-sig-cert-v2.xml", Reason.ACCEPTED),
        ("fi-v6-sig-cert.xml", Reason.ACCEPTED),
        ("tl_pivot_247_mp_with-bom.xml", Reason.ACCEPTED),
        ("tsl-ee.xml", Reason.ACCEPTED),
    ],
)
def test_what_others_test_their_readers_with_ends_as_stated(name, reason):
    assert whole(name) == reason


def test_another_program_agrees_about_every_list():
    """xmlsec and we hold the same signatures good, but for the form we do not read."""
    disagreed = {
        path.name
        for path in sorted(folder().rglob("*.xml"))
        if (_ours(path) is Reason.ACCEPTED) is not _theirs(path)
    }
    assert disagreed <= {"tsl-pe.xml"}


def _ours(path: Path) -> str:
    try:
        verify_trust_list(path.read_bytes(), lambda _: None)
    except (TrustRefused, XmlRefused) as refused:
        return refused.reason
    return Reason.ACCEPTED


def _theirs(path: Path) -> bool:
    try:
        root = etree.fromstring(path.read_bytes())
        signature = root.find(f"{DS}Signature")
        shown = signature.find(f".//{DS}X509Certificate").text
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        pem = f"-----BEGIN CERTIFICATE-----\n{shown.strip()}\n-----END CERTIFICATE-----"
        context.key = xmlsec.Key.from_memory(
            pem.encode(), xmlsec.constants.KeyDataFormatCertPem, None
        )
        context.verify(signature)
    except (xmlsec.Error, etree.XMLSyntaxError, AttributeError):
        return False
    return True
