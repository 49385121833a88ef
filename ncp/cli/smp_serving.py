"""``ncp smp serve``: a small directory on this machine, for trying things out."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ncp.directory_server import MetadataServer, NameServer
from ncp.errors import ConfigurationError
from ncp.settings.key_pairs import load_certificates
from ncp.settings.secrets import read_file
from trust.certificates import (
    CertificatePin,
    PinStore,
    Purpose,
    SigningKey,
    SigningKeyError,
    load_signing_key,
)
from trust.identifiers import CountryCode, IdentifierError
from trust.smp import participant_of
from trust.smp.register import MetadataRegister


@dataclass(frozen=True, slots=True)
class DirectoryQuestion:
    """The arguments of the command.

    Attributes
    ----------
    seals
        ``LU=seal.pem``: whose seals are accepted, one certificate each.
    zone
        With it, a small name server leads each of these countries here.
    """

    certificate: Path
    key: Path
    seals: Sequence[str]
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    port: int = 0
    zone: str | None = None
    dns_port: int = 0


def serve(
    question: DirectoryQuestion, announce: Callable[[str], None], until: threading.Event
) -> None:
    """Serve a directory until told to stop; its addresses are one line of JSON."""
    seals = dict(_seal(each) for each in question.seals)
    with ExitStack() as stack:
        register = MetadataRegister(_publisher(question), _pins(seals))
        server = stack.enter_context(
            MetadataServer(register, _tls(question), port=question.port)
        )
        told = {"directory": server.address}
        if question.zone is not None:
            names = stack.enter_context(
                NameServer(question.zone, port=question.dns_port)
            )
            names.lead({participant_of(each): server.address for each in seals})
            told |= {"zone": names.zone, "resolver": names.address}
        announce(json.dumps(told))
        until.wait()


def _publisher(question: DirectoryQuestion) -> SigningKey:
    try:
        return load_signing_key(
            read_file(question.certificate, "--certificate"),
            read_file(question.key, "--key"),
            None,
        )
    except SigningKeyError as error:
        raise ConfigurationError(
            f"The publisher's key cannot sign: {error}.",
            "Name a PEM certificate and its own RSA key, without a password.",
        ) from error


def _seal(text: str) -> tuple[CountryCode, Path]:
    country, equals, file = text.partition("=")
    try:
        if equals and file:
            return CountryCode(country), Path(file)
    except IdentifierError:
        pass
    raise ConfigurationError(
        "A seal is named by its country and its file.", "For example: LU=seal.pem"
    )


def _pins(seals: dict[CountryCode, Path]) -> PinStore:
    return PinStore(
        CertificatePin.of(
            load_certificates(path, "--seal")[0],
            country=country,
            purpose=Purpose.SEAL,
            label=path.name,
        )
        for country, path in seals.items()
    )


def _tls(question: DirectoryQuestion) -> ssl.SSLContext | None:
    if question.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(question.tls_certificate, question.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "The certificate and key for TLS cannot be used.",
            "Name a PEM certificate and its own key.",
        ) from error
    return context
