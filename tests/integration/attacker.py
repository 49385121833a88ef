"""Makes good messages for the attacks, and puts hostile ones through the real door."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from conformance.attacks import (
    Client,
    Delivery,
    Ground,
    Message,
    Transaction,
    write_http,
)
from ncp.demo.pki import KeyFiles
from ncp.exchange import HttpPayload
from ncp.ihe import codes
from ncp.ihe.iti39_xca_retrieve import DocumentRequest
from ncp.ihe.iti41_xdr import Submission, write_submission
from ncp.ihe.mtom import Attachment
from ncp.ports import RandomIds
from tests.integration.corpus import ATTACKED
from tests.integration.envoy import PATHS, PROFESSIONAL, Envoy, Reply, tls_context
from tests.integration.hostile_keys import HostileKeys
from tests.ncp.country_a.submissions import submission
from tests.ncp.country_a.test_dispensing_on_the_wire import of
from trust.assertions import Permission
from trust.identifiers import PatientId
from trust.xml import Element

PATIENCE_S = 20.0
WHO_MAY_ALL = replace(PROFESSIONAL, permissions=tuple(Permission))
NOTHING = HttpPayload("", b"")


@dataclass(frozen=True)
class Received:
    """What came back: nothing where the handshake or the connection was refused.

    ``more`` are bytes behind the answer, which there should never be.
    """

    status: int | None = None
    payload: HttpPayload = NOTHING
    more: bytes = b""
    is_last: bool = True

    def reply(self, message_id: str | None) -> Reply:
        return Reply(self.status or 0, self.payload, message_id)


class Bait:
    """An address nobody may call; it counts who does."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/bait"

    def was_taken(self) -> bool:
        try:
            caller, _ = self._socket.accept()
        except BlockingIOError:
            return False
        caller.close()
        return True

    def close(self) -> None:
        self._socket.close()


