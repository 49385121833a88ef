"""Country A in this process, from the settings of the one that runs beside it.

Its parts are put together as the gateway's are; only its database is another, and the
national side answers from memory. Each stage can be called alone.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from benchmarks.end_to_end.national import RememberingLine
from benchmarks.end_to_end.scene import Scene
from ncp.assembly.renewal import Renewal
from ncp.assembly.shared import open_shared
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_a.services import RespondingServices
from ncp.exchange import PeerIdentity
from ncp.national.build import build_national
from ncp.national.configuration import national_configuration
from ncp.national.http_line import ClientLimits, HttpLine
from ncp.national.server_base import ServerBase
from ncp.ports import RandomIds, SystemClock
from ncp.settings import Settings, load_settings
from ncp.settings.national import NationalSettings
from ncp.store import RecordLog


@dataclass(frozen=True, slots=True)
class AtHand:
    """The parts of country A, and who asks."""

    gateway: RespondingGateway
    log: RecordLog
    line: RememberingLine
    peer: PeerIdentity

    @property
    def services(self) -> RespondingServices:
        """What the use cases share."""
        return self.gateway.services


@contextmanager
def at_hand(scene: Scene) -> Iterator[AtHand]:
    """Put country A together in this process."""
    stated = load_settings(scene.ground.settings)
    url = f"sqlite:///{scene.ground.folder}/alone.sqlite"
    settings = stated.model_copy(
        update={"store": stated.store.model_copy(update={"url": url})}
    )
    with ExitStack() as resources:
        clock = SystemClock()
        shared = open_shared(settings, clock, RandomIds(), resources)
        line = RememberingLine(_line(settings))
        configuration = national_configuration(_national(settings))
        national = build_national(configuration, clock, line=line)
        renewal = Renewal(replace(shared, national=national))
        yield AtHand(renewal.country_a(), shared.store.log, line, _peer(scene))


def _national(settings: Settings) -> NationalSettings:
    if settings.national is None:
        raise ValueError("country A has a national side")
    return settings.national


def _line(settings: Settings) -> HttpLine:
    base = ServerBase.parse(_national(settings).base_url)
    return HttpLine(base, ClientLimits(), None, None)


def _peer(scene: Scene) -> PeerIdentity:
    pem = scene.peer.tls_client.certificate.read_text(encoding="ascii")
    return PeerIdentity(ssl.PEM_cert_to_DER_cert(pem), "127.0.0.1")
