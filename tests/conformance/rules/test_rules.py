"""Each rule is kept by our own messages, and broken by a message that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.rules import Level, MessageKind, judge, rules
from ncp.exchange import HttpPayload
from tests.conformance.rules.breaking import breaks
from tests.conformance.rules.samples import Samples, samples_in
from tests.judging import DEPARTURES

# These are about the package or the media type: no change of the envelope breaks them.
OF_THE_PACKAGE = {
    "soap.media-type",
    "packages.type-told",
    "packages.retrieve-request-packed",
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Iterator[Samples]:
    with samples_in(tmp_path_factory.mktemp("samples")) as made:
        yield made


def broken_by(payload: HttpPayload) -> set[str]:
    verdict = judge(payload.content_type, payload.body)
    return {each.rule for each in verdict.findings}


def test_our_messages_keep_every_rule(samples):
    for name in samples.names():
        broken = broken_by(samples[name])
        assert broken <= set(DEPARTURES), name


def test_there_is_a_sample_of_every_kind(samples):
    kinds = {
        judge(p.content_type, p.body).kind
        for p in map(samples.__getitem__, samples.names())
    }
    assert kinds == set(MessageKind)


@pytest.mark.parametrize("broken", breaks().values(), ids=list(breaks()))
def test_a_message_that_breaks_a_rule_is_found(samples, broken):
    good = samples[broken.sample]
    assert broken.rule not in broken_by(good)
    assert broken.rule in broken_by(broken.of(good))


def test_every_rule_is_broken_here():
    assert set(breaks()) | OF_THE_PACKAGE == set(rules())


@pytest.mark.spec("SOAP 1.2 Part 2 7.1.4")
def test_a_media_type_in_capitals_is_warned_about(samples):
    good = samples["a38"]
    shouted = good.content_type.replace("application/soap+xml", "Application/SOAP+xml")
    assert "soap.media-type" in broken_by(HttpPayload(shouted, good.body))


@pytest.mark.spec("XOP 1.0 4.1")
def test_a_package_of_no_type_is_found(samples):
    good = samples["a39"]
    untyped = good.content_type.replace('type="application/xop+xml"', 'type="text/xml"')
    assert "packages.type-told" in broken_by(HttpPayload(untyped, good.body))


def test_a_retrieve_request_that_is_no_package_is_warned_about(samples):
    [finding] = [
        each
        for each in judge(samples["q39"].content_type, samples["q39"].body).findings
        if each.rule == "packages.retrieve-request-packed"
    ]
    assert finding.level is Level.WARNING


def test_every_rule_says_who_asks_for_it_what_is_wrong_and_what_to_do():
    for rule in rules().values():
        assert rule.source, rule.id
        assert rule.wrong.endswith("."), rule.id
        assert rule.remedy.endswith("."), rule.id
        assert any(rule.is_asked_of(kind) for kind in MessageKind), rule.id


def test_a_finding_tells_no_value(samples):
    broken = breaks()["assertions.query-of-trc-patient"].of(samples["q38"])
    verdict = judge(broken.content_type, broken.body)
    told = str(verdict.as_json())
    assert not verdict.is_good
    assert "1893120105732" not in told
    assert "Weber" not in told
