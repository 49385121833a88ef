"""``ncp trust explain``: why a file is believed or not, without the gateway running.

Spec: exit status 0 accepted, 1 denied, 2 unreadable.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ncp.cli.pin_folder import load_pin_folder
from ncp.errors import ConfigurationError, NcpError
from ncp.ihe.media_types import MediaType, parse_media_type
from ncp.ihe.mtom import MULTIPART, XOP_XML, read_package
from ncp.peers.directory import load_directory
from ncp.peers.directory_terms import load_publishers
from ncp.peers.trust import load_trust, revocation_terms
from ncp.settings import load_settings
from ncp.settings.assertions import assertion_policy
from trust.assertions import AssertionPolicy
from trust.certificates import PinStore
from trust.explain import ExplainTerms, Explanation, Unreadable, as_text, explain
from trust.identifiers import CountryCode, IdentifierError

ACCEPTED, DENIED, UNREADABLE = 0, 1, 2

# Headers as some tools save them before the body.
_HEAD = re.compile(rb"(?:[A-Z/.0-9]+ [^\r\n]*\r?\n)?(?:[A-Za-z-]+:[^\r\n]*\r?\n)+\r?\n")
_CONTENT_TYPE = re.compile(rb"(?im)^content-type:[ \t]*(?P<value>[^\r\n]*)")
_DELIMITER = re.compile(rb"--(?P<boundary>[^\r\n]{1,70}?)[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Told:
    """What the command prints and the status it ends with."""

    text: str
    status: int


@dataclass(frozen=True, slots=True)
class Question:
    """The arguments of the command."""

    file: Path
    settings: Path | None = None
    pins: Path | None = None
    at: datetime | None = None
    peer: str | None = None
    as_json: bool = False


def tell(question: Question, now: datetime) -> Told:
    """Explain a file; a file that cannot be read is told in the same form.

    Raises
    ------
    ConfigurationError
        The settings or pins cannot be read.
    """
    terms = _terms(question)
    try:
        data = envelope_bytes(question.file.read_bytes())
        explanation = explain(data, terms, question.at or now)
    except OSError as error:
        return _unreadable(f"The file cannot be read: {error.strerror}.", question)
    except Unreadable as error:
        return _unreadable(str(error), question)
    except NcpError as error:
        return _unreadable(error.public_message, question)
    return Told(
        _json(explanation.to_json()) if question.as_json else as_text(explanation),
        _status(explanation),
    )


def envelope_bytes(data: bytes) -> bytes:
    """Return the envelope of a message as it was kept: MTOM is opened, headers go.

    Raises
    ------
    NcpError
        It begins like a MIME package and is none.
    """
    head = _HEAD.match(data)
    body = data[head.end() :] if head else data
    body = body.lstrip(b"\r\n")
    media_type = _stated_type(head[0]) if head else None
    if media_type is None or media_type.name != MULTIPART:
        media_type = _guessed_type(body)
    return body if media_type is None else read_package(body, media_type).root


def _stated_type(head: bytes) -> MediaType | None:
    stated = _CONTENT_TYPE.search(head)
    if stated is None:
        return None
    return parse_media_type(stated["value"].decode("latin-1"))


def _guessed_type(body: bytes) -> MediaType | None:
    delimiter = _DELIMITER.match(body)
    if delimiter is None or delimiter["boundary"].startswith(b"---BEGIN"):
        return None
    boundary = delimiter["boundary"].decode("latin-1")
    return MediaType(MULTIPART, {"boundary": boundary, "type": XOP_XML})


def _terms(question: Question) -> ExplainTerms:
    country = None if question.peer is None else _country(question.peer)
    if question.pins is not None:
        return ExplainTerms(load_pin_folder(question.pins), AssertionPolicy(), country)
    if question.settings is not None:
        settings = load_settings(question.settings)
        return ExplainTerms(
            # Offline: a file is explained from files.
            load_trust(settings, load_directory(settings.peers)),
            assertion_policy(settings.assertions),
            country,
            publishers=(
                load_publishers(settings.directory, revocation_terms(settings))
                if settings.directory.is_used
                else None
            ),
        )
    return ExplainTerms(
        PinStore(()),
        AssertionPolicy(),
        country,
        ("No certificate is known here: name the pins with --settings or --pins.",),
    )


def _country(text: str) -> CountryCode:
    try:
        return CountryCode(text)
    except IdentifierError:
        raise ConfigurationError(
            f"{text!r} is no country.", "Name two letters, for example DK."
        ) from None


def _status(explanation: Explanation) -> int:
    return ACCEPTED if explanation.decision.is_accepted else DENIED


def _unreadable(sentence: str, question: Question) -> Told:
    if not question.as_json:
        return Told(f"UNREADABLE\n{sentence}\n", UNREADABLE)
    values: dict[str, object] = {
        "verdict": "deny",
        "reason": "unreadable",
        "sentence": sentence,
        "signatures": [],
    }
    return Told(_json(values), UNREADABLE)


def _json(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
