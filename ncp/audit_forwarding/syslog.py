"""A syslog message around an audit event, and its frame on a TLS connection.

Whatever stands in the header follows from the event and the node, so that an event that
is sent again is the same message, byte for byte, and can be counted once.

Spec: RFC 5424 §6 / RFC 5425 §4.3 (octet counting) / IHE ITI TF-2 3.20.4.1.2 (facility
10, severity 5, ``IHE+RFC-3881``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_FACILITY_SECURITY: Final = 10
_SEVERITY_NOTICE: Final = 5
PRIORITY: Final = _FACILITY_SECURITY * 8 + _SEVERITY_NOTICE
MESSAGE_ID: Final = "IHE+RFC-3881"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_NIL: Final = "-"
_UNPRINTABLE: Final = re.compile(r"[^!-~]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who sends, as the header names it.

    Attributes
    ----------
    host
        The node whose records these are; at most 255 printable characters are sent.
    application
        At most 48 printable characters are sent.
    """

    host: str
    application: str


def syslog_message(event: bytes, recorded_at: datetime, origin: Origin) -> bytes:
    """Put an audit message in XML into a syslog message.

    Parameters
    ----------
    recorded_at
        When the event was recorded, not when it is sent; aware.
    """
    header = " ".join(
        (
            f"<{PRIORITY}>1",
            f"{recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
            _printable(origin.host, 255),
            _printable(origin.application, 48),
            _NIL,  # the process that sends may be another one the next time
            MESSAGE_ID,
            _NIL,
        )
    )
    return header.encode("ascii") + b" " + _BYTE_ORDER_MARK + event


def frame(message: bytes) -> bytes:
    """Return a message with its length in front, as it goes onto the connection."""
    return b"%d %b" % (len(message), message)


def _printable(text: str, most: int) -> str:
    return _UNPRINTABLE.sub("_", text)[:most] or _NIL
