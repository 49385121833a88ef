"""Finds whether this machine's clock goes with those of others, for ``ncp check``.

Spec: eHDSI assertions, NotBefore and NotOnOrAfter / fact sheet 02 §2.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from ncp.settings import Finding, Settings
from ncp.settings.finding import warning
from ncp.told_time import ToldTime

# Servers may keep the field for as long as it would not change.
_LEAST: Final = timedelta(seconds=1)


def inspect_clock(settings: Settings, told: Iterable[ToldTime]) -> Iterator[Finding]:
    """Find with whom our clock differs by more than an assertion may; each host once.

    Which of the two is wrong cannot be seen from here, unless several say the same.
    """
    most = max(_LEAST, timedelta(seconds=settings.assertions.skew_s))
    differing = {each.who: each.ahead for each in told if abs(each.ahead) > most}
    for who, ahead in sorted(differing.items()):
        way = "ahead of" if ahead > timedelta(0) else "behind"
        yield warning(
            "clock",
            f"this machine's clock is {_words(abs(ahead))} {way} that of {who}",
            "Let both follow NTP (`timedatectl` shows it here). Assertions are refused "
            "from clocks that differ by more than `assertions.skew_s` "
            f"({settings.assertions.skew_s:g} s).",
        )


def _words(difference: timedelta) -> str:
    """Spell a time span by its two greatest units."""
    seconds = int(difference.total_seconds())
    parts = (
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    )
    said = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(said[:2])
