from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncp.audit_forwarding import Origin, frame, syslog_message

RECORDED = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
ORIGIN = Origin("ncp.example.lu", "lu-ncpeh")


@pytest.mark.spec("RFC 5424 6", "IHE ITI TF-2 3.20.4.1.2")
def test_the_header_is_that_of_a_security_notice_of_this_node():
    message = syslog_message(b"<AuditMessage/>", RECORDED, ORIGIN)
    assert message == (
        b"<85>1 2026-03-01T09:30:00.123456Z ncp.example.lu lu-ncpeh - IHE+RFC-3881 - "
        b"\xef\xbb\xbf<AuditMessage/>"
    )


@pytest.mark.spec("RFC 5424 6.2.3")
def test_the_moment_is_told_in_utc():
    moment = RECORDED.astimezone(timezone(timedelta(hours=2)))
    there = syslog_message(b"", moment, ORIGIN)
    assert there == syslog_message(b"", RECORDED, ORIGIN)


@pytest.mark.spec("RFC 5424 6.2.4", "RFC 5424 6.2.5")
@pytest.mark.parametrize(
    ("name", "written"),
    [("", b"-"), ("a b\nc", b"a_b_c"), ("é", b"_"), ("x" * 300, b"x" * 255)],
)
def test_a_name_is_made_printable_and_never_ends_a_field(name, written):
    message = syslog_message(b"", RECORDED, Origin(name, "app"))
    assert message.split(b" ")[2] == written


@pytest.mark.spec("RFC 5425 4.3")
@given(st.binary(max_size=300))
def test_a_frame_counts_octets(message):
    length, rest = frame(message).split(b" ", 1)
    assert rest == message
    assert length == str(len(message)).encode()
