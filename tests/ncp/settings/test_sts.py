"""What the settings make of the token service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ncp.errors import ConfigurationError
from ncp.settings import Settings, load_settings
from ncp.settings.model import StsSettings
from ncp.settings.sts import issue_limit, token_service
from tests.trust import pki
from trust.certificates import Purpose

ROOT = Path(__file__).parents[3]
SEAL = pki.seal("lu")


def settings(**sts) -> Settings:
    loaded = load_settings(ROOT / "docs" / "reference" / "luxembourg.toml")
    return loaded.model_copy(update={"sts": StsSettings(**sts)})


def test_our_own_seal_vouches_for_our_professionals():
    service = token_service(settings(), SEAL)
    pin = service.requestors.find(SEAL.certificate, Purpose.SEAL)
    assert pin.country == service.country == "LU"
    assert service.trc_lifetime == timedelta(hours=2)


def test_a_named_identity_provider_vouches_too(tmp_path):
    provider = pki.seal("national-provider").certificate
    file = tmp_path / "idp.pem"
    file.write_bytes(pki.pem(provider))
    service = token_service(settings(identity_providers=(file,)), SEAL)
    assert service.requestors.find(provider, Purpose.SEAL).label == "idp.pem"
    stranger = pki.seal("stranger").certificate
    assert service.requestors.find(stranger, Purpose.SEAL) is None


def test_a_provider_s_file_that_is_missing_is_named(tmp_path):
    absent = tmp_path / "absent.pem"
    with pytest.raises(ConfigurationError, match="identity_providers"):
        token_service(settings(identity_providers=(absent,)), SEAL)


def test_old_forms_are_never_taken_from_our_own_software():
    loaded = settings()
    assertions = loaded.assertions.model_copy(update={"accept_old_forms": True})
    service = token_service(loaded.model_copy(update={"assertions": assertions}), SEAL)
    assert not service.policy.accept_old_forms


def test_the_limit_is_that_of_the_settings():
    limit = issue_limit(StsSettings(most_per_professional=3, window_s=60))
    assert (limit.most, limit.window) == (3, timedelta(minutes=1))
