"""Who is told of audit events, and what tells them.

Spec: sheet 06 §2.4 (a durable outbox, one persistent order per repository).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding

from ncp.assembly.shared import Shared
from ncp.audit.forms import AuditForm
from ncp.audit_forwarding import (
    Line,
    Origin,
    Repository,
    RepositoryCarrier,
    destination_of,
)
from ncp.jobs import Courier, PeriodicJob
from ncp.peers.tls_context import client_context
from ncp.settings.audit import AuditRepositorySettings
from ncp.settings.key_pairs import load_certificates
from ncp.settings.trust_model import KeyPairSettings
from trust.certificates import SigningKey


def audit_delivery(
    shared: Shared, seal: Callable[[], SigningKey]
) -> Iterator[PeriodicJob]:
    """Build one job for each repository; ``seal`` gives the key of the moment."""
    audit = shared.settings.audit
    origin = Origin(socket.getfqdn(), audit.application)
    for stated in audit.repositories:
        courier = Courier(
            shared.store.outbox,
            destination_of(stated),
            RepositoryCarrier(
                shared.store,
                _repository(stated, origin, seal, shared.settings.keys.tls_client),
            ),
            shared.clock,
            shared.metrics,
        )
        yield PeriodicJob(
            stated.destination,
            timedelta(seconds=audit.period_s),
            courier.turn,
            at_the_end=courier.finish,
        )


def _repository(
    stated: AuditRepositorySettings,
    origin: Origin,
    seal: Callable[[], SigningKey],
    client: KeyPairSettings,
) -> Repository:
    silence_s = stated.silence_s if stated.proof == "silence" else None
    return Repository(
        Line(stated.host, stated.port, stated.timeout_s, silence_s),
        AuditForm(stated.form),
        origin,
        seal if stated.signed else None,
        partial(_context, stated, client),
    )


def _context(
    stated: AuditRepositorySettings, client: KeyPairSettings
) -> ssl.SSLContext:
    """Read the files anew: a key that was renewed serves the next connection."""
    anchors = [
        each.public_bytes(Encoding.PEM).decode("ascii")
        for path in stated.authorities
        for each in load_certificates(path, "audit.repositories.authorities")
    ]
    return client_context(client, "".join(anchors))
