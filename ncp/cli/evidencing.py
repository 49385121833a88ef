"""``ncp evidence show|export|verify``: which messages were sent and received."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ncp.audit import TermKind
from ncp.cli.audit_search import opened_to_look
from ncp.errors import ConfigurationError
from ncp.evidence.logged_exchange import LoggedExchange
from ncp.evidence.proven import EvidenceRefused, verify_logged, verify_rem
from ncp.evidence.rem import MessageEvidence, Party, write_rem
from ncp.private_file import write_private
from ncp.settings import Settings, load_settings
from ncp.settings.key_pairs import load_certificates, load_chain, load_seal
from ncp.store import Store, StoredMessage

_SOURCE: Final = "messages"
_PROOF: Final = ".proof.json"
_APPLICATION: Final = "ncp evidence"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to print, and whether the evidence holds."""

    text: str
    is_good: bool


def show(settings_file: Path, message_id: str) -> Iterator[str]:
    """Say what is on record of a message; no patient data.

    Raises
    ------
    ConfigurationError
        Nothing is.
    """
    settings = load_settings(settings_file)
    with _opened(settings, "show", message_id) as store:
        for stored, evidence in _evidence(store, settings, message_id):
            yield from _told(stored, evidence)


def export(settings_file: Path, message_id: str, folder: Path) -> list[Path]:
    """Write evidence of a message under the seal, the proof beside it.

    Returns
    -------
    list[Path]
        The documents; the proof of ``x.xml`` is ``x.proof.json``.

    Raises
    ------
    ConfigurationError
        There is no evidence, or no signed head covers its record yet.
    """
    settings = load_settings(settings_file)
    seal = load_seal(settings.keys.seal)
    with _opened(settings, "export", message_id) as store:
        made = [
            (evidence.subject, write_rem(evidence, seal), _proof(store, stored))
            for stored, evidence in _evidence(store, settings, message_id)
        ]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return [
        _write(folder, f"{proof['entry']['sequence']:09}-{subject}", document, proof)
        for subject, document, proof in made
    ]


def verify(
    file: Path, seals: Sequence[Path], proof: Path | None, message: Path | None
) -> Verdict:
    """Verify evidence as others do: without settings and without the store.

    Parameters
    ----------
    seals
        Certificates that the evidence may be sealed with, in PEM.
    proof
        The proof; left out, the one beside the file.
    message
        The body of HTTP that it is said to be about.
    """
    known = [each for path in seals for each in load_certificates(path, "--seal")]
    proof = proof or file.with_name(file.stem + _PROOF)
    try:
        return Verdict("\n".join(_verified(file, known, proof, message)), True)
    except EvidenceRefused as refused:
        return Verdict(f"NOT PROVEN: {refused}.", False)


def _verified(
    file: Path,
    seals: Sequence[x509.Certificate],
    proof: Path,
    message: Path | None,
) -> Iterator[str]:
    proven = verify_rem(_read(file), seals)
    yield f"Sealed: {proven.subject}, {proven.event_code}, {proven.event_time}."
    yield f"Message {proven.message_id}, SHA-256 {proven.sha256}."
    head = verify_logged(proven, _read_json(proof), seals).head
    yield f"In the log {head.log_id} of {head.size} entries, head of {head.moment}."
    if message is not None:
        if hashlib.sha256(_read(message)).hexdigest() != proven.sha256:
            raise EvidenceRefused("the message named is another one")
        yield f"{message} is that message, to the byte."


@contextmanager
def _opened(settings: Settings, what: str, message_id: str) -> Iterator[Store]:
    """Open the store; who looks, and for which message, is on record first."""
    question, terms = f"{what} {message_id}", ((TermKind.MESSAGE, message_id),)
    with opened_to_look(settings, _APPLICATION, question, terms) as store:
        yield store


def _evidence(
    store: Store, settings: Settings, message_id: str
) -> list[tuple[StoredMessage, MessageEvidence]]:
    own = _own(settings)
    found = [
        (stored, evidence)
        for stored in store.messages_with(message_id)
        if stored.record.evidence is not None
        for evidence in _logged(store, stored).messages(own)
        if evidence.message.message_id == message_id
    ]
    if not found:
        raise ConfigurationError(
            "there is no evidence of a message with this id",
            "name the wsa:MessageID of a request or of a response; evidence is kept "
            "as long as the record of the message",
        )
    return found


def _own(settings: Settings) -> Party:
    certificate = load_chain(settings.keys.seal, "keys.seal")[0]
    country = str(settings.gateway.country)
    return Party(country, certificate.public_bytes(Encoding.DER))


def _logged(store: Store, stored: StoredMessage) -> LoggedExchange:
    return LoggedExchange.from_record(store.log.written(_SOURCE, stored.sequence))


def _proof(store: Store, stored: StoredMessage) -> dict[str, Any]:
    record = store.log.written(_SOURCE, stored.sequence)
    return {
        "record": base64.b64encode(record).decode(),
        **store.log.prove(_SOURCE, stored.sequence).to_json(),
    }


def _told(stored: StoredMessage, evidence: MessageEvidence) -> Iterator[str]:
    yield f"{evidence.subject}  {evidence.event_code}  record {stored.sequence}"
    message, exchange = evidence.message, stored.record.evidence
    facts = [
        ("evidence", evidence.identifier),
        ("message", f"{message.sha256} ({message.length} bytes)"),
        ("from", evidence.sender.name),
        ("to", evidence.recipient.name),
        ("begun", evidence.submitted_at.isoformat()),
        ("recorded", evidence.recorded_at.isoformat()),
        ("rejected for", evidence.rejection),
        ("security header", exchange.security_sha256 if exchange else None),
    ]
    facts += [
        ("assertion", f"{each.identifier}, signer {each.signer_sha256 or 'not shown'}")
        for each in (exchange.assertions if exchange else ())
    ]
    for name, value in facts:
        if value:
            yield f"    {name}: {value}"


def _write(folder: Path, name: str, document: bytes, proof: dict[str, Any]) -> Path:
    path = folder / f"{name}.xml"
    try:
        for target, data in (
            (path, document),
            (folder / (name + _PROOF), json.dumps(proof, indent=1).encode()),
        ):
            write_private(target, data)
    except FileExistsError as error:
        raise ConfigurationError(
            f"{error.filename} is there already", "name another folder"
        ) from None
    return path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(_read(path))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise EvidenceRefused(f"{path.name} is no proof of a record")
    return value
