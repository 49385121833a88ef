"""What a look-up in the directory costs a question that is asked anyway.

The floor is an ITI-55 as country B and country A do it between them, without the line:
the HCP assertion is signed, the request written, read, believed and answered, the
answer read. Beside it stands what the directory adds to it while entries are fresh: the
peer is taken from what was joined, and the entries are asked for in the cache.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.goals import Goal, conclude
from benchmarks.harness import Candidate, compare
from ncp.country_b.treatment import SoughtPatient
from ncp.peers.directory import Service
from ncp.peers.switches import Switches
from tests.ncp.country_a.scene import DOCTOR, EVA, CountryA
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB
from tests.trust.pki import NOW
from tests.trust.smp.directory import ASKED, World
from trust.smp import EntryCache

GOAL_PERCENT = 2.0


def goals() -> list[Goal]:
    """Measure, and say how the goal stands."""
    with tempfile.TemporaryDirectory() as folder:
        country_a = CountryA(Path(folder))
        country_b = CountryB(Path(folder), country_a)
        sought = SoughtPatient((EVA,))
        cache = EntryCache(World().lookup)
        cache.get(ASKED, NOW)
        switches = Switches({}, Path(folder))

        def served() -> None:
            peer = country_b.services.directory.find(LUXEMBOURG)
            switches.refuse_asking(peer.country, Service.XCPD)
            peer.address(Service.XCPD)
            cache.get(ASKED, NOW)

        lines = compare(
            "directory: a look-up from the cache beside an ITI-55",
            floor=Candidate(
                "ITI-55, both sides, no line",
                lambda: country_b.gateway.identify(DOCTOR, LUXEMBOURG, sought),
            ),
            others=[
                Candidate("look-up, switch and address", served),
                Candidate("entry from the cache", lambda: cache.get(ASKED, NOW)),
            ],
        )
        country_b.store.close()
        country_a.store.close()
    percent = 100 * max(line.ratio for line in lines[1:])
    return [Goal("a look-up, in percent of an ITI-55", percent, GOAL_PERCENT)]


if __name__ == "__main__":
    conclude(goals(), sys.argv[1:])
