"""The sections of the settings about keys, certificates and their revocation.

Spec: eHDSI X.509 profile / fact sheet 02 §6.2, §8.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from ncp.settings.section import MEBIBYTE, Bytes, Seconds, Section, Text
from ncp.settings.types import SettingsPath
from trust.certificates import Purpose, RevocationPolicy, SubjectRule


def _subject_rule(value: object) -> SubjectRule:
    if isinstance(value, SubjectRule):
        return value
    if not isinstance(value, dict) or not all(
        isinstance(each, str) for each in value.values()
    ):
        raise ValueError(
            'expected attributes, such as { C = "PT", O = "The Ministry" }'
        )
    return SubjectRule.of(value)


SubjectRuleTable = Annotated[SubjectRule, PlainValidator(_subject_rule)]


class KeyPairSettings(Section):
    """A certificate and its private key: two PEM files, or one PKCS#12 file.

    In PEM, the certificates of authorities may follow that of the key.
    """

    certificate: SettingsPath | None = None
    key: SettingsPath | None = None
    pkcs12: SettingsPath | None = None
    password_file: SettingsPath | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that are named, to be watched."""
        return tuple(self._named())

    @property
    def private_files(self) -> Iterator[tuple[str, Path]]:
        """The files nobody else may read, with the keys that name them."""
        for name in ("key", "pkcs12", "password_file"):
            path = getattr(self, name)
            if path is not None:
                yield name, path

    def _named(self) -> Iterator[Path]:
        if self.certificate is not None:
            yield self.certificate
        for _, path in self.private_files:
            yield path

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        self._check_form()
        return self

    def _check_form(self) -> None:
        is_pem = self.certificate is not None and self.key is not None
        is_half = self.certificate is not None or self.key is not None
        if is_pem is (self.pkcs12 is not None) or is_half is not is_pem:
            raise ValueError(
                "name `certificate` and `key` (PEM), or `pkcs12`: one form, and whole"
            )


class TokenSettings(Section):
    """A key in hardware: the PKCS#11 driver, the token, the key's label, the PIN."""

    module: SettingsPath
    token: Text
    label: Text
    pin_file: SettingsPath


class SealKeySettings(KeyPairSettings):
    """The key that seals; it may stay in hardware, with its certificate beside it.

    ``former`` names certificates of seals that were replaced: what they sealed is
    still used until it expires.
    """

    pkcs11: TokenSettings | None = None
    former: tuple[SettingsPath, ...] = ()

    def _named(self) -> Iterator[Path]:
        yield from super()._named()
        yield from self.former
        if self.pkcs11 is not None:
            yield self.pkcs11.pin_file

    def _check_form(self) -> None:
        if self.pkcs11 is None:
            super()._check_form()
        elif self.certificate is None or self.key or self.pkcs12:
            raise ValueError("beside `pkcs11`, name `certificate` alone")


class PeerAuthoritySettings(Section):
    """An authority, and whom it vouches for.

    A certificate is believed that this authority, or one below it, issued to exactly
    this subject.
    """

    purposes: tuple[Literal["tls-client", "tls-server", "seal"], ...] = Field(
        min_length=1
    )
    certificate: SettingsPath
    subject: SubjectRuleTable


class CrossCheckSettings(Section):
    """What a peer's certificates and assertions must also agree on."""

    certificate_country: bool = True
    home_community_id: bool = True


class RevocationSettings(Section):
    """How it is found out whether a certificate was revoked.

    For each purpose: ``deny`` where it cannot be found out, ``accept-and-alarm``, or
    ``off``. Left out, it is ``deny`` in production and pre-production, else ``off``.
    ``smp_signer`` is for whoever publishes the directory.
    """

    tls_client: RevocationPolicy | None = None
    tls_server: RevocationPolicy | None = None
    seal: RevocationPolicy | None = None
    smp_signer: RevocationPolicy | None = None
    lists: tuple[SettingsPath, ...] = ()
    online: bool = True
    internal_hosts: tuple[Text, ...] = ()
    timeout_s: Seconds = 5.0
    max_answer_bytes: Bytes = 20 * MEBIBYTE
    max_age_s: Seconds = 3_600.0
    retry_s: Seconds = 60.0

    def stated(self, purpose: Purpose) -> RevocationPolicy | None:
        """Return what is set for this purpose, or None."""
        named = {
            Purpose.TLS_CLIENT: self.tls_client,
            Purpose.TLS_SERVER: self.tls_server,
            Purpose.SEAL: self.seal,
            Purpose.SMP_SIGNER: self.smp_signer,
        }
        return named.get(purpose)


class RotationSettings(Section):
    """How new keys and certificates are noticed while the gateway runs.

    The files are looked at every ``watch_s``; 0 leaves it to SIGHUP.
    """

    watch_s: Annotated[float, Field(ge=0, le=86_400)] = 30.0
