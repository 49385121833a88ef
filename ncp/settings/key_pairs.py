"""Read the gateway's own keys, in whichever of their forms the settings name them.

Spec: eHDSI X.509 profile / RFC 7292 (PKCS #12) / PKCS #11 v2.40.
"""

from __future__ import annotations

import secrets
import ssl
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from ncp.errors import ConfigurationError
from ncp.settings.secrets import read_file, read_password
from ncp.settings.trust_model import (
    KeyPairSettings,
    SealKeySettings,
    TokenSettings,
)
from trust.certificates import (
    KeyPair,
    SigningKey,
    SigningKeyError,
    read_pem_certificates,
    read_pem_pair,
    read_pkcs12,
    signing_key,
)


def load_key_pair(pair: KeyPairSettings, key: str) -> KeyPair:
    """Load a key and its certificate; ``key`` is its place, such as ``keys.seal``.

    Raises
    ------
    ConfigurationError
        A file cannot be read, or they do not belong together.
    """
    try:
        return _load(pair, key)
    except SigningKeyError as error:
        raise _unusable(key, error) from error


def load_seal(settings: SealKeySettings, key: str = "keys.seal") -> SigningKey:
    """Load the seal with the certificates of those it replaced."""
    try:
        seal = signing_key(_load(settings, key))
    except SigningKeyError as error:
        raise _unusable(key, error) from error
    former = tuple(
        load_certificates(path, f"{key}.former")[0] for path in settings.former
    )
    return replace(seal, former=former)


def load_chain(pair: KeyPairSettings, key: str) -> tuple[x509.Certificate, ...]:
    """Load the certificate of a key, and those above it, without the key.

    Raises
    ------
    ConfigurationError
        The file cannot be read.
    """
    try:
        if pair.pkcs12 is not None:
            held = _load(pair, key)
            return (held.certificate, *held.chain)
        return read_pem_certificates(_named(pair.certificate, f"{key}.certificate"))
    except SigningKeyError as error:
        raise _unusable(key, error) from error


def load_into(context: ssl.SSLContext, pair: KeyPairSettings, key: str) -> None:
    """Give a TLS context its key; raises ConfigurationError."""
    if pair.pkcs12 is None and pair.certificate is not None:
        # Without a password OpenSSL would ask on the terminal; an empty one fails.
        password = read_password(pair, key) or b""
        _give(context, pair.certificate, pair.key, password, key)
    else:
        _load_through_file(context, load_key_pair(pair, key), key)


def _load_through_file(context: ssl.SSLContext, pair: KeyPair, key: str) -> None:
    """Give a TLS context a key that is in no PEM file.

    OpenSSL reads keys from files only. The file is gone at once, and encrypted under a
    password that nobody knows.
    """
    password = secrets.token_hex(16).encode("ascii")
    pem = pair.private_key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    chain = (pair.certificate, *pair.chain)
    shown = b"".join(each.public_bytes(Encoding.PEM) for each in chain)
    with NamedTemporaryFile(prefix="ncp-", suffix=".pem") as file:
        file.write(shown + pem)
        file.flush()
        _give(context, Path(file.name), None, password, key)


def _give(
    context: ssl.SSLContext,
    certificate: Path,
    key_file: Path | None,
    password: bytes,
    key: str,
) -> None:
    try:
        context.load_cert_chain(certificate, key_file, password)
    except (OSError, ssl.SSLError) as error:
        raise _unusable(key, error) from error


def load_certificates(path: Path, key: str) -> tuple[x509.Certificate, ...]:
    """Read the PEM certificates of a file named by the setting ``key``."""
    try:
        return read_pem_certificates(read_file(path, key))
    except SigningKeyError:
        raise ConfigurationError(
            f"`{key}` names {path}, which holds no readable PEM certificate.",
            "Use the PEM form (-----BEGIN CERTIFICATE-----), one certificate or more.",
        ) from None


def _load(pair: KeyPairSettings, key: str) -> KeyPair:
    password = read_password(pair, key)
    if pair.pkcs12 is not None:
        return read_pkcs12(read_file(pair.pkcs12, f"{key}.pkcs12"), password)
    certificate = _named(pair.certificate, f"{key}.certificate")
    if isinstance(pair, SealKeySettings) and pair.pkcs11 is not None:
        return _in_token(pair.pkcs11, read_pem_certificates(certificate), key)
    return read_pem_pair(certificate, _named(pair.key, f"{key}.key"), password)


def _in_token(
    token: TokenSettings, chain: tuple[x509.Certificate, ...], key: str
) -> KeyPair:
    # The library behind it is an extra.
    from trust.certificates.hsm import TokenKey, open_token_key  # noqa: PLC0415

    pin = read_file(token.pin_file, f"{key}.pkcs11.pin_file").strip().decode("utf-8")
    return open_token_key(TokenKey(token.module, token.token, token.label, pin), chain)


def _named(path: Path | None, key: str) -> bytes:
    if path is None:  # the settings' validator lets no such pair through
        raise ConfigurationError(f"`{key}` is missing.", "Add it to the settings.")
    return read_file(path, key)


def _unusable(key: str, error: Exception) -> ConfigurationError:
    is_ours = isinstance(error, SigningKeyError)
    why = str(error) if is_ours else "they cannot be used for TLS"
    return ConfigurationError(
        f"The certificate and key of `{key}` cannot be used: {why}.",
        "Check the files, that they belong together, and the password or PIN: "
        "`ncp check` says more.",
    )
