"""The other countries: who they are, and how a message gets to them."""

from ncp.peers.client import PeerClient
from ncp.peers.directory import Endpoints, Peer, PeerDirectory, Service, load_directory
from ncp.peers.tls_context import client_context, server_context

__all__ = [
    "Endpoints",
    "Peer",
    "PeerClient",
    "PeerDirectory",
    "Service",
    "client_context",
    "load_directory",
    "server_context",
]
