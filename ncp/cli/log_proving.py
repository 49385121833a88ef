"""``ncp audit verify|head|prove``: whether the records are what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from ncp.errors import ConfigurationError
from ncp.evidence.tree_head import SignedTreeHead
from ncp.ports import SystemClock
from ncp.settings import load_settings
from ncp.settings.key_pairs import load_certificates, load_chain
from ncp.settings.model import Settings
from ncp.store import DataKey, LogReport, Store


@dataclass(frozen=True, slots=True)
class Told:
    """What to print, and whether all is well."""

    text: str
    is_good: bool = True


def verify(settings_file: Path, heads: Sequence[Path], *, as_json: bool) -> Told:
    """Compare the whole log with the records, the tree, the heads and the seal."""
    settings = load_settings(settings_file)
    kept = [read_head(path) for path in heads]
    with _opened(settings) as store:
        report = store.verify(_seals(settings), kept)
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
    return Told(_written(signed.to_json()))


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


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    key = DataKey.load(settings.keys.data_key_file)
    with Store.open(settings.store.url, key, SystemClock()) as store:
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
    lines.append(
        "Intact: every record is what was recorded."
        if report.is_intact
        else f"NOT INTACT: {report.fault_count} found. Keep the database as it is, and"
        " find out who changed it."
    )
    return "\n".join(lines)


def _as_json(report: LogReport) -> str:
    return _written(
        {
            "intact": report.is_intact,
            "entries": report.size,
            "expired": report.expired,
            "waiting": report.waiting,
            "heads": report.heads,
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
