"""Look at the files that the settings name: keys, secrets, certificates, folders.

Spec: ARCHITECTURE "environments never share keys"; RFC 5280 4.1.2.5 (validity).
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from ncp.errors import ConfigurationError
from ncp.settings.finding import Finding, stop, stop_by, warning
from ncp.settings.key_pairs import load_certificates, load_key_pair
from ncp.settings.model import Settings
from ncp.settings.revocation_inspection import inspect_revocation
from ncp.settings.secrets import read_secret, read_text_secret

EXPIRY_NOTICE: Final = timedelta(days=30)
_SQLITE: Final = "sqlite:///"
# The demo's PKI and anybody's test PKI say so in their names.
_MOCK_NAMES: Final = ("demo", "test", "mock", "example", "sample")


def inspect_files(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Find what is wrong with the files that the settings name."""
    yield from _own_keys(settings, now)
    yield from _secrets(settings)
    yield from _certificates_of_peers(settings, now)
    yield from inspect_revocation(settings, now)
    yield from _tokens(settings)
    yield from _store_folder(settings)


def _own_keys(settings: Settings, now: datetime) -> Iterator[Finding]:
    keys = settings.keys
    pairs = {
        "keys.tls_server": keys.tls_server,
        "keys.tls_client": keys.tls_client,
        "keys.seal": keys.seal,
    }
    public: dict[bytes, str] = {}
    for key, pair in pairs.items():
        for name, path in pair.private_files:
            yield from _private_file(path, f"{key}.{name}")
        try:
            loaded = load_key_pair(pair, key)
        except ConfigurationError as error:
            yield stop_by(key, error)
            continue
        yield from _pair(loaded.certificate, key, settings, now, public)
    if keys.seal.pkcs11 is not None:
        yield from _private_file(keys.seal.pkcs11.pin_file, "keys.seal.pkcs11.pin_file")
    for path in keys.seal.former:
        yield from _readable(path, "keys.seal.former")


def _pair(
    certificate: x509.Certificate,
    key: str,
    settings: Settings,
    now: datetime,
    public: dict[bytes, str],
) -> Iterator[Finding]:
    shown = _public_bytes(certificate)
    yield from _validity(certificate, f"{key}.certificate", now, is_own=True)
    yield from _mock_name(certificate, f"{key}.certificate", settings)
    first = public.setdefault(shown, key)
    if first != key:
        yield warning(
            key,
            f"the same key serves as {first}",
            "Use a key of its own for each purpose.",
        )


def _readable(path: Path, key: str) -> Iterator[Finding]:
    try:
        load_certificates(path, key)
    except ConfigurationError as error:
        yield stop_by(key, error)


def _public_bytes(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )


def _secrets(settings: Settings) -> Iterator[Finding]:
    for key, path in (
        ("keys.document_id_secret_file", settings.keys.document_id_secret_file),
        ("keys.data_key_file", settings.keys.data_key_file),
        *(
            ("keys.retired_data_key_files", path)
            for path in settings.keys.retired_data_key_files
        ),
    ):
        yield from _private_file(path, key)
        try:
            read_secret(path, key)
        except ConfigurationError as error:
            yield stop_by(key, error)


def _tokens(settings: Settings) -> Iterator[Finding]:
    named = [
        (f"professionals[{index}].token_file", each.token_file)
        for index, each in enumerate(settings.professionals, 1)
    ]
    named += [
        (f"operators[{index}].token_file", each.token_file)
        for index, each in enumerate(settings.operators, 1)
    ]
    seen: dict[str, str] = {}
    for key, path in named:
        yield from _private_file(path, key)
        try:
            token = read_text_secret(path, key)
        except ConfigurationError as error:
            yield stop_by(key, error)
            continue
        first = seen.setdefault(token, key)
        if first != key:
            yield stop(
                key,
                f"it holds the same token as {first}",
                "Make a new token for one of them: openssl rand -hex 32",
            )


