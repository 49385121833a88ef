"""``ncp audit verify|head|prove``: whether the records are what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.evidence.head_stamps import StampCheck
from ncp.evidence.tree_head import SignedTreeHead
from ncp.jobs.log_keeping import STAMP_SUFFIX
from ncp.opened_store import open_store
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.settings.key_pairs import load_certificates, load_chain
from ncp.settings.model import Settings
from ncp.store import LogReport, Store
from ncp.store.stamp_verification import StampReport

_KEYS_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Told:
    """What to print, and whether all is well."""

    text: str
    is_good: bool = True


def verify(settings_file: Path, heads: Sequence[Path], *, as_json: bool) -> Told:
    """Compare the whole log with the records, the tree, the heads and the seal."""
    settings = load_settings(settings_file)
    kept = {path: read_head(path) for path in heads}
    check = _stamp_check(settings, kept)
    with _opened(settings) as store:
        report = store.verify(_seals(settings), tuple(kept.values()), check)
    text = _as_json(report) if as_json else _as_text(report)
    return Told(text, report.is_intact)


def newest_head(settings_file: Path) -> Told:
    """Give the newest signed head, to be kept elsewhere."""
    with _opened(load_settings(settings_file)) as store:
        signed = store.log.newest_head()
    if signed is None:
        raise ConfigurationError(
            "no head was signed yet",
            "heads are signed while the gateway runs, and when it stops",
        )
    return Told(signed.published_bytes().decode().rstrip("\n"))


def prove(settings_file: Path, source: str, sequence: int) -> Told:
    """Prove that a record stands in the log of the newest head."""
    with _opened(load_settings(settings_file)) as store:
        return Told(_written(store.log.prove(source, sequence).to_json()))


def read_head(path: Path) -> SignedTreeHead:
    """Read a head that was kept.

    Raises
    ------
    ConfigurationError
        The file cannot be read, or holds something else.
    """
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        value = {}
    return SignedTreeHead.from_json(value if isinstance(value, dict) else {})


def _stamp_check(
    settings: Settings, kept: Mapping[Path, SignedTreeHead]
) -> StampCheck | None:
    """Return by what stamps are judged, with those that stand beside kept heads."""
    stated = settings.record.time_stamps
    if stated is None:
        return None
    from ncp.assembly.time_stamping import (  # noqa: PLC0415 - where it is used
        stamp_judge,
    )

    beside = {path.with_suffix(f".{STAMP_SUFFIX}"): kept[path] for path in kept}
    tokens = [
        (signed, path.read_bytes()) for path, signed in beside.items() if path.is_file()
    ]
    return StampCheck(stamp_judge(stated), tokens)


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    with open_store(settings, SystemClock()) as store:
        yield store


def _seals(settings: Settings) -> list[x509.Certificate]:
    """Return the certificates of our seal and of those it replaced."""
    seal = settings.keys.seal
    own = load_chain(seal, "keys.seal")[0]
    former = (load_certificates(path, "keys.seal.former")[0] for path in seal.former)
    return [own, *former]


def _as_text(report: LogReport) -> str:
    lines = [f"Found: {each.sentence}." for each in report.faults]
    if report.fault_count > len(report.faults):
        lines.append(f"... and {report.fault_count - len(report.faults)} more.")
    lines.append(
        f"{report.size} log entries, {report.expired} of them for records deleted when"
        f" their time was over; {report.waiting} records wait for their place;"
        f" {report.heads} signed heads."
    )
    lines += _stamps_as_text(report.stamps)
    lines += [_missing(key) for key in report.unknown_keys[:_KEYS_TOLD]]
    lines.append(
        "Intact: every record is what was recorded."
        if report.is_intact
        else f"NOT INTACT: {report.fault_count} found. Keep the database as it is, and"
        " find out who changed it."
    )
    return "\n".join(lines)


def _missing(key_id: str) -> str:
    """Say first what is likelier than forgery: that a key was not brought along."""
    return (
        f"Records name the data key {key_id!a}, which is not configured. If it is one"
        " of this gateway, name its file in keys.data_key_file, or in"
        " keys.retired_data_key_files, and verify again."
    )


def _stamps_as_text(stamps: StampReport) -> list[str]:
    if not stamps.count:
        return []
    told = f"{stamps.count} time stamps"
    if not stamps.are_judged:
        return [f"{told}, not judged: [record.time_stamps] names no authority."]
    if stamps.newest is None:
        return [f"{told}, none of them believed."]
    size, moment = stamps.newest
    return [f"{told}; the first {size} entries existed at {moment:%Y-%m-%d %H:%M:%S}Z."]


def _stamps_as_json(stamps: StampReport) -> dict[str, object]:
    size, moment = stamps.newest or (None, None)
    return {
        "count": stamps.count,
        "judged": stamps.are_judged,
        "newest_moment": None if moment is None else moment.isoformat(),
        "newest_size": size,
    }


def _as_json(report: LogReport) -> str:
    return _written(
        {
            "intact": report.is_intact,
            "entries": report.size,
            "expired": report.expired,
            "waiting": report.waiting,
            "heads": report.heads,
            "stamps": _stamps_as_json(report.stamps),
            "unknown_keys": list(report.unknown_keys),
            "fault_count": report.fault_count,
            "faults": [
                {
                    "fault": each.fault.value,
                    "place": each.place,
                    "sentence": each.sentence,
                }
                for each in report.faults
            ],
        }
    )


def _written(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True)
