"""What the international door needs of the answering side.

The door knows HTTP and TLS; what a message means, and every answer a peer reads, is
made behind this port.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ncp.exchange import InboundHttp, OutboundHttp, PeerIdentity


class SoapService(Protocol):
    """Country A, as the international door calls it; called in a worker thread."""

    def answer(self, request: InboundHttp) -> OutboundHttp:
        """Answer one message; refusals are answers too, nothing is raised."""
        ...

    def refuse_too_large(
        self, peer: PeerIdentity, received_at: datetime
    ) -> OutboundHttp:
        """Record a message that went over the door's limit, and answer it.

        The message was not read to its end and is not handed over. The door sends the
        answer with HTTP status 413 and closes the connection.
        """
        ...
