"""The network side of directories, against small real servers on loopback."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading

import pytest

from ncp.directory_server import MetadataServer, NameServer
from ncp.peers.guard import Guard
from ncp.peers.metadata_fetch import HttpMetadataFetch, directory_context
from ncp.peers.sml import DnsNaptrLookup
from ncp.settings.directory import read_name_server
from tests.trust.pki import NOW, seal
from tests.trust.smp.directory import (
    ASKED,
    DK,
    PUBLISHER,
    SEAL,
    information,
    naptr,
    seals,
    terms,
)
from trust.decision import Reason
from trust.smp import (
    AddressRules,
    DirectoryRefused,
    EntryId,
    MetadataLookup,
    SmlLocator,
    SmpService,
    check_address,
    entry_of,
    name_of,
    sealed_metadata,
)
from trust.smp.register import MetadataRegister
from trust.smp.service_group import read_service_group

ZONE = "sml.demo.invalid"
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class FixedClock:
    def now(self):
        return NOW


def rules(port: int, *, scheme: str = "http", networks=(LOOPBACK,)) -> AddressRules:
    return AddressRules(frozenset({scheme}), frozenset({port}), networks=networks)


class Names:
    """A resolver whose answers are given out one after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked += 1
        if not self.answers:
            raise OSError("no such host")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def smp():
    register = MetadataRegister(PUBLISHER, seals())
    register.put(ASKED, sealed_metadata(information(), SEAL), NOW)
    with MetadataServer(register, clock=FixedClock()) as server:
        yield server


@pytest.fixture
def dns():
    with NameServer(ZONE) as server:
        yield server


def fetcher(allowed: AddressRules, names=None, timeout_s: float = 5.0):
    guard = Guard(allowed) if names is None else Guard(allowed, names)
    return contextlib.closing(
        HttpMetadataFetch(guard, directory_context(""), timeout_s)
    )


def reason_of(fetch, url: str, allowed: AddressRules) -> Reason:
    with pytest.raises(DirectoryRefused) as refused:
        fetch.fetch(check_address(url, allowed))
    return refused.value.reason


def test_an_entry_is_found_through_dns_and_http(smp, dns):
    dns.lead({ASKED.participant: smp.address})
    allowed = rules(smp.port)
    locator = SmlLocator(ZONE, DnsNaptrLookup([("127.0.0.1", dns.port)]))
    with fetcher(allowed) as fetch:
        lookup = MetadataLookup(locator, fetch, allowed, terms())
        found = lookup.look_up(ASKED, NOW)
    assert found.decision.is_accepted, found.decision.sentence
    assert found.information == information()


def test_a_server_lists_what_a_participant_has_published(smp):
    allowed = rules(smp.port)
    with fetcher(allowed) as fetch:
        url = f"{smp.address}/{ASKED.participant.path_segment}"
        group = fetch.fetch(check_address(url, allowed))
    assert read_service_group(group) == (ASKED,)


def test_what_is_not_published_is_absent(smp):
    other = EntryId(ASKED.participant, ASKED.participant)
    allowed = rules(smp.port)
    with fetcher(allowed) as fetch:
        for path in (other.path, "/x", "/a%3A%3Ab"):
            reason = reason_of(fetch, smp.address + path, allowed)
            assert reason is Reason.DIRECTORY_ENTRY_ABSENT


def test_a_server_that_fails_gives_no_answer_to_be_used(smp):
    smp.is_failing = True
    allowed = rules(smp.port)
    with fetcher(allowed) as fetch:
        reason = reason_of(fetch, smp.address + ASKED.path, allowed)
    assert reason is Reason.DIRECTORY_ANSWER_UNUSABLE


# Addresses ----------------------------------------------------------------------------


@pytest.mark.spec("fact sheet 02 7.2 row 34")
def test_attack_dns_rebinding_to_loopback(smp):
    """The name is public when it is looked at, and would be ours when connected to."""
    allowed = rules(smp.port, networks=())
    names = Names(["127.0.0.1"])
    with fetcher(allowed, names) as fetch:
        reason = reason_of(fetch, f"http://smp.example.eu:{smp.port}/x", allowed)
    assert reason is Reason.DIRECTORY_ADDRESS_REFUSED


def test_the_connection_goes_to_the_number_that_was_judged_and_no_other(smp):
    """A second answer of the resolver would lead elsewhere; nobody asks for it."""
    allowed = rules(smp.port)
    names = Names(["127.0.0.1"], ["10.255.255.1"])
    with fetcher(allowed, names) as fetch:
        url = f"http://smp.example.eu:{smp.port}{ASKED.path}"
        assert fetch.fetch(check_address(url, allowed))
    assert names.asked == 1


def test_attack_one_public_number_beside_an_internal_one():
    allowed = rules(80, networks=())
    with fetcher(allowed, Names(["8.8.8.8", "169.254.169.254"])) as fetch:
        reason = reason_of(fetch, "http://smp.example.eu/", allowed)
    assert reason is Reason.DIRECTORY_ADDRESS_REFUSED


