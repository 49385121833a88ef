"""A message as an attacker holds it: bytes, and the keys to make others.

A good message is made with the honest keys of one country; a mutation takes it and
returns another. Nothing is sent here, and nothing is changed in place.

Spec: RFC 9112 §2 / SOAP 1.2 Part 1 §5 / IHE ITI TF-2 Appendix V.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from lxml import etree

from trust.certificates import SigningKey
from trust.xml import SOAP_LIMITS, parse_xml

Change: TypeAlias = Callable[[etree._Element], object]  # noqa: SLF001 - its only name


class Transaction(StrEnum):
    """The transactions that are attacked."""

    ITI_55 = "ITI-55"
    ITI_38 = "ITI-38"
    ITI_39 = "ITI-39"
    ITI_41 = "ITI-41"


class Seal(StrEnum):
    """The keys that sign assertions: the country's own, and those that may not.

    All but ``STRANGER`` and ``SELF_SIGNED`` are known to the gateway under test, so
    that one thing alone is wrong with each.
    """

    OWN = "own"
    STRANGER = "stranger"  # of the same authority, but known to nobody
    SELF_SIGNED = "self-signed"  # with the names of the country's own
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    WITHOUT_SIGNING = "without-signing"  # keyUsage has no digitalSignature
    AUTHORITY = "authority"  # basicConstraints say CA
    TLS_CLIENT = "tls-client"  # known, but for TLS
    SHORT_KEY = "short-key"
    OLD_HASH = "old-hash"
    OTHER_COUNTRY = "other-country"


class Client(StrEnum):
    """The certificates a TLS client may show."""

    OWN = "own"
    NONE = "none"
    STRANGER = "stranger"
    UNKNOWN_AUTHORITY = "unknown-authority"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    SERVER_ONLY = "server-only"
    SEAL = "seal"
    OTHER_COUNTRY = "other-country"


class Delivery(StrEnum):
    """How the bytes travel."""

    WHOLE = "whole"
    STALLED = "stalled"  # half of the body, then silence
    ABANDONED = "abandoned"  # half of the body, then the end
    PLAIN_TCP = "plain-tcp"  # without TLS
    OLD_TLS = "old-tls"  # nothing newer than TLS 1.1


@dataclass(frozen=True, slots=True)
class Ground:
    """What an attacker has at hand beside the message.

    Attributes
    ----------
    seals
        Signing keys by name; there may be fewer than :class:`Seal` knows.
    other_hcp, other_trc
        Good assertions of the same country: another professional session, and a
        relationship of that session with another patient.
    same_session_trc
        A good relationship of this session with another patient.
    bait
        An address the gateway must never call.
    moment
        When the message was made.
    """

    seals: Mapping[Seal, SigningKey] = field(repr=False)
    other_hcp: bytes = field(repr=False)
    other_trc: bytes = field(repr=False)
    same_session_trc: bytes = field(repr=False)
    bait: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP request with a SOAP message in it, exactly as it will be sent.

    Attributes
    ----------
    head
        The header fields but ``Host`` and the length, in order, repeats included.
    body
        The whole HTTP body: an envelope, or a package with one.
    framing
        Replaces the field that tells the length, where that is the attack.
    earlier
        A message that is sent first, and is good.
    """

    transaction: Transaction
    path: str
    head: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    hcp: bytes = field(repr=False)
    trc: bytes | None = field(repr=False)
    message_id: str
    ground: Ground = field(repr=False)
    method: str = "POST"
    framing: tuple[tuple[str, str], ...] | None = None
    client: Client = Client.OWN
    delivery: Delivery = Delivery.WHOLE
    earlier: Message | None = field(default=None, repr=False)

    # The HTTP head ------------------------------------------------------------------

    @property
    def content_type(self) -> str:
        """The first Content-Type."""
        return next(
            value for name, value in self.head if name.lower() == "content-type"
        )

    def with_content_type(self, content_type: str) -> Message:
        """Return it with another Content-Type."""
        others = [each for each in self.head if each[0].lower() != "content-type"]
        return replace(self, head=(("Content-Type", content_type), *others))

    def with_field(self, name: str, value: str) -> Message:
        """Return it with one more header field."""
        return replace(self, head=(*self.head, (name, value)))

    # The envelope -------------------------------------------------------------------

    @property
    def envelope(self) -> bytes:
        """The bytes of the envelope, wherever in the body it stands."""
        start, end = self._span()
        return self.body[start:end]

    def with_envelope(self, envelope: bytes) -> Message:
        """Return it with another envelope in the same place."""
        start, end = self._span()
        return replace(self, body=self.body[:start] + envelope + self.body[end:])

    def bent(self, change: Change) -> Message:
        """Return it with its envelope changed as a tree; assertions keep their form."""
        root = parse_xml(self.envelope, SOAP_LIMITS)
        change(root)
        return self.with_envelope(
            etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        )

    @property
    def documents(self) -> bytes:
        """What travels behind the envelope of a package."""
        return self.body[self._span()[1] :]

    def with_documents(self, documents: bytes) -> Message:
        """Return it with something else behind its envelope."""
        return replace(self, body=self.body[: self._span()[1]] + documents)

    def _span(self) -> tuple[int, int]:
        closing = b"Envelope>"
        start = self.body.index(b"<?xml")
        return start, self.body.rindex(closing) + len(closing)

    # The assertions -----------------------------------------------------------------

    def with_hcp(self, hcp: bytes) -> Message:
        """Return it with another HCP assertion in place of its own."""
        return replace(self._exchanged(self.hcp, hcp), hcp=hcp)

    def with_trc(self, trc: bytes) -> Message:
        """Return it with another TRC assertion in place of its own."""
        return replace(self._exchanged(self.the_trc, trc), trc=trc)

    def without(self, assertion: bytes) -> Message:
        """Return it without an assertion."""
        return self._exchanged(assertion, b"")

    @property
    def the_trc(self) -> bytes:
        """The TRC assertion of a message that has one."""
        if self.trc is None:
            raise ValueError(f"{self.transaction} carries no TRC assertion")
        return self.trc

    def _exchanged(self, old: bytes, new: bytes) -> Message:
        if self.body.count(old) != 1:
            raise ValueError("the assertion does not stand in the message once")
        return replace(self, body=self.body.replace(old, new))
