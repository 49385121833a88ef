"""An assertion belongs to the peer that presented it first.

The same assertion in several messages of one peer is how a session works (list, then
retrieve) and is believed each time. In the hands of another peer it was copied, or its
issuer gave one name to two assertions; neither can be believed.

Spec: SAML 2.0 Core §1.3.4 (an ID names one object) / SAML Token Profile 1.1.1 §6
(sender-vouches: the sender is part of what is believed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from trust.assertions.model import Assertion
from trust.decision import Reason, TrustDecision, accept, deny
from trust.identifiers import CountryCode

_SUBJECT: Final = "use of the assertions"


@dataclass(frozen=True, slots=True)
class AssertionUse:
    """That a peer presented an assertion.

    Attributes
    ----------
    issuer, assertion_id
        Together they name the assertion.
    forget_after
        When nobody could present it any more: its NotOnOrAfter plus the skew.
    """

    issuer: str
    assertion_id: str
    peer: CountryCode
    forget_after: datetime

    @classmethod
    def of(
        cls, assertion: Assertion, peer: CountryCode, skew: timedelta
    ) -> AssertionUse:
        """Return the use of a verified assertion by this peer."""
        return cls(
            assertion.issuer, assertion.id, peer, assertion.not_on_or_after + skew
        )


class AssertionUses(Protocol):
    """Remembers who presented which assertion first."""

    def first_presenters(self, uses: Sequence[AssertionUse]) -> tuple[CountryCode, ...]:
        """Return who presented each assertion first; now, if nobody did before.

        Of two peers at the same instant exactly one is the first, and it is remembered
        for good when this returns.
        """
        ...


def decide_use(
    uses: Sequence[AssertionUse], memory: AssertionUses, now: datetime
) -> TrustDecision:
    """Decide whether the assertions of a message are in the hands they were given to.

    Ask only of assertions that are believed otherwise: a forged one must not take the
    name of a genuine one.
    """
    first = memory.first_presenters(uses)
    for use, owner in zip(uses, first, strict=True):
        if owner != use.peer:
            return deny(
                _SUBJECT,
                Reason.ASSERTION_OF_ANOTHER_PEER,
                f"an assertion that {use.peer} presents was presented by {owner} "
                "before; one of the two has it by theft or by mistake",
                now,
                (f"assertion {use.assertion_id}", f"first presented by {owner}"),
            )
    return accept(
        _SUBJECT,
        "no other peer has presented these assertions",
        now,
        tuple(f"assertion {use.assertion_id}" for use in uses),
    )
