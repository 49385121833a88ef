from __future__ import annotations

import contextlib

import pytest

from ncp.directory_server import MetadataServer, NameServer
from ncp.settings.directory import DirectorySettings
from tests.ncp.peers.discovery.scene import PUBLISHER, SEALS, ZONE, Scene, pin
from tests.trust.pki import pem
from trust.certificates import PinStore, Purpose
from trust.smp import (
    participant_of,
)
from trust.smp.register import MetadataRegister


@pytest.fixture
def scene_of(tmp_path, pki, neighbour_of):
    with contextlib.ExitStack() as stack:
        register = MetadataRegister(
            PUBLISHER,
            PinStore(
                pin(key.certificate, country, Purpose.SEAL)
                for country, key in SEALS.items()
            ),
        )
        smp = stack.enter_context(MetadataServer(register))
        dns = stack.enter_context(NameServer(ZONE))
        dns.lead({participant_of(each): smp.address for each in SEALS})
        signer_file = tmp_path / "smp.pem"
        signer_file.write_bytes(pem(PUBLISHER.certificate))

        def build(*ports: int, **changes) -> Scene:
            scene_changes = {
                key: changes.pop(key) for key in ("countries",) if key in changes
            }
            settings = DirectorySettings(
                zone=ZONE,
                resolvers=(dns.address,),
                signers=(signer_file,),
                networks=("127.0.0.0/8",),
                ports=(smp.port, *ports),
                plain_http=True,
                timeout_s=0.5,
                folder=tmp_path / "directory",
                **changes,
            )
            scene = Scene(smp, dns, settings, pki, **scene_changes)
            stack.callback(scene.terms.close)
            stack.callback(scene.hang_up)
            return scene

        yield build
