"""Several documents: one by one of OpenNCP, at once of who takes that."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ncp.country_b.treatment import FetchedDocument, NotFetched
from ncp.errors import PeerRefused
from ncp.exchange import HttpPayload
from ncp.ihe.iti39_xca_retrieve import read_retrieve_request
from ncp.ihe.soap import read_request
from ncp.peers.directory import PeerDirectory
from tests.ncp.country_a.scene import DOCTOR, EVA, source_document, summary_of
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB


@pytest.fixture
def asking(country_b: CountryB) -> CountryB:
    nation = country_b.country_a.nation
    nation.listed[EVA] = [source_document(name) for name in ("one", "two", "three")]
    for name in ("one", "two", "three"):
        nation.contents[name] = json.dumps(summary_of(EVA)).encode()
    return country_b


def takes(country_b: CountryB, number: int) -> None:
    """The peer takes so many documents at once."""
    peer = country_b.services.directory.find(LUXEMBOURG)
    changed = replace(peer, documents_per_request=number)
    services = replace(country_b.services, directory=PeerDirectory([changed]))
    country_b.gateway._services = services


def listed(country_b: CountryB) -> tuple[str, list[str]]:
    handle = country_b.treating(EVA)
    documents = country_b.gateway.documents(DOCTOR, handle).documents
    country_b.line.sent.clear()
    return handle, [each.document for each in documents]


def asked_at_once(country_b: CountryB) -> list[int]:
    return [
        len(read_retrieve_request(read_request(each, None).body).documents)
        for each in country_b.line.sent
    ]


@pytest.mark.spec("ITI TF-2 3.39.4.1.2")
@pytest.mark.parametrize(
    ("number", "expected"), [(1, [1, 1, 1]), (2, [2, 1]), (100, [3])]
)
def test_as_many_are_asked_for_at_once_as_the_peer_takes(
    asking: CountryB, number: int, expected: list[int]
) -> None:
    takes(asking, number)
    handle, documents = listed(asking)
    found = asking.gateway.fetch_several(DOCTOR, handle, documents)
    assert [each.document for each in found] == documents
    assert all(isinstance(each, FetchedDocument) for each in found)
    assert asked_at_once(asking) == expected


@pytest.mark.spec("ITI TF-3 4.2.4.2")
def test_one_that_is_gone_says_so_and_the_others_come(asking: CountryB) -> None:
    takes(asking, 100)
    handle, documents = listed(asking)
    asking.country_a.nation.listed[EVA].pop(1)
    first, second, third = asking.gateway.fetch_several(DOCTOR, handle, documents)
    assert isinstance(first, FetchedDocument)
    assert isinstance(third, FetchedDocument)
    assert isinstance(second, NotFetched)
    assert second.codes == ("ERROR_GENERIC_DOCUMENT_MISSING",)


def test_none_is_a_refusal(asking: CountryB) -> None:
    takes(asking, 100)
    handle, documents = listed(asking)
    asking.country_a.nation.listed[EVA].clear()
    with pytest.raises(PeerRefused) as refused:
        asking.gateway.fetch_several(DOCTOR, handle, documents)
    assert set(refused.value.codes) == {"ERROR_GENERIC_DOCUMENT_MISSING"}


def test_a_document_about_which_nothing_is_said_is_not_passed_over(
    asking: CountryB,
) -> None:
    """OpenNCP answers the first of several and does not mention the others."""
    takes(asking, 100)
    handle, documents = listed(asking)

    def only_the_first(payload: HttpPayload) -> HttpPayload:
        first = asking.line.sent[-1]
        asked = read_retrieve_request(read_request(first, None).body).documents
        return asking_one(asking, asked[0])

    asking.line.bend = only_the_first
    found = asking.gateway.fetch_several(DOCTOR, handle, documents)
    assert isinstance(found[0], FetchedDocument)
    assert [type(each) for each in found[1:]] == [NotFetched] * 2
    assert all(isinstance(each, NotFetched) and each.sentence for each in found[1:])


def asking_one(country_b: CountryB, wanted) -> HttpPayload:
    """Country A's answer, related to the message that was sent, for one document."""
    from ncp.ihe.codes import Transaction
    from ncp.ihe.iti39_xca_retrieve import RetrieveRequest, write_retrieve_request

    country_a = country_b.country_a
    sent = read_request(country_b.line.sent[-1], None).addressing.message_id
    answer = country_a.send(
        Transaction.ITI_39,
        write_retrieve_request(RetrieveRequest((wanted,))),
        country_a.assertions(EVA),
        message_id="urn:uuid:00000000-0000-4000-8000-00000000abcd",
    ).payload
    body = answer.body.replace(
        b"urn:uuid:00000000-0000-4000-8000-00000000abcd", str(sent).encode()
    )
    return HttpPayload(answer.content_type, body)
