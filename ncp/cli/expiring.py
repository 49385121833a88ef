"""``ncp trust expiry``: which certificates are on duty, and how long they last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ncp.rotation.inventory import Holding, days_left, inventory
from ncp.settings import load_settings


def expiry_lines(settings_file: Path, now: datetime) -> Iterator[str]:
    """Give one line per certificate, those that end first at the top."""
    yield from lines_of(inventory(load_settings(settings_file)), now)


def lines_of(holdings: Iterable[Holding], now: datetime) -> Iterator[str]:
    """Write the days left, the day, whose it is, what for, from where, its subject."""
    yield "days left  until       owner  country  purpose     from  subject"
    for each in holdings:
        left = days_left(each, now)
        subject = each.certificate.subject.rfc4514_string()
        yield (
            f"{left if left >= 0 else 'over':>9}  {each.end:%Y-%m-%d}  {each.owner:5}  "
            f"{each.country:7}  {each.purpose:10}  {each.label}  {subject}"
        )
