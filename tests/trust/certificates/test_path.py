"""Paths to an authority, and whom it may vouch for: every rule both ways."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku

from tests.trust import pki
from tests.trust.certificates.authorities import (
    EVIL,
    KELA,
    Authority,
    commercial,
    gazelle,
    issuing,
    name_of,
    other,
)
from tests.trust.pki import NOW, YEAR
from trust.certificates import (
    AnchorStore,
    AuthorityPin,
    CertificatePin,
    PinStore,
    Purpose,
    SubjectRule,
    TrustStore,
    decide_certificate,
    fingerprint_of,
)
from trust.certificates.hanko import HankoPathValidator
from trust.decision import Reason, TrustRefused
from trust.identifiers import CountryCode

FI = CountryCode("FI")
RULE = SubjectRule.of({"C": "FI", "O": "Kela"})
DAY = timedelta(days=1)


def authority_pin(anchor: Authority, *, country=FI, rule=RULE, check_country=False):
    return AuthorityPin(
        country,
        Purpose.TLS_CLIENT,
        fingerprint_of(anchor.certificate),
        rule,
        f"{country} by {anchor.name}",
        check_country,
    )


def store(
    *anchors: Authority, intermediates=(), pins=(), rule=RULE, check_country=False
) -> TrustStore:
    return TrustStore(
        PinStore(
            pins,
            [
                authority_pin(each, rule=rule, check_country=check_country)
                for each in anchors
            ],
        ),
        AnchorStore(
            [each.certificate for each in anchors],
            [each.certificate for each in intermediates],
        ),
        HankoPathValidator(),
    )


def reason(leaf: x509.Certificate, trust: TrustStore, *, now=NOW) -> Reason:
    belief = decide_certificate(
        pki.der(leaf), Purpose.TLS_CLIENT, trust, now, subject="TLS peer"
    )
    assert (belief.country is None) is not belief.decision.is_accepted
    return belief.decision.reason


def test_an_authority_vouches_for_the_permitted_subject():
    belief = decide_certificate(
        pki.der(commercial().leaf()), Purpose.TLS_CLIENT, store(commercial()), NOW,
        subject="TLS peer",
    )  # fmt: skip
    assert belief.decision.is_accepted
    assert belief.country == FI
    assert any("path: " in line for line in belief.decision.evidence)


def test_another_customer_of_the_same_authority_is_refused():
    leaf = commercial().leaf(EVIL)
    assert reason(leaf, store(commercial())) is Reason.SUBJECT_NOT_PERMITTED


def test_another_customer_below_a_known_intermediate_is_refused():
    trust = store(commercial(), intermediates=[issuing()])
    assert reason(issuing().leaf(EVIL), trust) is Reason.SUBJECT_NOT_PERMITTED


def test_the_permitted_subject_from_an_unknown_issuer_is_refused():
    assert reason(other().leaf(), store(commercial())) is Reason.PATH_INVALID


def test_an_issuer_that_takes_the_name_of_the_authority_is_refused():
    key = pki.ec_key("impostor")
    name = commercial().certificate.subject
    impostor = Authority("commercial", key, other().authority("x", key=key,
                         subject=name).certificate)  # fmt: skip
    assert reason(impostor.leaf(), store(commercial())) is Reason.PATH_INVALID


def test_a_stranger_of_an_unknown_issuer_is_not_pinned():
    assert reason(other().leaf(EVIL), store(commercial())) is Reason.PEER_NOT_PINNED


def test_an_authority_is_believed_for_its_purpose_only():
    belief = decide_certificate(
        pki.der(commercial().leaf()), Purpose.SEAL, store(commercial()), NOW,
        subject="signer",
    )  # fmt: skip
    assert belief.decision.reason is Reason.SIGNER_NOT_PINNED


def test_intermediates_come_from_the_settings():
    leaf = issuing().leaf()
    assert reason(leaf, store(commercial())) is Reason.PATH_INVALID
    trust = store(commercial(), intermediates=[issuing()])
    assert reason(leaf, trust) is Reason.ACCEPTED


def test_an_intermediate_cannot_end_a_path():
    trust = TrustStore(
        PinStore([], [authority_pin(commercial())]),
        AnchorStore([], [commercial().certificate]),
        HankoPathValidator(),
    )
    assert reason(commercial().leaf(), trust) is Reason.PATH_INVALID


@pytest.mark.spec("RFC 5280 4.2.1.9")
def test_an_authority_below_a_path_length_of_none_is_refused():
    too_deep = issuing().authority("too deep")
    trust = store(commercial(), intermediates=[issuing(), too_deep])
    assert reason(too_deep.leaf(), trust) is Reason.PATH_INVALID


@pytest.mark.spec("RFC 5937 3")
def test_the_path_length_of_the_anchor_itself_is_kept():
    short = Authority.root("short", path_length=0)
    below = short.authority("below short")
    assert reason(short.leaf(), store(short)) is Reason.ACCEPTED
    trust = store(short, intermediates=[below])
    assert reason(below.leaf(), trust) is Reason.PATH_INVALID


def only_finland() -> x509.NameConstraints:
    return x509.NameConstraints([x509.DirectoryName(name_of({"C": "FI"}))], None)


@pytest.mark.spec("RFC 5280 4.2.1.10")
@pytest.mark.parametrize("constrained", ["intermediate", "anchor"])
def test_name_constraints_are_kept(constrained):
    if constrained == "anchor":
        anchor = issuer = Authority.root("constrained", names=only_finland())
        trust = store(anchor, rule=SubjectRule.of({"O": "Kela"}))
    else:
        issuer = commercial().authority("constrained", names=only_finland())
        trust = store(
            commercial(), intermediates=[issuer], rule=SubjectRule.of({"O": "Kela"})
        )
    assert reason(issuer.leaf(KELA), trust) is Reason.ACCEPTED
    outside = issuer.leaf({"C": "SE", "O": "Kela"})
    assert reason(outside, trust) is Reason.PATH_INVALID


@pytest.mark.spec("RFC 5280 6.1")
def test_a_cross_signed_authority_leads_to_either_anchor():
    crossed = other().authority(
        "issuing", key=issuing().key, subject=issuing().certificate.subject
    )
    leaf = issuing().leaf()
    both = [issuing(), crossed]
    assert reason(leaf, store(commercial(), intermediates=both)) is Reason.ACCEPTED
    assert reason(leaf, store(other(), intermediates=both)) is Reason.ACCEPTED
    assert reason(leaf, store(gazelle(), intermediates=both)) is Reason.PATH_INVALID


def test_a_leaf_that_issues_another_is_no_authority():
    key = pki.ec_key("leaf that issues")
    between = commercial().leaf(key=key)
    issued = Authority("between", key, between).leaf()
    trust = TrustStore(
        PinStore([], [authority_pin(commercial())]),
        AnchorStore([commercial().certificate], [between]),
        HankoPathValidator(),
    )
    assert reason(issued, trust) is Reason.PATH_INVALID


@pytest.mark.spec("RFC 5280 4.2.1.9")
def test_an_authority_used_as_a_leaf_is_refused():
    ca = commercial().authority("kela", subject=name_of(KELA)).certificate
    assert reason(ca, store(commercial())) is Reason.CERTIFICATE_WRONG_PURPOSE


def test_an_authority_without_extensions_used_as_a_leaf_is_refused():
    key = pki.ec_key("authority self")
    plain = Authority.root("gazelle", plain=True)
    anchor = Authority("self", key, plain.certificate, plain=True)
    rule = SubjectRule.of({"O": "Commercial"})
    trust = store(anchor, rule=rule)
    assert reason(anchor.certificate, trust) is Reason.CERTIFICATE_WRONG_PURPOSE


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"extended": (Eku.SERVER_AUTH,)}, Reason.CERTIFICATE_WRONG_PURPOSE),
        ({"uses": ("key_encipherment",)}, Reason.CERTIFICATE_WRONG_PURPOSE),
        ({"key": pki.rsa_key("weak", 1024)}, Reason.CERTIFICATE_WEAK),
        ({"valid_to": NOW - DAY}, Reason.CERTIFICATE_EXPIRED),
        ({"valid_from": NOW + DAY}, Reason.CERTIFICATE_NOT_YET_VALID),
        ({}, Reason.ACCEPTED),
    ],
    ids=["EKU", "KU", "1024 bits", "expired", "not yet valid", "as it should be"],
)
def test_the_profile_holds_for_issued_leaves(changed, expected):
    assert reason(commercial().leaf(**changed), store(commercial())) is expected


def test_an_unknown_critical_extension_on_the_path_is_refused():
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\5\0")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(KELA))
        .issuer_name(commercial().certificate.subject)
        .public_key(pki.ec_key("leaf").public_key())
        .serial_number(7)
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(strange, critical=True)
    )
    leaf = builder.sign(commercial().key, pki.hashes.SHA256())
    assert reason(leaf, store(commercial())) is Reason.PATH_INVALID


@pytest.mark.parametrize("now", [NOW - 2 * YEAR, NOW + 2 * YEAR])
def test_a_wrong_clock_refuses_everything(now):
    assert reason(commercial().leaf(), store(commercial()), now=now) in {
        Reason.CERTIFICATE_EXPIRED,
        Reason.CERTIFICATE_NOT_YET_VALID,
    }


@pytest.mark.parametrize("which", ["anchor", "intermediate"])
def test_an_authority_that_is_over_vouches_for_nobody(which):
    after = NOW + YEAR + DAY
    late = {"valid_to": NOW + 3 * YEAR}
    if which == "anchor":
        leaf, trust = commercial().leaf(**late), store(commercial())
    else:
        ending = commercial().authority("ending", valid_to=NOW + DAY)
        after, leaf = NOW + 2 * DAY, ending.leaf(**late)
        trust = store(commercial(), intermediates=[ending])
    assert reason(leaf, trust) is Reason.ACCEPTED
    assert reason(leaf, trust, now=after) is Reason.PATH_INVALID


def test_the_past_is_judged_as_the_present():
    leaf = commercial().leaf(valid_to=NOW - DAY)
    trust = store(commercial())
    assert reason(leaf, trust, now=NOW - 2 * DAY) is Reason.ACCEPTED
    assert reason(leaf, trust, now=NOW) is Reason.CERTIFICATE_EXPIRED


def test_a_test_authority_without_extensions_serves_pinned_leaves():
    leaf = gazelle().leaf({"C": "DK", "O": "Health Data Authority"})
    pin = CertificatePin.of(
        leaf, country=CountryCode("DK"), purpose=Purpose.TLS_CLIENT, label="dk.pem"
    )
    trust = store(gazelle(), pins=[pin])
    assert reason(leaf, trust) is Reason.ACCEPTED
    unpinned = gazelle().leaf({"C": "DK", "O": "Health Data Authority"})
    assert reason(unpinned, trust) is Reason.SUBJECT_NOT_PERMITTED


def test_old_and_new_authority_serve_side_by_side():
    trust = store(commercial(), other())
    assert reason(commercial().leaf(), trust) is Reason.ACCEPTED
    assert reason(other().leaf(), trust) is Reason.ACCEPTED


def test_a_leaf_of_one_country_outweighs_the_rule_of_another():
    leaf = commercial().leaf()
    pin = CertificatePin.of(
        leaf, country=CountryCode("AX"), purpose=Purpose.TLS_CLIENT, label="ax.pem"
    )
    belief = decide_certificate(
        pki.der(leaf), Purpose.TLS_CLIENT, store(commercial(), pins=[pin]), NOW,
        subject="TLS peer",
    )  # fmt: skip
    assert belief.country == "AX"


@pytest.mark.parametrize(
    ("stated", "checked", "expected"),
    [
        ("SE", True, Reason.SUBJECT_NOT_PERMITTED),
        ("SE", False, Reason.ACCEPTED),
        ("FI", True, Reason.ACCEPTED),
        (None, True, Reason.ACCEPTED),
    ],
)
def test_the_country_of_the_subject_is_a_switchable_cross_check(
    stated, checked, expected
):
    subject = {"O": "Kela"} | ({"C": stated} if stated else {})
    rule = SubjectRule.of({"O": "Kela"})
    trust = store(commercial(), rule=rule, check_country=checked)
    leaf = commercial().leaf(subject)
    assert reason(leaf, trust) is expected
    pin = CertificatePin.of(
        leaf, country=FI, purpose=Purpose.TLS_CLIENT, label="x", check_country=checked
    )
    assert reason(leaf, store(pins=[pin])) is expected


def test_a_greek_certificate_may_call_the_country_either_way():
    leaf = commercial().leaf({"C": "EL", "O": "IDIKA"})
    pin = CertificatePin.of(
        leaf, country=CountryCode("GR"), purpose=Purpose.TLS_CLIENT, label="gr.pem",
        check_country=True,
    )  # fmt: skip
    assert reason(leaf, store(pins=[pin])) is Reason.ACCEPTED


def test_without_anchors_the_machines_own_are_not_asked():
    with pytest.raises(TrustRefused) as caught:
        HankoPathValidator().validate(commercial().leaf(), (), (), NOW, None)
    assert caught.value.reason is Reason.PATH_INVALID


def test_paths_are_judged_inside_a_running_loop_too():
    async def within() -> Reason:
        return reason(commercial().leaf(), store(commercial()))

    assert asyncio.run(within()) is Reason.ACCEPTED


def test_authorities_that_are_pinned_but_not_configured_vouch_for_nobody():
    trust = TrustStore(PinStore([], [authority_pin(commercial())]))
    assert reason(commercial().leaf(), trust) is Reason.PATH_INVALID
