"""Value types of the settings: files, identifiers and addresses read from text.

Spec: none; the identifiers are those of ``trust.identifiers``.
"""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainValidator

from trust.assertions.codes import ROLES
from trust.identifiers import CountryCode, HomeCommunityId, Oid

# Files are named relative to the settings file; the loader sets its folder here.
base_folder: ContextVar[Path | None] = ContextVar("base_folder", default=None)


def _country(value: object) -> CountryCode:
    return CountryCode(_text(value))


def _oid(value: object) -> Oid:
    return Oid.parse(_text(value))


def _home_community_id(value: object) -> HomeCommunityId:
    return HomeCommunityId.parse(_text(value))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text in quotes")  # noqa: TRY004 - pydantic's way
    return value


def _beside_settings(path: Path) -> Path:
    folder = base_folder.get()
    return path if folder is None or path.is_absolute() else folder / path


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("expected an address that begins with https://")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("expected an address without user, query and fragment")
    return value


def _http_or_https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("expected an address that begins with https:// or http://")
    if parts.username or parts.query or parts.fragment:
        raise ValueError("expected an address without user, query and fragment")
    return value.rstrip("/")


def _ip_address(value: str) -> str:
    return str(ipaddress.ip_address(value))


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine and cannot be reached from elsewhere."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _loopback(host: str) -> str:
    if not is_loopback(host):
        raise ValueError(
            "this door speaks plain HTTP and opens on loopback only: "
            "use 127.0.0.1 and put a proxy with TLS in front"
        )
    return host


def _role_code(value: str) -> str:
    if value not in ROLES:
        known = ", ".join(
            f"{role.code} ({role.display_name})" for role in ROLES.values()
        )
        raise ValueError(f"expected the ISCO code of a role: {known}")
    return value


Country = Annotated[CountryCode, PlainValidator(_country)]
OidText = Annotated[Oid, PlainValidator(_oid)]
HomeCommunity = Annotated[HomeCommunityId, PlainValidator(_home_community_id)]
SettingsPath = Annotated[Path, AfterValidator(_beside_settings)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
HttpUrl = Annotated[str, AfterValidator(_http_or_https)]
IpAddress = Annotated[str, AfterValidator(_ip_address)]
LoopbackHost = Annotated[str, AfterValidator(_loopback)]
RoleCode = Annotated[str, AfterValidator(_role_code)]
