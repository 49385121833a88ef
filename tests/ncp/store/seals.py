"""Seals to sign tree heads with."""

from __future__ import annotations

from datetime import timedelta

from tests.clocks import START
from tests.trust.pki import certificate, ec_key, rsa_key
from trust.certificates import SigningKey

_BEGIN, _END = START - timedelta(days=30), START + timedelta(days=700)

SEAL = SigningKey(
    rsa_key("log-seal"),
    certificate(rsa_key("log-seal"), valid_from=_BEGIN, valid_to=_END),
)
OTHER_SEAL = SigningKey(
    ec_key("other-seal"),
    certificate(ec_key("other-seal"), valid_from=_BEGIN, valid_to=_END),
)
