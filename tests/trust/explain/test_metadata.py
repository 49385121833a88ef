from __future__ import annotations

import pytest

from tests.trust.pki import NOW, seal
from tests.trust.smp.directory import (
    OTHER_SMP,
    PUBLISHER,
    SECOND,
    altered,
    published,
    publishers,
    redirect,
    seals,
)
from trust.assertions import AssertionPolicy
from trust.certificates import PinStore
from trust.decision import Reason
from trust.explain import ExplainTerms, as_text, explain

TERMS = ExplainTerms(seals(), AssertionPolicy(), publishers=publishers())


def test_an_entry_is_explained_with_both_signatures():
    explanation = explain(published(), TERMS, NOW)
    assert explanation.decision.is_accepted
    assert [each.subject for each in explanation.decisions] == [
        "signature of the publisher",
        "seal of the country",
        "entry of the directory",
    ]
    assert all(each.is_valid for each in explanation.signatures)
    text = as_text(explanation)
    assert "sealed by" in text
    assert PUBLISHER.certificate.subject.rfc4514_string() in text


def test_without_settings_whoever_signed_is_taken_to_publish_and_that_is_said():
    terms = ExplainTerms(seals(), AssertionPolicy())
    explanation = explain(published(publisher=SECOND), terms, NOW)
    assert explanation.decision.is_accepted
    assert any("Who may publish" in note for note in explanation.notes)


@pytest.mark.parametrize(
    ("document", "reason", "cover_holds", "seal_holds"),
    [
        (published(publisher=SECOND), Reason.SIGNER_NOT_PINNED, True, True),
        (published(sealed_by=seal("x")), Reason.SIGNER_NOT_PINNED, True, True),
        (
            altered(published(), "ncp.example.dk", "evil.example.dk"),
            Reason.DIGEST_MISMATCH,
            False,
            False,
        ),
    ],
)
def test_each_signature_is_told_apart_from_who_made_it(
    document, reason, cover_holds, seal_holds
):
    explanation = explain(document, TERMS, NOW)
    assert explanation.decision.reason is reason
    cover, inner = explanation.signatures
    assert (cover.is_valid, inner.is_valid) == (cover_holds, seal_holds)


def test_without_pins_the_seal_is_nobodys():
    terms = ExplainTerms(PinStore(()), AssertionPolicy())
    assert explain(published(), terms, NOW).decision.reason is Reason.SIGNER_NOT_PINNED


@pytest.mark.parametrize(
    "document",
    [
        published(redirect(OTHER_SMP, SECOND)),
        b'<SignedServiceMetadata xmlns="http://docs.oasis-open.org/bdxr/ns/SMP/2016/05"/>',
    ],
    ids=["redirect", "empty"],
)
def test_what_is_no_whole_entry_is_told(document):
    explanation = explain(document, TERMS, NOW)
    assert explanation.decision.reason is Reason.DIRECTORY_ENTRY_INVALID
