"""Read secrets from the files that the settings name.

No secret stands in the settings file, in the environment or in an error text.
"""

from __future__ import annotations

from pathlib import Path

from ncp.errors import ConfigurationError
from ncp.settings.trust_model import KeyPairSettings

MINIMUM_SECRET_BYTES = 32


def read_file(path: Path, key: str) -> bytes:
    """Read a file named by the setting ``key``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"`{key}` names {path}, which cannot be read: {error.strerror}.",
            "Put the file there, or name the right one, and let the gateway's user "
            "read it.",
        ) from None


def read_secret(path: Path, key: str) -> bytes:
    """Read a binary secret of at least 32 bytes; one final line break is not part.

    Only bytes that are all printable lose their line break: a random 32-byte secret
    may well end in one.
    """
    secret = read_file(path, key)
    if secret.isascii() and secret.rstrip(b"\r\n").decode("ascii").isprintable():
        secret = secret.rstrip(b"\r\n")
    if len(secret) < MINIMUM_SECRET_BYTES:
        raise ConfigurationError(
            f"`{key}` names {path}, which holds {len(secret)} bytes; a secret needs "
            f"at least {MINIMUM_SECRET_BYTES}.",
            f"Make a new one: head -c 32 /dev/urandom > {path.name}",
        )
    return secret


def read_text_secret(path: Path, key: str) -> str:
    """Read a token: printable, one line, at least 32 characters."""
    text = read_file(path, key).strip()
    if not text.isascii() or any(byte <= 0x20 or byte == 0x7F for byte in text):
        raise ConfigurationError(
            f"`{key}` names {path}, which is not one line of printable characters.",
            f"Make a new one: openssl rand -hex 32 > {path.name}",
        )
    if len(text) < MINIMUM_SECRET_BYTES:
        raise ConfigurationError(
            f"`{key}` names {path}, whose token has {len(text)} characters; "
            f"at least {MINIMUM_SECRET_BYTES} are needed.",
            f"Make a new one: openssl rand -hex 32 > {path.name}",
        )
    return text.decode("ascii")


def read_password(pair: KeyPairSettings, key: str) -> bytes | None:
    """Read the password of a private key, or None where the key has none."""
    if pair.password_file is None:
        return None
    return read_file(pair.password_file, f"{key}.password_file").rstrip(b"\r\n")
