"""What ``ncp check`` says of the trust lists of the settings, from the copies kept.

Spec: ETSI TS 119 612 §5.3.15 (NextUpdate) / fact sheet 02 §5.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ncp.errors import ConfigurationError
from ncp.peers.list_shelf import ListShelf
from ncp.peers.trust_list_watch import in_lists, kept_lists
from ncp.ports import Clock
from ncp.settings import Finding, Settings
from ncp.settings.finding import stop_by, warning
from trust.trustlist import ListFinding

# Operators issue lists well before: one that is this near to its end is late.
_SOON: Final = timedelta(days=7)
_KEY: Final = "trust_lists.sources"


def inspect_lists(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Find lists that are missing, over, or about to be; and who rests on them."""
    stated = settings.trust_lists
    if stated.folder is None or not stated.sources:
        return
    try:
        found = kept_lists(stated, ListShelf(stated.folder), clock)
    except ConfigurationError as error:
        yield stop_by("trust_lists", error)
        return
    for finding in found:
        yield from _of_list(finding, clock)
    yield from _unfounded(settings, found)


def _of_list(finding: ListFinding, clock: Clock) -> Iterator[Finding]:
    name = f"the trust list of {finding.territory or finding.party}"
    until = None if finding.trust_list is None else finding.trust_list.next_update
    if until is None:
        why = finding.decision if finding.belief is None else finding.belief.decision
        yield warning(
            _KEY,
            f"{name} is not at hand, so that nobody is believed through it: "
            f"{why.sentence}",
            f"The gateway fetches it while it runs; `ncp trust lists "
            f"{finding.location} --follow` says what is wrong.",
        )
    elif until - clock.now() < _SOON:
        yield warning(
            _KEY,
            f"{name} is believed until {until:%Y-%m-%d %H:%M}Z, and no newer one has "
            "come",
            "Look whether its operator has issued one, and whether it can be fetched.",
        )


def _unfounded(settings: Settings, found: tuple[ListFinding, ...]) -> Iterator[Finding]:
    """Tell of authorities that no list at hand can vouch for."""
    believed = {(each.party, each.territory) for each in found if each.trust_list}
    for index, peer in enumerate(settings.peers, 1):
        for listed in peer.listed_authorities:
            territory = in_lists(listed.territory or peer.country)
            if (listed.source, territory) not in believed:
                yield warning(
                    f"peers[{index}].listed_authorities",
                    f"there is no list of {territory} at hand from the source "
                    f"{listed.source}",
                    f"Name {territory} in the `territories` of the source, and see "
                    "that its list can be fetched.",
                )
