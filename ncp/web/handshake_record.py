"""Records connections that TLS refused: they never reach a use case.

Spec: IHE ITI TF-2 §3.19.6 (node authentication failure) / DICOM PS3.15 A.5.3.11.
"""

from __future__ import annotations

from ncp.audit import NodeAuthenticationAlert
from ncp.identity import GatewayIdentity
from ncp.ports import Clock
from ncp.store import RecordStore, record_alone
from ncp.web.handshake import HandshakeFailure


class HandshakeRecord:
    """Writes one security alert for each handshake that failed."""

    def __init__(
        self, store: RecordStore, identity: GatewayIdentity, clock: Clock
    ) -> None:
        self._store = store
        self._identity = identity
        self._clock = clock

    def __call__(self, address: str, failure: HandshakeFailure) -> None:
        """Commit the alert; raises StoreUnavailable where it cannot."""
        alert = NodeAuthenticationAlert(
            moment=self._clock.now(),
            audit_source=self._identity.audit_source,
            reporter=self._identity.tls_server_dn,
            node=address,
            address=address,
            description=failure.sentence,
        )
        record_alone(self._store, alert)
