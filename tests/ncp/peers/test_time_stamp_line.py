"""A time-stamping authority is asked over HTTP, within limits."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.assembly.time_stamping import stamp_judge, time_stamping
from ncp.errors import ConfigurationError, NationalError
from ncp.peers.time_stamp_line import HttpTimeStampLine
from ncp.ports import RandomIds
from ncp.settings.model import RecordSettings
from ncp.settings.time_stamps import TimeStampSettings
from ncp.store import DataKey, Store
from ncp.telemetry import Metrics
from tests.clocks import SetClock
from tests.ncp.peers.stand_in import StandIn, standing_in
from tests.ncp.store.seals import SEAL
from tests.ncp.store.test_record_log import record
from tests.trust.pki import NOW
from tests.trust.timestamps.tsa import Tsa, authority_of
from trust.timestamps import read_response, write_query

DATA = b"what the log was"


@pytest.fixture
def server() -> Iterator[StandIn]:
    with standing_in(lambda query: Tsa().answer(query)) as server:
        yield server


@pytest.fixture
def stated(server, tmp_path):
    """Makes settings for a path of the server."""
    root = tmp_path / "root.pem"
    root.write_bytes(authority_of().public_bytes(Encoding.PEM))

    def made(path: str = "/tsr", **changes: object) -> TimeStampSettings:
        url = f"http://127.0.0.1:{server.server_port}{path}"
        # Nobody waits for so long, but on a loaded machine.
        patient = {"timeout_s": 100.0}
        return TimeStampSettings(url=url, authorities=(root,), **patient | changes)

    return made


@pytest.mark.spec("RFC 3161 3.4")
def test_a_stamp_is_asked_for_and_judged_as_the_settings_say(server, stated):
    settings = stated()
    answer = HttpTimeStampLine(settings).ask(write_query(DATA, 7))
    stamp = stamp_judge(settings)(read_response(answer), DATA)
    assert (stamp.moment, stamp.nonce) == (NOW, 7)
    [heard] = server.heard
    assert heard.headers["Content-Type"] == "application/timestamp-query"
    assert "Authorization" not in heard.headers


def test_a_user_is_named_where_the_settings_have_one(server, stated, tmp_path):
    password = tmp_path / "password"
    password.write_text("secret")
    password.chmod(0o600)
    settings = stated(user="lu", password_file=password)
    HttpTimeStampLine(settings).ask(write_query(DATA, 7))
    [heard] = server.heard
    assert (
        heard.headers["Authorization"]
        == f"Basic {base64.b64encode(b'lu:secret').decode()}"
    )


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/redirect", "HTTP 302"),
        ("/missing", "HTTP 404"),
        ("/large", "more than 65536 bytes"),
    ],
)
def test_what_is_no_answer_is_told_so(stated, path, why):
    with pytest.raises(NationalError, match=why):
        HttpTimeStampLine(stated(path)).ask(b"question")


@pytest.mark.parametrize("path", ["/silent", "/slow"])
def test_who_does_not_answer_in_time_is_given_up(stated, path):
    with pytest.raises(NationalError, match="in time"):
        HttpTimeStampLine(stated(path, timeout_s=0.3)).ask(b"question")


def test_nobody_there_is_told_so(stated):
    settings = stated().model_copy(update={"url": "http://127.0.0.1:1/tsr"})
    with pytest.raises(NationalError, match="not reached"):
        HttpTimeStampLine(settings).ask(b"question")


def test_an_authority_that_cannot_be_read_is_told_with_its_key(stated, tmp_path):
    settings = stated().model_copy(update={"authorities": (tmp_path / "none.pem",)})
    with pytest.raises(ConfigurationError, match=r"record\.time_stamps\.authorities"):
        stamp_judge(settings)


def test_a_user_without_a_password_is_refused(stated):
    with pytest.raises(ValueError, match="go together"):
        stated(user="lu")


def test_a_gateway_whose_settings_name_an_authority_has_its_heads_stamped(
    server, stated, tmp_path
):
    clock = SetClock()
    clock.moment = NOW
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url, DataKey(b"k" * 32), clock) as store:
        store.migrate()
        record(store)
        store.log.sequence()
        store.log.sign(SEAL)
        heads = tmp_path / "heads"
        settings = RecordSettings(time_stamps=stated(), heads_folder=heads)
        shared = SimpleNamespace(
            settings=SimpleNamespace(record=settings),
            store=store,
            clock=clock,
            ids=RandomIds(),
            metrics=Metrics(),
        )
        [job] = time_stamping(shared)
        job.finish()
        assert store.time_stamps.newest().moment == NOW
        [beside] = heads.iterdir()
        assert beside.suffix == ".tst"


def test_a_gateway_whose_settings_name_none_has_no_such_job():
    settings = SimpleNamespace(record=RecordSettings())
    assert list(time_stamping(SimpleNamespace(settings=settings))) == []
