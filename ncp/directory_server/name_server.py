"""A small DNS server: NAPTR records of a zone on loopback, for trying things out.

Spec: RFC 1035 §4.2.1 (UDP) / RFC 3403 (NAPTR) / RFC 2308 §2 (names without records).
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Final, Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from trust.smp import Identifier, NaptrRecord, name_of

LOOPBACK: Final = "127.0.0.1"
_TTL_S: Final = 5
_LARGEST: Final = 4_096


def smp_record(address: str) -> NaptrRecord:
    """Return the record that leads a participant to a server."""
    return NaptrRecord(100, 10, "U", "Meta:SMP", f"!.*!{address}!", ".")


class NameServer:
    """Answers from a table in memory; the table may change while it serves."""

    def __init__(self, zone: str, port: int = 0) -> None:
        self.zone = zone
        self._records: dict[dns.name.Name, tuple[NaptrRecord, ...]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, port))
        self.port: int = self._socket.getsockname()[1]
        self.is_silent = False
        self._is_stopping = False
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Where it is asked, as the settings name a resolver."""
        return f"{LOOPBACK}:{self.port}"

    def lead(self, participants: Mapping[Identifier, str]) -> None:
        """Lead each participant to its server, with the usual record."""
        for participant, address in participants.items():
            self.set(participant, [smp_record(address)])

    def set(self, participant: Identifier, records: Iterable[NaptrRecord]) -> None:
        """Give a participant these records and no others."""
        name = dns.name.from_text(name_of(participant, self.zone))
        self._records[name] = tuple(records)

    def stop(self) -> None:
        """Stop serving."""
        self._is_stopping = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
            waking.sendto(b"", (LOOPBACK, self.port))
        self._thread.join(timeout=5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._is_stopping:
            question, asker = self._socket.recvfrom(_LARGEST)
            answer = self._answered(question)
            if answer is not None:
                self._socket.sendto(answer, asker)

    def _answered(self, question: bytes) -> bytes | None:
        if self.is_silent:
            return None
        try:
            query = dns.message.from_wire(question)
        except dns.exception.DNSException:
            return None
        if not query.question:
            return None
        asked = query.question[0]
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        records = self._records.get(asked.name)
        if records is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif asked.rdtype == dns.rdatatype.NAPTR and records:
            response.answer.append(_rrset(asked.name, records))
        return response.to_wire()


def _rrset(name: dns.name.Name, records: tuple[NaptrRecord, ...]) -> dns.rrset.RRset:
    texts = [
        f"{each.order} {each.preference} {_quoted(each.flags)} "
        f"{_quoted(each.service)} {_quoted(each.regexp)} {each.replacement}"
        for each in records
    ]
    return dns.rrset.from_text(name, _TTL_S, "IN", "NAPTR", *texts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
