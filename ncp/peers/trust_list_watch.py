"""Keeps the trust lists of the settings at hand: fetched, judged, renewed.

What is at hand is always a believed list; what is done with it, and whether its time is
over, is asked at each judgement. A list that cannot be had, or whose newest copy is
refused, leaves the last good one in its place until that one's NextUpdate.

Spec: ETSI TS 119 615 §4.1, §4.2 / fact sheet 02 §5.2, §7.2 row 38.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ncp.peers.directory_record import DirectoryRecord
from ncp.peers.trust_list_report import TrustListReport
from ncp.ports import Clock
from ncp.settings.key_pairs import load_certificates
from ncp.settings.trust_lists import TrustListSourceSettings, TrustListsSettings
from trust.identifiers import CountryCode
from trust.trustlist import (
    ListFinding,
    ListMemory,
    ListSource,
    ListUnavailable,
    Party,
    TrustList,
    TrustListWalk,
)

# The Union writes Greece so in its lists; elsewhere it is GR.
_OF_LISTS: Mapping[str, str] = {"GR": "EL"}


class _Nowhere:
    """Has nothing: what was kept stands in."""

    def fetch(self, location: str) -> bytes:
        del location
        raise ListUnavailable("nobody was asked yet")


@dataclass(frozen=True, slots=True)
class _AtHand:
    lists: Mapping[tuple[str, str | None], TrustList]
    digests: frozenset[str]


class TrustListWatch:
    """Walks the lists and holds what is believed; safe to read from many threads."""

    def __init__(
        self,
        settings: TrustListsSettings,
        source: ListSource,
        memory: ListMemory,
        clock: Clock,
        report: TrustListReport,
        record: DirectoryRecord,
    ) -> None:
        self._settings = settings
        self._source = source
        self._memory = memory
        self._clock = clock
        self._report = report
        self._record = record
        self._at_hand = _AtHand({}, frozenset())

    def restore(self) -> None:
        """Take what is kept and still believed, without a network."""
        self._take(tuple(self._walk(_Nowhere())))

    def refresh(self) -> bool:
        """Fetch every list, record and tell what came of it; tell if any is new."""
        before = self._at_hand.digests
        findings = tuple(self._walk(self._source))
        for finding in findings:
            newest = finding.problem or finding.decision
            about = f"trust list of {finding.territory or finding.party}"
            self._record.took_list(finding.location, about, newest)
            self._report.told(finding)
        self._take(findings)
        return self._at_hand.digests != before

    def trust_list(self, source: str, territory: CountryCode) -> TrustList | None:
        """Return the list of a territory that a source led to, if one is believed."""
        return self._at_hand.lists.get((source, in_lists(territory)))

    def _walk(self, source: ListSource) -> Iterator[ListFinding]:
        parties = [_party(each) for each in self._settings.sources]
        walk = TrustListWalk(source, self._memory, self._clock.now())
        return walk.walk(parties)

    def _take(self, findings: tuple[ListFinding, ...]) -> None:
        lists: dict[tuple[str, str | None], TrustList] = {}
        digests = set()
        for finding in findings:
            if finding.trust_list is not None and finding.belief is not None:
                lists[finding.party, finding.territory] = finding.trust_list
                digests.add(finding.belief.digest)
        self._at_hand = _AtHand(lists, frozenset(digests))


def in_lists(territory: CountryCode) -> str:
    """Return a country as trust lists write it."""
    return _OF_LISTS.get(territory, territory)


def _party(source: TrustListSourceSettings) -> Party:
    signers = tuple(
        certificate
        for path in source.signers
        for certificate in load_certificates(path, "trust_lists.sources.signers")
    )
    territories = frozenset(in_lists(each) for each in source.territories)
    return Party(source.name, source.location, signers, territories)


def kept_lists(
    settings: TrustListsSettings, memory: ListMemory, clock: Clock
) -> tuple[ListFinding, ...]:
    """Judge the copies that are kept, without a network, for ``ncp check``."""
    parties = [_party(each) for each in settings.sources]
    return tuple(TrustListWalk(_Nowhere(), memory, clock.now()).walk(parties))
