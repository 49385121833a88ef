"""Where the watch for canaries stands: one function for each channel.

Each puts itself in front of the one place through which everything of its kind goes,
so that nothing has to be asked of the tests.
"""

from __future__ import annotations

import functools
import http.client
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import requests
import structlog
from prometheus_client.metrics import MetricWrapperBase
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ncp import shared_metrics, telemetry
from ncp.answers import Answer
from ncp.errors import NcpError
from ncp.national.http_line import Call
from ncp.web.limits import BodyLimit
from tests.plugins.canary import Channel, Watch, speaker

_LEVELS: Final = ("debug", "info", "warning", "error", "critical")
_SERVES: Final = ("ncp.cli.main", "serve")
# What a SOAP message tells of an error: fault, registry error, acknowledgement.
_TOLD: Final = re.compile(
    rb'codeContext="([^"]*)"'
    rb"|<(?:\w+:)?Text[^>]*>([^<]*)<"
    rb"|<(?:\w+:)?acknowledgementDetail.*?</(?:\w+:)?acknowledgementDetail>",
    re.DOTALL,
)
_stands: list[Watch] = []


def stand_watch(watch: Watch) -> None:
    """Begin to watch every channel; once for a process."""
    if not _stands:
        _stands.append(watch)
        _watch_log(watch)
        _watch_libraries(watch)
        _watch_metrics(watch)
        _watch_addresses(watch)
        _watch_traces(watch)
        _watch_errors(watch)
        _watch_doors(watch)
        _watch_processes(watch)
        _watch_answers(watch)


def error_texts(message: bytes) -> str:
    """Return what a SOAP message tells of errors, and nothing of its content."""
    texts = (match.group() for match in _TOLD.finditer(message))
    return b"\n".join(texts).decode(errors="replace")


def _before(owner: Any, name: str, look: Callable[..., None]) -> None:
    """Have ``look`` see the arguments of each call of a function or method."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def watched(*args: Any, **kwargs: Any) -> Any:
        look(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, watched)


# Logs -------------------------------------------------------------------------------


def _watch_log(watch: Watch) -> None:
    """See each line as it is rendered, those below the level of the log too."""
    make = structlog.make_filtering_bound_logger

    @functools.cache
    def made(level: int) -> type[Any]:
        return _watched_logger(make(level), level, watch)

    structlog.make_filtering_bound_logger = made  # type: ignore[assignment]
    # The logger that stands before any settings were read.
    telemetry._configure_events("warning", "json", None)


def _watched_logger(base: type[Any], level: int, watch: Watch) -> type[Any]:
    def process(self: Any, method: str, event: Any, fields: dict[str, Any]) -> Any:
        rendered = base._process_event(self, method, event, fields)
        watch.look(Channel.LOG, *rendered[0])
        return rendered

    def unseen(name: str) -> Callable[..., None]:
        def rendered_only(self: Any, event: str, *_: Any, **fields: Any) -> None:
            self._process_event(name, event, fields)

        return rendered_only

    below = {
        name: unseen(name) for name in _LEVELS if getattr(logging, name.upper()) < level
    }
    return type(base.__name__, (base,), {"_process_event": process, **below})


class _OwnRecords(logging.Handler):
    """Sees whole what the gateway writes by the standard library."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        self._watch.look(Channel.LOG, record.getMessage())


def _watch_libraries(watch: Watch) -> None:
    for name in ("ncp", "trust", "transformations"):
        logging.getLogger(name).addHandler(_OwnRecords(watch))


# Metrics ----------------------------------------------------------------------------


def _watch_metrics(watch: Watch) -> None:
    def labels(_metric: Any, *values: Any, **named: Any) -> None:
        watch.look(Channel.METRIC, *values, *named.values())

    _before(MetricWrapperBase, "labels", labels)
    render = shared_metrics.generate_latest

    def rendered(*args: Any, **kwargs: Any) -> bytes:
        text = render(*args, **kwargs)
        watch.look(Channel.METRIC, text)
        return text

    shared_metrics.generate_latest = rendered  # type: ignore[assignment]


