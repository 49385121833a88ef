"""Identifiers that cross borders: OIDs, countries, home communities, patients.

Leaf module: it depends on nothing of ours and is shared by all packages.

Spec: ISO/IEC 8824-1 (object identifiers) / IHE ITI TF-2 Appendix E (CX in XDS) /
IHE ITI TF-2 §3.38.4.1.2 (homeCommunityId as ``urn:oid:``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

URN_OID = "urn:oid:"

# First arc 0 to 2, no leading zeros, at least two arcs.
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_COUNTRY = re.compile(r"[A-Z]{2}")
# `ext^^^&root&ISO`; the extension may hold anything but the separators of HL7 v2.
_CX = re.compile(r"(?P<extension>[^&^]+)\^\^\^&(?P<root>[0-9.]+)&ISO")


class IdentifierError(ValueError):
    """An identifier is not of its form. The text names the form, never the value."""


class Oid(str):
    """An ISO object identifier in dotted form, without the ``urn:oid:`` prefix."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if not _OID.fullmatch(value):
            raise IdentifierError(
                "not an OID: expected dotted numbers such as 1.3.182.4.4"
            )
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> Oid:
        """Read a dotted OID with or without the ``urn:oid:`` prefix."""
        return cls(text.strip().removeprefix(URN_OID))

    @property
    def urn(self) -> str:
        """The OID as a URN, the form XCA and XDR write."""
        return f"{URN_OID}{self}"


class HomeCommunityId(Oid):
    """The OID of a country's community: bare in XCPD, ``urn:oid:`` in XCA and XDR."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> HomeCommunityId:
        """Read a home community id in either of its two forms."""
        return cls(text.strip().removeprefix(URN_OID))


class CountryCode(str):
    """An ISO 3166-1 alpha-2 code in upper case; the EU's ``EL`` reads as ``GR``."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        code = value.upper()
        if not _COUNTRY.fullmatch(code):
            raise IdentifierError("not a country: expected two letters such as LU")
        return super().__new__(cls, "GR" if code == "EL" else code)


@dataclass(frozen=True, slots=True)
class PatientId:
    """A patient identifier: an assigning authority's OID and the value under it."""

    root: Oid
    extension: str

    def __post_init__(self) -> None:
        if not self.extension or self.extension != self.extension.strip():
            raise IdentifierError(
                "a patient id needs an extension without outer blanks"
            )
        if "^" in self.extension or "&" in self.extension:
            raise IdentifierError("a patient id may not contain ^ or &")

    @classmethod
    def from_cx(cls, text: str) -> PatientId:
        """Read the four-component CX form ``ext^^^&root&ISO`` (ITI TF-3 4.2.3.1.7)."""
        match = _CX.fullmatch(text.strip())
        if match is None:
            raise IdentifierError(
                "not a patient id in CX form: expected ext^^^&root&ISO"
            )
        return cls(Oid(match["root"]), match["extension"])

    @property
    def cx(self) -> str:
        """The CX form ``ext^^^&root&ISO``, unescaped."""
        return f"{self.extension}^^^&{self.root}&ISO"

    def __repr__(self) -> str:
        # An identifier must not reach a log or a traceback by way of repr.
        return f"PatientId(root={str(self.root)!r}, extension=<withheld>)"
