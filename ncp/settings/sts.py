"""What the settings say of the token service, as trust and the store hear it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ncp.settings.assertions import assertion_policy
from ncp.settings.key_pairs import load_certificates
from ncp.settings.model import Settings, StsSettings
from ncp.store.token_issues import IssueLimit
from trust.certificates import CertificatePin, PinStore, Purpose, SigningKey
from trust.sts import TokenService


def token_service(settings: Settings, seal: SigningKey) -> TokenService:
    """Return the service that seals with this key and believes it, and those named.

    Raises
    ------
    ConfigurationError
        The certificate of an identity provider cannot be read.
    """
    values = settings.assertions
    return TokenService(
        settings.gateway.country,
        seal,
        _requestors(settings, seal),
        # What country A tolerates of old peers our own software has no need of.
        replace(assertion_policy(values), accept_old_forms=False),
        trc_lifetime=timedelta(seconds=values.trc_lifetime_s),
        nok_lifetime=timedelta(seconds=values.nok_lifetime_s),
    )


def issue_limit(settings: StsSettings) -> IssueLimit:
    """Return how many assertions a professional is issued in how long."""
    return IssueLimit(
        settings.most_per_professional, timedelta(seconds=settings.window_s)
    )


def _requestors(settings: Settings, seal: SigningKey) -> PinStore:
    country = settings.gateway.country
    ours = (seal.certificate, *seal.former)
    named = [("keys.seal", each) for each in ours]
    for path in settings.sts.identity_providers:
        loaded = load_certificates(path, "sts.identity_providers")
        named += [(path.name, certificate) for certificate in loaded]
    return PinStore(
        CertificatePin.of(
            certificate, country=country, purpose=Purpose.SEAL, label=label
        )
        for label, certificate in named
    )