def _certificates_of_peers(settings: Settings, now: datetime) -> Iterator[Finding]:
    for index, peer in enumerate(settings.peers, 1):
        place = f"peers[{index}].certificates"
        purposes = {
            f"{place}.tls_client": peer.certificates.tls_client,
            f"{place}.tls_server": peer.certificates.tls_server,
            f"{place}.seal": peer.certificates.seal,
            f"peers[{index}].tls_authorities": peer.tls_authorities,
            f"peers[{index}].intermediates": peer.intermediates,
            f"peers[{index}].authorities": tuple(
                each.certificate for each in peer.authorities
            ),
        }
        for key, paths in purposes.items():
            for path in paths:
                yield from _certificate_file(path, key, settings, now)
        yield from _unusable_peer(settings, index)
    for path in settings.doors.international.tls_authorities:
        key = "doors.international.tls_authorities"
        yield from _certificate_file(path, key, settings, now)
    for repository in settings.audit.repositories:
        for path in repository.authorities:
            key = f"audit.repositories.{repository.name}.authorities"
            yield from _certificate_file(path, key, settings, now)


def _certificate_file(
    path: Path, key: str, settings: Settings, now: datetime
) -> Iterator[Finding]:
    try:
        certificates = load_certificates(path, key)
    except ConfigurationError as error:
        yield stop_by(key, error)
        return
    for certificate in certificates:
        yield from _validity(certificate, key, now, is_own=False)
        yield from _mock_name(certificate, key, settings)


def _unusable_peer(settings: Settings, index: int) -> Iterator[Finding]:
    peer = settings.peers[index - 1]
    certificates = peer.certificates
    stated = [each.purposes for each in peer.authorities]
    stated += [each.purposes for each in peer.listed_authorities]
    vouched = {purpose for purposes in stated for purpose in purposes}
    key = f"peers[{index}].certificates"
    if "A" in settings.gateway.roles and not (
        (certificates.tls_client or "tls-client" in vouched)
        and (certificates.seal or "seal" in vouched)
    ):
        yield warning(
            key,
            "without pinned client and seal certificates this country is not answered",
            "Add `tls_client` and `seal`, or leave it if the country never asks.",
        )
    has_address = peer.endpoints is not None
    is_known = certificates.tls_server or "tls-server" in vouched
    if "B" in settings.gateway.roles and has_address and not is_known:
        yield warning(
            key,
            "without a pinned server certificate this country cannot be asked",
            "Add `tls_server`.",
        )


def _validity(
    certificate: x509.Certificate, key: str, now: datetime, *, is_own: bool
) -> Iterator[Finding]:
    end = certificate.not_valid_after_utc
    day = f"{end:%Y-%m-%d}"
    name = certificate.subject.rfc4514_string()
    if now >= end:
        finding = stop if is_own else warning
        yield finding(key, f"{name} expired on {day}", "Put a new certificate there.")
    elif now < certificate.not_valid_before_utc:
        begin = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
        finding = stop if is_own else warning
        yield finding(key, f"{name} is valid from {begin} only", "Check the clock.")
    elif end - now <= EXPIRY_NOTICE:
        yield warning(key, f"{name} expires on {day}", "Order a new certificate now.")


def _mock_name(
    certificate: x509.Certificate, key: str, settings: Settings
) -> Iterator[Finding]:
    attributes = [
        str(attribute.value).lower()
        for name in (certificate.subject, certificate.issuer)
        for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
        for attribute in name.get_attributes_for_oid(kind)
    ]
    words = {word for attribute in attributes for word in attribute.split()}
    mock = sorted(words.intersection(_MOCK_NAMES))
    if mock and settings.gateway.is_production:
        yield stop(
            key,
            f"the certificate calls itself {mock[0]!r}",
            "Use a certificate of the production authority.",
        )


def _private_file(path: Path, key: str) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # that it cannot be read is said where it is read
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield stop(
            key,
            f"{path.name} is open to other users (mode {stat.S_IMODE(mode):04o})",
            f"Close it: chmod 600 {path.name}",
        )


def _store_folder(settings: Settings) -> Iterator[Finding]:
    url = settings.store.url
    if not url.startswith(_SQLITE):
        return
    folder = Path(url.removeprefix(_SQLITE)).parent
    if not folder.is_dir():
        yield stop(
            "store.url",
            f"the folder {folder} does not exist",
            "Make it, for the gateway's user only.",
        )