class Attacker:
    """Country B again, with hostile keys and exact bytes."""

    def __init__(self, envoy: Envoy, keys: HostileKeys, bait: Bait) -> None:
        self._envoy = envoy
        self._seals = keys.seals(envoy.own)
        self._contexts = _contexts(envoy, keys.clients(envoy.own))
        self._bait = bait
        self._kept: ssl.SSLSocket | None = None
        self._hcp = envoy.hcp(professional=WHO_MAY_ALL)
        self._trcs: dict[PatientId, bytes] = {}
        self._dispensed = [_fresh() for _ in ATTACKED]

    def good_message(
        self,
        transaction: Transaction,
        patient: PatientId,
        other: PatientId,
        offered: DocumentRequest,
    ) -> Message:
        """Make a message with which nothing is wrong."""
        ihe = codes.Transaction(transaction.value)
        trc = None if transaction is Transaction.ITI_55 else self._trc(patient)
        body, attachments = self._said(transaction, patient, offered)
        assertions = [self._hcp] if trc is None else [self._hcp, trc]
        payload, message_id = self._envoy.envelope(
            ihe, body, assertions, attachments=attachments
        )
        return Message(
            transaction=transaction,
            path=PATHS[ihe],
            head=(("Content-Type", payload.content_type),),
            body=payload.body,
            hcp=self._hcp,
            trc=trc,
            message_id=message_id,
            ground=self._ground(patient, other),
        )

    def _said(
        self, transaction: Transaction, patient: PatientId, offered: DocumentRequest
    ) -> tuple[Element, Sequence[Attachment]]:
        match transaction:
            case Transaction.ITI_55:
                return self._envoy.identify_body(patient), ()
            case Transaction.ITI_38:
                return self._envoy.list_body(patient), ()
            case Transaction.ITI_39:
                return self._envoy.fetch_body(offered), ()
            case Transaction.ITI_41:
                # The very same each time: what was dispensed is told again.
                return write_submission(self._submission(patient), RandomIds())

    def _submission(self, patient: PatientId) -> Submission:
        told = zip(self._dispensed, ATTACKED, strict=True)
        return submission(*(of(number, each, patient=patient) for number, each in told))

    def dispense_anew(self) -> None:
        """Dispense the first prescription once more, after it was given back."""
        self._dispensed[0] = _fresh()

    def _ground(self, patient: PatientId, other: PatientId) -> Ground:
        if not self._trcs.get(other):
            self._trcs[other] = self._envoy.trc(self._hcp, other)
            self._other_hcp = self._envoy.hcp(professional=WHO_MAY_ALL)
            self._other_trc = self._envoy.trc(self._other_hcp, patient)
        return Ground(
            seals=self._seals,
            other_hcp=self._other_hcp,
            other_trc=self._other_trc,
            same_session_trc=self._trcs[other],
            bait=self._bait.url,
            moment=datetime.now(UTC),
        )

    def _trc(self, patient: PatientId) -> bytes:
        if patient not in self._trcs:
            self._trcs[patient] = self._envoy.trc(self._hcp, patient)
        return self._trcs[patient]

    def send(self, message: Message) -> Received:
        """Send it exactly as it is, and read what comes back."""
        if message.delivery is Delivery.PLAIN_TCP:
            return self._plain(message)
        if _is_orderly(message):
            return self._on_kept_connection(message)
        context = self._contexts[message.client]
        if message.delivery is Delivery.OLD_TLS:
            context = _aged(self._envoy)
        host, port = self._door()
        try:
            with (
                socket.create_connection((host, port), timeout=PATIENCE_S) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secure,
            ):
                return _exchanged(secure, message, f"{host}:{port}")
        except (ssl.SSLError, ConnectionError):
            return Received()

    def _on_kept_connection(self, message: Message) -> Received:
        """Send it on a connection that earlier messages used: handshakes take time."""
        host, port = self._door()
        if self._kept is None:
            plain = socket.create_connection((host, port), timeout=PATIENCE_S)
            context = self._contexts[Client.OWN]
            self._kept = context.wrap_socket(plain, server_hostname="localhost")
        received = _exchanged(self._kept, message, f"{host}:{port}")
        if received.is_last:
            self.close()
        return received

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _plain(self, message: Message) -> Received:
        host, port = self._door()
        with socket.create_connection((host, port), timeout=PATIENCE_S) as plain:
            head, body = write_http(message, f"{host}:{port}")
            try:
                plain.sendall(head + body)
                return Received(None, HttpPayload("", plain.recv(1000)))
            except ConnectionError:
                return Received()

    def _door(self) -> tuple[str, int]:
        parts = urlsplit(self._envoy.door)
        return str(parts.hostname), int(parts.port or 0)


def _fresh() -> int:
    return uuid.uuid4().int


def _is_orderly(message: Message) -> bool:
    """Tell whether it does nothing to the connection it travels on."""
    return (
        message.client is Client.OWN
        and message.delivery is Delivery.WHOLE
        and message.framing is None
    )


def _exchanged(secure: ssl.SSLSocket, message: Message, host: str) -> Received:
    head, body = write_http(message, host)
    is_whole = message.delivery is Delivery.WHOLE
    # It may be refused before all of it is there; then there is an answer to read.
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        secure.sendall(head + (body if is_whole else body[: len(body) // 2]))
    if message.delivery is Delivery.ABANDONED:
        return Received()
    response = http.client.HTTPResponse(secure, method=message.method)
    try:
        response.begin()
        content = response.read()
    except http.client.HTTPException:
        return Received()
    payload = HttpPayload(response.headers.get("Content-Type", ""), content)
    more = b"" if message.framing is None else _behind(secure)
    response.close()
    return Received(response.status, payload, more, response.will_close)


def _behind(secure: ssl.SSLSocket) -> bytes:
    """Read what follows an answer: a second one would answer a smuggled request."""
    secure.settimeout(0.1)
    try:
        return secure.recv(1000)
    except (TimeoutError, ssl.SSLError, ConnectionError):
        return b""


def _contexts(
    envoy: Envoy, clients: Mapping[Client, KeyFiles | None]
) -> Mapping[Client, ssl.SSLContext]:
    authority = envoy.other.authority
    return {client: tls_context(authority, files) for client, files in clients.items()}


def _aged(envoy: Envoy) -> ssl.SSLContext:
    context = tls_context(envoy.other.authority, envoy.own.tls_client)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
