"""A syslog server of others receives our events whole, in order, once."""

from __future__ import annotations

import pytest

from ncp.audit import to_dicom
from tests.ncp.audit import samples
from tests.ncp.audit_forwarding.rsyslog import free_port, rsyslog
from tests.ncp.audit_forwarding.test_carrier import at, repository, seal
from tests.ncp.audit_forwarding.test_delivery import NATIONAL, courier_of, record
from tests.ncp.store.conftest import *  # noqa: F403 - its stores, on both databases
from trust.smp.signature import SIGNATURE, verify_document
from trust.xml import SOAP_LIMITS, parse_xml

__all__ = ["repository", "seal"]

LARGE = b"<h>" + b"x" * 64_000 + b"</h>"


def received(path) -> list[bytes]:
    return [line for line in path.read_bytes().split(b"\n<85>") if line.strip()]


@pytest.mark.spec("RFC 5425 4.3", "IHE ITI TF-2 3.20.4.1")
@pytest.mark.parametrize(
    ("driver", "silence_s"),
    # With GnuTLS it reads all and ends the line without a farewell.
    [("gtls", 0.5), ("ossl", None)],
)
def test_events_arrive_whole_once_and_in_order_after_an_outage(
    open_store, clock, luxembourg, repository, seal, tmp_path, driver, silence_s
):
    store = open_store(repositories=(NATIONAL,))
    port = free_port()
    courier = courier_of(store, clock, at(repository, port, silence_s=silence_s))
    record(store, *range(1, 11))
    courier.turn()
    with store.unit_of_work() as work:
        for event in (samples.exchange(request_header=LARGE), *samples.every_event()):
            work.audit(event)
        work.commit()
    clock.advance(seconds=60)
    with rsyslog(tmp_path, luxembourg, port, driver) as kept:
        courier.turn()
        record(store, *range(12, 20))
        courier.turn()
    assert store.outbox.backlog(NATIONAL.name).waiting == 0
    bodies = [each.split(b"\xef\xbb\xbf", 1)[1] for each in received(kept)]
    assert len(bodies) == 19 + len(samples.every_event())
    recorded = [each.dicom for each in store.audit_trail()]
    assert [without_signature(each, seal) for each in bodies] == [
        canonical(parse_xml(each, SOAP_LIMITS)) for each in recorded
    ]
    assert len(bodies[10]) > 64_000
    assert to_dicom(samples.exchange(request_header=LARGE)) == recorded[10]


def without_signature(data: bytes, seal) -> list:
    root = parse_xml(data.strip(), SOAP_LIMITS)
    (signature,) = root.iter(SIGNATURE)
    verify_document(signature, lambda _der: seal.certificate)
    root.remove(signature)
    return canonical(root)


def canonical(root) -> list:
    return [(each.tag, dict(each.attrib), each.text) for each in root.iter()]
