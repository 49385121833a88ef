"""Bearer tokens of the doors on loopback: who holds which, compared in constant time.

Only digests of the tokens are kept; every digest is compared on every request, so the
time of an answer says neither whether a token is nearly right nor whose it is.

Spec: RFC 6750 2.1, 3 (bearer tokens, ``WWW-Authenticate``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ncp.errors import ConfigurationError
from ncp.settings.people import OperatorRight, OperatorSettings, ProfessionalSettings
from ncp.settings.secrets import read_text_secret
from trust.assertions.codes import ROLES
from trust.assertions.model import HealthProfessional
from trust.assertions.permissions import permissions_of

Holder = TypeVar("Holder")


class TokenRing(Generic[Holder]):
    """The tokens of a door, each with whom it stands for."""

    def __init__(self, tokens: Iterable[tuple[str, Holder]]) -> None:
        self._holders = [(_digest(token), holder) for token, holder in tokens]
        if len({digest for digest, _ in self._holders}) != len(self._holders):
            raise ConfigurationError(
                "Two token files hold the same token, so nobody could tell who asks.",
                "Make a new token for one of them: openssl rand -hex 32",
            )

    def holder(self, authorization: str | None) -> Holder | None:
        """Return who holds the token of an ``Authorization`` header, or None."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        shown = _digest(token.strip())
        found = None
        for digest, holder in self._holders:
            # No early end: each comparison takes its time.
            if hmac.compare_digest(digest, shown):
                found = holder
        return found


def load_professionals(
    professionals: Iterable[ProfessionalSettings],
) -> TokenRing[HealthProfessional]:
    """Read the tokens of the national door."""
    return TokenRing(
        (
            read_text_secret(each.token_file, f"professionals[{index}].token_file"),
            professional_of(each),
        )
        for index, each in enumerate(professionals, 1)
    )


@dataclass(frozen=True, slots=True)
class Operator:
    """Who holds a token of the operations door, and what it is good for."""

    name: str
    rights: frozenset[OperatorRight] = frozenset(OperatorRight)


def load_operators(operators: Iterable[OperatorSettings]) -> TokenRing[Operator]:
    """Read the tokens of the operations door."""
    return TokenRing(
        (
            read_text_secret(each.token_file, f"operators[{index}].token_file"),
            Operator(each.name, frozenset(each.rights)),
        )
        for index, each in enumerate(operators, 1)
    )


def professional_of(settings: ProfessionalSettings) -> HealthProfessional:
    """Return a professional of the settings as assertions describe them."""
    role, on_behalf_of = ROLES[settings.role], settings.on_behalf_of
    given = settings.permissions
    return HealthProfessional(
        identifier=settings.identifier,
        name=settings.name,
        role=role,
        organization=settings.organization,
        organization_id=settings.organization_id,
        facility_type=settings.facility_type,
        locality=settings.locality,
        permissions=permissions_of(role) if given is None else given,
        authentication=settings.authentication,
        purpose_of_use=settings.purpose_of_use,
        on_behalf_of=None if on_behalf_of is None else ROLES[on_behalf_of],
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
