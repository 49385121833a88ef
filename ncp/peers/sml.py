"""Asks the DNS for NAPTR records, with dnspython.

The name servers come from the settings (those of the TESTA network are not those of the
machine); without any, the machine's own are asked.

Spec: RFC 3403 §4 (NAPTR) / BDX Location 1.0 §2 / fact sheet 02 §4.3.
"""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.nameserver
import dns.rdatatype
import dns.resolver
from dns.rdtypes.IN.NAPTR import NAPTR

from trust.decision import Reason
from trust.smp import DirectoryRefused, NaptrRecord

_ABSENT = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


class DnsNaptrLookup:
    """Looks NAPTR records up; safe to use from many threads.

    Parameters
    ----------
    servers
        Name servers as ``(address, port)``; empty asks those of the machine.
    lifetime_s
        How long one question may take in all.
    """

    def __init__(
        self, servers: Sequence[tuple[str, int]] = (), lifetime_s: float = 5.0
    ) -> None:
        self._servers = tuple(servers)
        self._lifetime_s = lifetime_s

    def naptr(self, name: str) -> Sequence[NaptrRecord]:
        """Return the NAPTR records of a name; raises DirectoryRefused."""
        try:
            # Nothing is kept here: entries are, and a forced look-up must get through.
            answer = self._resolver().resolve(
                name.rstrip(".") + ".",
                dns.rdatatype.NAPTR,
                lifetime=self._lifetime_s,
                search=False,
            )
        except _ABSENT:
            raise DirectoryRefused(
                Reason.DIRECTORY_ENTRY_ABSENT,
                f"the DNS has no NAPTR record for {name}",
            ) from None
        except (dns.exception.DNSException, OSError) as error:
            raise DirectoryRefused(
                Reason.DIRECTORY_UNREACHABLE,
                f"the DNS gave no answer for {name} ({type(error).__name__})",
            ) from error
        return [_record(each) for each in answer if isinstance(each, NAPTR)]

    def _resolver(self) -> dns.resolver.Resolver:
        try:
            resolver = dns.resolver.Resolver(configure=not self._servers)
        except dns.exception.DNSException as error:
            raise DirectoryRefused(
                Reason.DIRECTORY_UNREACHABLE, "this machine has no name server"
            ) from error
        if self._servers:
            resolver.nameservers = [
                dns.nameserver.Do53Nameserver(address, port)
                for address, port in self._servers
            ]
        return resolver


def _record(record: NAPTR) -> NaptrRecord:
    return NaptrRecord(
        record.order,
        record.preference,
        record.flags.decode("latin-1"),
        record.service.decode("latin-1"),
        record.regexp.decode("latin-1"),
        record.replacement.to_text(),
    )