def test_a_name_that_cannot_be_resolved_is_out_of_reach():
    allowed = rules(80)
    with fetcher(allowed, Names()) as fetch:
        reason = reason_of(fetch, "http://smp.example.eu/", allowed)
    assert reason is Reason.DIRECTORY_UNREACHABLE


def test_a_port_on_which_nobody_listens_is_out_of_reach():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    allowed = rules(port)
    with fetcher(allowed) as fetch:
        reason = reason_of(fetch, f"http://127.0.0.1:{port}/", allowed)
    assert reason is Reason.DIRECTORY_UNREACHABLE


# Answers ------------------------------------------------------------------------------


@contextlib.contextmanager
def speaking(answer: bytes, *, keep_open: bool = False):
    """A server that says one thing to whoever comes."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    with contextlib.suppress(OSError):
                        connection.sendall(answer)
                    if keep_open:
                        done.wait(5)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            done.set()
            thread.join()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n\r\n",
            Reason.DIRECTORY_REDIRECT_REFUSED,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            Reason.DIRECTORY_ANSWER_UNUSABLE,
        ),
        (
            b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
            Reason.DIRECTORY_ENTRY_ABSENT,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
            Reason.DIRECTORY_UNREACHABLE,
        ),
        (b"nonsense\r\n\r\n", Reason.DIRECTORY_UNREACHABLE),
        (
            b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (5 << 20),
            Reason.DIRECTORY_ANSWER_UNUSABLE,
        ),
    ],
    ids=["redirect", "compressed", "gone", "short", "nonsense", "large"],
)
def test_an_answer_that_is_no_entry_is_refused_by_name(answer, reason):
    with speaking(answer) as port:
        allowed = rules(port)
        with fetcher(allowed) as fetch:
            found = reason_of(fetch, f"http://127.0.0.1:{port}/x", allowed)
    assert found is reason


def test_a_server_that_dawdles_is_given_up():
    with speaking(b"HTTP/1.1 200 OK\r\n\r\n<", keep_open=True) as port:
        allowed = rules(port)
        with fetcher(allowed, timeout_s=0.3) as fetch:
            found = reason_of(fetch, f"http://127.0.0.1:{port}/x", allowed)
    assert found is Reason.DIRECTORY_UNREACHABLE


# DNS ----------------------------------------------------------------------------------


def test_records_come_as_they_stand(dns):
    records = [naptr(regexp='!"\\(a+)+$!https://x!'), naptr("https://b", order=2)]
    dns.set(ASKED.participant, records)
    lookup = DnsNaptrLookup([("127.0.0.1", dns.port)])
    found = lookup.naptr(name_of(ASKED.participant, ZONE))
    assert sorted(found, key=lambda each: each.order) == sorted(
        records, key=lambda each: each.order
    )


@pytest.mark.parametrize("records", [None, []], ids=["NXDOMAIN", "no records"])
def test_a_participant_without_records_is_absent(dns, records):
    if records is not None:
        dns.set(ASKED.participant, records)
    lookup = DnsNaptrLookup([("127.0.0.1", dns.port)])
    with pytest.raises(DirectoryRefused) as refused:
        lookup.naptr(name_of(ASKED.participant, ZONE))
    assert refused.value.reason is Reason.DIRECTORY_ENTRY_ABSENT


def test_a_name_server_that_is_silent_is_out_of_reach(dns):
    dns.is_silent = True
    lookup = DnsNaptrLookup([("127.0.0.1", dns.port)], lifetime_s=0.2)
    with pytest.raises(DirectoryRefused) as refused:
        lookup.naptr("x.sml.demo.invalid")
    assert refused.value.reason is Reason.DIRECTORY_UNREACHABLE


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("10.0.0.53", ("10.0.0.53", 53)),
        ("10.0.0.53:5353", ("10.0.0.53", 5353)),
        ("[2001:db8::1]:54", ("2001:db8::1", 54)),
        ("2001:db8::1", ("2001:db8::1", 53)),
    ],
)
def test_a_name_server_is_a_number_with_an_optional_port(text, server):
    assert read_name_server(text) == server


@pytest.mark.parametrize("text", ["dns.example.eu", "10.0.0.53:0", "10.0.0.53:x", ""])
def test_anything_else_is_no_name_server(text):
    with pytest.raises(ValueError, match=r"."):
        read_name_server(text)


# Publishing ---------------------------------------------------------------------------


def test_the_register_takes_only_what_the_country_itself_sealed():
    register = MetadataRegister(PUBLISHER, seals())
    for sealed_by, reason in (
        (seal("lu"), Reason.SIGNER_OF_ANOTHER_COUNTRY),
        (seal("stranger"), Reason.SIGNER_NOT_PINNED),
    ):
        with pytest.raises(Exception, match=r".") as refused:
            register.put(ASKED, sealed_metadata(information(), sealed_by), NOW)
        assert refused.value.reason is reason


def test_the_register_takes_an_entry_only_for_its_own_place():
    register = MetadataRegister(PUBLISHER, seals())
    elsewhere = entry_of(SmpService.QUERY, DK)
    with pytest.raises(DirectoryRefused) as refused:
        register.put(elsewhere, sealed_metadata(information(), SEAL), NOW)
    assert refused.value.reason is Reason.DIRECTORY_ENTRY_OF_ANOTHER