# Addresses and traces ---------------------------------------------------------------


def _watch_addresses(watch: Watch) -> None:
    """See the addresses of all requests, whatever library sends them."""

    def put(_line: Any, method: str, url: str, *_: Any, **__: Any) -> None:
        watch.look(Channel.ADDRESS, url)

    _before(http.client.HTTPConnection, "putrequest", put)

    def called(_call: Any, method: str, url: str, *_: Any, **__: Any) -> None:
        watch.look(Channel.ADDRESS, url)

    _before(Call, "__init__", called)


def _watch_traces(watch: Watch) -> None:
    def bound(**values: Any) -> None:
        watch.look(Channel.TRACE, *values.values())

    _before(structlog.contextvars, "bound_contextvars", bound)
    _before(structlog.contextvars, "bind_contextvars", bound)


# Errors -----------------------------------------------------------------------------


def _watch_errors(watch: Watch) -> None:
    def raised(_error: Any, *values: Any, **named: Any) -> None:
        watch.look(Channel.ERROR, *values, *named.values())

    _before(NcpError, "__init__", raised)

    def answered(_answer: Any, *values: Any, **named: Any) -> None:
        watch.look(Channel.ERROR, *values, *named.values())

    _before(Answer, "__init__", answered)


def _watch_doors(watch: Watch) -> None:
    """See the problems that doors answer with, and the addresses that they serve."""
    original = BodyLimit.__call__

    @functools.wraps(original)
    async def watched(
        self: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        answer = _Answered(watch, scope, send)
        await original(self, scope, receive, answer.sent)  # type: ignore[arg-type]

    BodyLimit.__call__ = watched  # type: ignore[method-assign, assignment]


class _Answered:
    """Looks at one answer of a door as it goes out."""

    def __init__(self, watch: Watch, scope: Mapping[str, Any], send: Send) -> None:
        self._watch = watch
        self._query = scope.get("query_string", b"").decode(errors="replace")
        self._path = str(scope.get("path", ""))
        self._send = send
        self._status = 200

    async def sent(self, message: Message) -> None:
        """Look, and pass it on."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            # An address that is refused is the client's own.
            if self._status < 400:
                address = f"{self._path}?{self._query}"
                self._watch.look_outside(Channel.ADDRESS, address, "a door")
        elif self._status >= 400:
            problem = message.get("body", b"").decode(errors="replace")
            place = f"a door's answer {self._status}"
            self._watch.look_outside(Channel.ERROR, problem, place)
        await self._send(message)


# Processes --------------------------------------------------------------------------


def _watch_processes(watch: Watch) -> None:
    """Follow the log of every gateway that is started with a file for it."""

    def started(_process: Any, args: Any, *_: Any, **named: Any) -> None:
        words = [str(each) for each in args] if isinstance(args, list | tuple) else []
        if all(each in words for each in _SERVES):
            for name in ("stdout", "stderr"):
                file = getattr(named.get(name), "name", None)
                if isinstance(file, str):
                    watch.follow(Path(file).absolute())

    _before(subprocess.Popen, "__init__", started)


def _watch_answers(watch: Watch) -> None:
    """See the metrics and problems that processes answer tests and the demo with."""
    original = requests.Session.send

    @functools.wraps(original)
    def sent(self: Any, request: Any, **named: Any) -> requests.Response:
        answer = original(self, request, **named)
        asking = speaker(sys._getframe(1)) or "ncp.demo"
        if asking.startswith("ncp.demo") and not named.get("stream"):
            place = f"the answer to {request.method} {request.url}"
            if str(request.url).endswith("/metrics"):
                watch.look_outside(Channel.METRIC, answer.text, place)
            elif "problem+json" in answer.headers.get("Content-Type", ""):
                watch.look_outside(Channel.ERROR, answer.text, place)
        return answer

    requests.Session.send = sent  # type: ignore[method-assign]
