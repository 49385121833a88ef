"""Whom an authority must have given a certificate to, for it to speak for a country.

A commercial authority serves everybody: believing it alone would let any of its
customers speak for any country. A rule names attributes of the subject, and one of them
at least must tell organizations apart.

Spec: RFC 5280 §4.1.2.6 (subject) / ETSI EN 319 412-1 §5.1.4 (organizationIdentifier).
Assumption: values are compared as they are, letter by letter, only countries by code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from trust.identifiers import CountryCode, IdentifierError

_TYPES: Final[Mapping[str, ObjectIdentifier]] = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
# A country, a town or a unit is shared by many customers of one authority.
_TELLING: Final = ("O", "CN", "organizationIdentifier")


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """Attributes the subject must have, each exactly once and with this value.

    Raises
    ------
    ValueError
        It names an unknown attribute, an empty value, or nothing that tells one
        organization from another.
    """

    attributes: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.attributes]
        unknown = sorted(set(names).difference(_TYPES))
        if unknown:
            raise ValueError(
                f"{', '.join(unknown)} is no attribute of a subject rule; "
                f"known are {', '.join(_TYPES)}"
            )
        if len(set(names)) != len(names):
            raise ValueError("a subject rule names each attribute once")
        if not all(value.strip() for _, value in self.attributes):
            raise ValueError("a subject rule needs a value for each attribute")
        if not set(names).intersection(_TELLING):
            raise ValueError(
                f"a subject rule needs {', '.join(_TELLING[:-1])} or {_TELLING[-1]}: "
                "other customers of the authority share the rest"
            )

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> SubjectRule:
        """Build the rule from names and values."""
        return cls(tuple(attributes.items()))

    def permits(self, certificate: x509.Certificate) -> bool:
        """Tell whether the certificate was given to this subject."""
        return all(
            _values(certificate, name) == [_comparable(name, value)]
            for name, value in self.attributes
        )

    def excludes(self, other: SubjectRule) -> bool:
        """Tell whether no subject can satisfy both rules."""
        theirs = dict(other.attributes)
        return any(
            name in theirs
            and _comparable(name, theirs[name]) != _comparable(name, value)
            for name, value in self.attributes
        )

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.attributes)


def countries_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the countries the subject names, as codes where they are such."""
    # The parsed attribute, never a search for "C=" in the text: DC= and OC= match too.
    return tuple(sorted(set(_values(certificate, "C"))))


def _values(certificate: x509.Certificate, name: str) -> list[str]:
    attributes = certificate.subject.get_attributes_for_oid(_TYPES[name])
    return [_comparable(name, str(attribute.value)) for attribute in attributes]


def _comparable(name: str, value: str) -> str:
    if name != "C":
        return value
    try:
        return CountryCode(value)
    except IdentifierError:
        return value
