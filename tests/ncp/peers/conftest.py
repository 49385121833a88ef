from __future__ import annotations

import contextlib

import pytest

from ncp.peers import Peer, PeerClient, PeerDirectory
from ncp.peers.tls_context import server_context
from ncp.ports import SystemClock
from ncp.telemetry import Metrics
from tests.ncp.peers.neighbour import Neighbour
from tests.ncp.web.pki import Pki, make_pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("edge-pki"))


@pytest.fixture
def neighbour_of(pki):
    with contextlib.ExitStack() as stack:

        def start(handle, leaf=None, anchors=None) -> Neighbour:
            leaf = leaf or pki.server
            context = server_context(leaf.files, anchors or pki.authority.pem)
            neighbour = Neighbour(context, handle)
            stack.callback(neighbour.close)
            return neighbour

        yield start


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def client_of(pki, metrics):
    with contextlib.ExitStack() as stack:

        def build(peer: Peer, *others: Peer, leaf=None) -> PeerClient:
            key = (leaf or pki.client).files
            directory = PeerDirectory((peer, *others))
            client = PeerClient(directory, key, SystemClock(), metrics)
            stack.callback(client.close)
            return client

        yield build
