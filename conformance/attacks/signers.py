"""Assertions sealed with keys that may not, and messages of peers that may not.

Spec: RFC 5280 §4.1.2.5, §4.2.1.3, §4.2.1.9, §4.2.1.12 / eHDSI X.509 profiles /
RFC 9440 §4 (a forged Client-Cert header).
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from conformance.attacks.attack import Mutation
from conformance.attacks.message import Client, Delivery, Message, Seal
from conformance.attacks.sealing import resealed


def hcp_sealed_by(seal: Seal) -> Mutation:
    """Seal the HCP assertion with another key and its certificate."""

    def mutate(message: Message) -> Message:
        key = message.ground.seals[seal]
        return message.with_hcp(resealed(message.hcp, key))

    return mutate


def trc_sealed_by(seal: Seal) -> Mutation:
    """Seal the TRC assertion with another key and its certificate."""

    def mutate(message: Message) -> Message:
        key = message.ground.seals[seal]
        return message.with_trc(resealed(message.the_trc, key))

    return mutate


def shown_by(client: Client) -> Mutation:
    """Show another certificate in the TLS handshake."""
    return lambda message: replace(message, client=client)


def delivered(delivery: Delivery) -> Mutation:
    """Deliver the message in another way."""
    return lambda message: replace(message, delivery=delivery)


def pretending_to_be_proxied(message: Message) -> Message:
    """Let a stranger tell in a header whose certificate a proxy saw."""
    der = message.ground.seals[Seal.TLS_CLIENT].certificate.public_bytes(Encoding.DER)
    value = f":{base64.b64encode(der).decode('ascii')}:"
    told = message.with_field("Client-Cert", value)
    return replace(told, client=Client.STRANGER)


MUTATIONS: Final[dict[str, Mutation]] = {
    # Seals
    "seal-not-known": hcp_sealed_by(Seal.STRANGER),
    "seal-self-signed": hcp_sealed_by(Seal.SELF_SIGNED),
    "seal-expired": hcp_sealed_by(Seal.EXPIRED),
    "seal-not-yet-valid": hcp_sealed_by(Seal.NOT_YET_VALID),
    "seal-revoked": hcp_sealed_by(Seal.REVOKED),
    "seal-without-signing": hcp_sealed_by(Seal.WITHOUT_SIGNING),
    "seal-of-authority": hcp_sealed_by(Seal.AUTHORITY),
    "seal-of-tls": hcp_sealed_by(Seal.TLS_CLIENT),
    "seal-short-key": hcp_sealed_by(Seal.SHORT_KEY),
    "seal-old-hash": hcp_sealed_by(Seal.OLD_HASH),
    "seal-of-other-country": hcp_sealed_by(Seal.OTHER_COUNTRY),
    "trc-seal-not-known": trc_sealed_by(Seal.STRANGER),
    "trc-seal-of-other-country": trc_sealed_by(Seal.OTHER_COUNTRY),
    # TLS
    "tls-no-certificate": shown_by(Client.NONE),
    "tls-unknown-authority": shown_by(Client.UNKNOWN_AUTHORITY),
    "tls-expired": shown_by(Client.EXPIRED),
    "tls-not-yet-valid": shown_by(Client.NOT_YET_VALID),
    "tls-revoked": shown_by(Client.REVOKED),
    "tls-server-only": shown_by(Client.SERVER_ONLY),
    "tls-not-known": shown_by(Client.STRANGER),
    "tls-seal-as-client": shown_by(Client.SEAL),
    "tls-of-other-country": shown_by(Client.OTHER_COUNTRY),
    "tls-downgrade": delivered(Delivery.OLD_TLS),
    "tls-absent": delivered(Delivery.PLAIN_TCP),
    "tls-forged-client-cert": pretending_to_be_proxied,
}
"""The mutations of this module by the id of their attack."""
