"""The addresses that a directory may lead to, before and after the name is resolved.

A directory is written by others. What it says must never turn this gateway against its
own network: the text of an address is judged first, then every number its name resolves
to, and the connection goes to a number that was judged.

Spec: RFC 3986 §3.2 / RFC 6890 (special-purpose addresses) / RFC 4291 §2.5.5.2, RFC
6052 §2.1, RFC 3056 §2 (IPv4 inside IPv6) / OWASP SSRF prevention.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from urllib.parse import SplitResult, urlsplit

from trust.decision import Reason
from trust.smp.refused import DirectoryRefused

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

MAXIMAL_LENGTH: Final = 2_048
# Visible ASCII without those that parsers of addresses disagree on.
_PLAIN: Final = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The last label has a letter: what is all digits is a number in disguise.
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?=[0-9-]*[A-Za-z]){_LABEL}")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which addresses are allowed.

    Attributes
    ----------
    hosts
        Names, or ends of names with a leading dot; empty allows every public one.
    networks
        Networks that are allowed although they are not public.
    """

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443, 8443})
    hosts: tuple[str, ...] = ()
    networks: tuple[IpNetwork, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    """An address whose text was judged; the numbers behind its name were not yet."""

    url: str
    scheme: str
    host: str
    port: int


class NameResolver(Protocol):
    """Resolves names of hosts; the port of trust to the network."""

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """Return the numeric addresses of a host.

        Raises
        ------
        OSError
            The name cannot be resolved.
        """
        ...


def check_address(url: str, rules: AddressRules) -> CheckedAddress:
    """Judge the text of an address that a directory named.

    Raises
    ------
    DirectoryRefused
        With the first rule that is broken.
    """
    if len(url) > MAXIMAL_LENGTH or not _PLAIN.fullmatch(url):
        raise _refused("it is empty, too long, or has characters that have no place")
    parts, port = _split(url)
    if parts.scheme not in rules.schemes:
        raise _refused(f"its scheme is not {' or '.join(sorted(rules.schemes))}")
    if "@" in parts.netloc:
        raise _refused("it names a user")
    if "?" in url or "#" in url:
        raise _refused("it has a query or a fragment")
    if ".." in parts.path.split("/"):
        raise _refused("its path climbs")
    host = (parts.hostname or "").lower()
    _check_host(host, rules)
    if port not in rules.ports:
        raise _refused(f"its port {port} is not among those allowed")
    return CheckedAddress(url, parts.scheme, host, port)


def check_numbers(numbers: Sequence[str], rules: AddressRules) -> tuple[IpAddress, ...]:
    """Judge all numbers that a host resolved to; one that is refused refuses all.

    Raises
    ------
    DirectoryRefused
        There is none, or one of them is not public and in no allowed network.
    """
    if not numbers:
        raise _refused("its host has no address")
    return tuple(_check_number(each, rules) for each in numbers)


def is_allowed_number(number: IpAddress, rules: AddressRules) -> bool:
    """Tell whether a connection to this number is allowed."""
    inner = _unwrapped(number)
    if any(_contains(network, inner) for network in rules.networks):
        return True
    return inner.is_global and not (
        inner.is_multicast or inner.is_reserved or inner.is_unspecified
    )


def _split(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("it is no address") from None
    return parts, _DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port


def _check_host(host: str, rules: AddressRules) -> None:
    literal = _literal(host)
    if literal is not None:
        _check_number(host, rules)
    elif not _NAME.fullmatch(host) or len(host) > 253:
        raise _refused("its host is no full name, and no address in its usual form")
    if rules.hosts and not any(_is_named(host, rule) for rule in rules.hosts):
        raise _refused("its host is not among those allowed")


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_named(host: str, rule: str) -> bool:
    rule = rule.lower()
    return host.endswith(rule) if rule.startswith(".") else host == rule


def _check_number(text: str, rules: AddressRules) -> IpAddress:
    number = _literal(text)
    if number is None or getattr(number, "scope_id", None):
        raise _refused("its host resolved to something that is no address")
    if not is_allowed_number(number, rules):
        raise _refused(
            "its host is at an address that is not public (private, loopback, "
            "link-local or reserved) and in no network that is allowed"
        )
    return number


def _unwrapped(number: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 address carries, or the number itself."""
    if isinstance(number, ipaddress.IPv4Address):
        return number
    if number in _NAT64:
        return ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF)
    teredo = number.teredo
    return number.ipv4_mapped or number.sixtofour or (teredo[1] if teredo else number)


def _contains(network: IpNetwork, number: IpAddress) -> bool:
    return network.version == number.version and number in network


def _refused(what: str) -> DirectoryRefused:
    return DirectoryRefused(
        Reason.DIRECTORY_ADDRESS_REFUSED,
        f"the directory leads to an address that is not allowed: {what}",
    )
