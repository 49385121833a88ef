"""``ncp dispensations``: how far each deed has come, and finding out what is not known.

Spec: ARCHITECTURE "Dispensation" (unknown reconciled).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from ncp.assembly.dispensing import Dispensing, open_dispensing
from ncp.cli.log_proving import Told
from ncp.country_a.dispensing import TRANSITIONS
from ncp.country_a.dispensing.details import register_key
from ncp.errors import ConfigurationError
from ncp.national.build import build_national
from ncp.national.configuration import national_configuration
from ncp.opened_store import open_store
from ncp.ports import RandomIds, SystemClock
from ncp.settings import load_settings
from ncp.settings.model import Settings
from ncp.store import Deed, DeedState, Store

_MEANINGS: Final = {
    DeedState.RECEIVED: "it was received and nothing was done; the peer may send again",
    DeedState.RECORDING: "the register is being called, or the process died meanwhile",
    DeedState.UNKNOWN: "the register was called and did not say; it is asked again",
    DeedState.RECORDED: "it is done, and stands in the register",
    DeedState.REFUSED: "it was refused, and nothing stands in the register",
    DeedState.DISCARDING: "its discard is being done",
    DeedState.DISCARDED: "it was taken back",
}


def listed(settings_file: Path, state: str | None, *, as_json: bool) -> Told:
    """List the deeds, newest first, without patient data."""
    wanted = None if state is None else _state(state)
    with _opened(load_settings(settings_file)) as store:
        deeds = list(store.deeds.all(wanted))
    is_settled = not any(each.is_unsettled for each in deeds)
    if as_json:
        return Told(_json([_values(each) for each in deeds]), is_settled)
    lines = [_line(each) for each in deeds] or ["There is none."]
    return Told("\n".join(lines), is_settled)


def shown(settings_file: Path, deed_id: str, *, as_json: bool) -> str:
    """Show one deed."""
    with _opened(load_settings(settings_file)) as store:
        deed = store.deeds.load(deed_id)
    if deed is None:
        raise ConfigurationError(
            "there is no dispensation of this id",
            "`ncp dispensations list` prints the ids in its first column.",
        )
    if as_json:
        return _json(_values(deed))
    return "\n".join(_lines(deed))


def reconciled(settings_file: Path, *, as_json: bool) -> Told:
    """Ask the register about everything that is not known."""
    settings = load_settings(settings_file)
    with _opened(settings) as store:
        done = _dispensing(settings, store).reconciler.all_now()
    values = {"settled": done.settled, "open": done.open}
    text = (
        _json(values)
        if as_json
        else f"{done.settled} settled, {done.open} still not known."
    )
    return Told(text, done.open == 0)


def _dispensing(settings: Settings, store: Store) -> Dispensing:
    clock = SystemClock()
    national = (
        None
        if settings.national is None
        else build_national(national_configuration(settings.national), clock)
    )
    made = open_dispensing(settings, national, store, clock, RandomIds())
    if made is None:
        raise ConfigurationError(
            "this gateway's dispensations are in no national register",
            'Set national.dispensations.register_name to "fhir".',
        )
    return made


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    with open_store(settings, SystemClock()) as store:
        yield store


def _state(text: str) -> DeedState:
    try:
        return DeedState(text)
    except ValueError:
        raise ConfigurationError(
            "there is no such state", f"States are: {', '.join(DeedState)}."
        ) from None


def _line(deed: Deed) -> str:
    parts = [
        deed.id,
        f"{deed.received_at:%Y-%m-%d %H:%M:%S}Z",
        deed.peer,
        f"{deed.operation:8}",
        f"{deed.state.value:10}",
        deed.refusal or "",
    ]
    return "  ".join(parts).rstrip()


def _lines(deed: Deed) -> Iterator[str]:
    for name, value in _values(deed).items():
        if value is not None:
            yield f"{name:20} {value}"
    yield ""
    yield f"That means: {_MEANINGS[deed.state]}."
    for each in TRANSITIONS:
        if each.state is deed.state and deed.operation in each.operations:
            yield f"  {each.event.value:14} -> {each.then.value:10} ({each.why})"


def _values(deed: Deed) -> dict[str, Any]:
    """Return what an operator needs; nothing of the patient or the professional."""
    receipt = deed.details.get("receipt", {})
    return {
        "id": deed.id,
        "peer": deed.peer,
        "operation": deed.operation,
        "document": deed.document_unique_id,
        "content_hash": deed.content_hash,
        "state": deed.state.value,
        "refusal": deed.refusal,
        "sentence": deed.sentence,
        "received_at": _moment(deed.received_at),
        "changed_at": _moment(deed.changed_at),
        "recorded_at": _moment(deed.recorded_at),
        "attempts": deed.attempts,
        "next_attempt": _moment(deed.next_attempt),
        "claimed_until": _moment(deed.claimed_until),
        "register_key": register_key(deed),
        "register_name": receipt.get("dispensation"),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
