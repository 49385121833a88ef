from __future__ import annotations

import io
import json
import logging

import pytest

from ncp.telemetry import Metrics, configure_logging, get_logger

PLANTED = "Maria-Planted-1893120105732"


def fail() -> None:
    raise KeyError(PLANTED)


@pytest.fixture
def log():
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("debug", "json", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
    root.setLevel(level)
    configure_logging("warning", "json")
    for handler in [each for each in root.handlers if each not in before]:
        root.removeHandler(handler)
    root.setLevel(level)


def test_an_event_has_its_listed_keys(log):
    get_logger().info("door.opened", door="national", port=4711)
    (event,) = log()
    assert event["event"] == "door.opened"
    assert (event["door"], event["port"], event["level"]) == ("national", 4711, "info")
    assert event["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "fields",
    [
        {"patient": PLANTED},
        {"name": PLANTED, "birth_date": "1893-12-01"},
        {"sentence": {"nested": PLANTED}},
        {"reason": [{"nested": PLANTED}]},
        {"country": object()},
        {PLANTED: "x"},
    ],
)
def test_what_is_not_listed_is_withheld(log, fields):
    get_logger().warning("request.failed", **fields)
    (event,) = log()
    assert PLANTED not in json.dumps(event)
    assert "1893" not in json.dumps(event)


def test_a_withheld_key_is_named_but_not_its_value(log):
    get_logger().warning("request.failed", patient=PLANTED)
    assert log()[0]["withheld"] == "patient"


def test_an_event_that_is_a_sentence_is_withheld(log):
    get_logger().error(f"could not find {PLANTED}")
    assert log()[0]["event"] == "event.withheld"


@pytest.mark.parametrize("how", ["value", "flag", "exception"])
def test_an_exception_is_told_by_its_type_only(log, how):
    try:
        fail()
    except KeyError as error:
        if how == "exception":
            get_logger().exception("request.failed")
        else:
            chosen = error if how == "value" else True
            get_logger().error("request.failed", exc_info=chosen)
    (event,) = log()
    assert event["error"] == "KeyError"
    assert PLANTED not in json.dumps(event)


def test_a_library_is_heard_without_its_arguments(log):
    logging.getLogger("uvicorn.error").warning("request of %s", PLANTED)
    logging.getLogger("sqlalchemy").error("parameters: " + PLANTED)  # noqa: G003
    try:
        fail()
    except KeyError:
        logging.getLogger("uvicorn.error").exception("failed")
    first, second, third = log()
    assert first["template"] == "request of %s"
    assert second["library"] == "sqlalchemy"
    assert "template" not in second
    assert third["error"] == "KeyError"
    assert PLANTED not in json.dumps([first, second, third])


def test_without_any_settings_exceptions_are_told_by_type_too(capsys):
    try:
        fail()
    except KeyError:
        get_logger().exception("request.failed", patient=PLANTED)
    out, err = capsys.readouterr()
    assert out == ""
    assert PLANTED not in err
    assert "KeyError" in err


def test_each_gateway_counts_for_itself():
    one, other = Metrics(), Metrics()
    one.handshakes_refused.labels("international", "not-tls").inc()
    labels = {"door": "international", "reason": "not-tls"}
    name = "ncp_tls_handshakes_refused_total"
    assert one.registry.get_sample_value(name, labels) == 1
    assert other.registry.get_sample_value(name, labels) is None


def test_labels_of_metrics_are_closed_lists():
    labels = {
        label
        for family in Metrics().registry._names_to_collectors.values()
        for label in family._labelnames
    }
    closed = {"door", "reason", "service", "status", "country", "outcome"}
    closed |= {"owner", "purpose", "happening", "destination", "rule", "side"}
    assert labels == closed
