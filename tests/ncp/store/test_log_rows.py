from __future__ import annotations

import hashlib
import json

import pytest

from ncp.store.log_rows import CONTENT_COLUMNS, content_hash, content_of

COLUMNS = CONTENT_COLUMNS["audit_events"]


def row(**values: object) -> list[object]:
    return [values.get(name) for name in COLUMNS]


def test_a_row_is_written_down_as_any_writer_of_json_does_then_what_is_sealed():
    said = row(
        event_id="0a", outcome=-8, event='a"\n\u00eb\U0001d518', facts=b"\0{}", terms=""
    )
    words = {
        "": "audit_events",
        "event_id": "0a",
        "event": said[COLUMNS.index("event")],
    }
    words |= {"outcome": -8, "#facts": 3, "terms": ""}
    written = json.dumps(words, separators=(",", ":")).encode() + b"\0{}"
    assert content_of("audit_events", said) == written
    assert content_hash("audit_events", said) == hashlib.sha256(written).hexdigest()


@pytest.mark.parametrize("value", [0.5, True, 10**30, "\ud800", float("inf")])
def test_whatever_a_database_gives_is_written_down(value):
    words = {"": "audit_events", "outcome": value}
    written = json.dumps(words, separators=(",", ":")).encode()
    assert content_of("audit_events", row(outcome=value)) == written


def test_what_has_no_form_is_refused():
    with pytest.raises(TypeError):
        content_of("audit_events", row(outcome=object()))
