"""What is opened once and outlives every set of keys, pins and anchors."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from ncp.accesses.telling import access_log_destination
from ncp.assembly.dispensing import Dispensing, open_dispensing
from ncp.audit_forwarding.destinations import destinations
from ncp.country_a.document_ids import DocumentIds
from ncp.errors import ConfigurationError
from ncp.evidence import ExchangeFolder
from ncp.national.build import National, build_national
from ncp.national.configuration import national_configuration
from ncp.national.pharmacy_ports import PharmacyPorts, pharmacy_ports
from ncp.opened_store import open_store
from ncp.peers.breaker import CircuitBreaker
from ncp.peers.directory_record import DirectoryRecord, RecordingNode
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.discovery import Discovery
from ncp.peers.discovery_report import DiscoveryReport
from ncp.peers.health import PeerHealth
from ncp.peers.list_shelf import ListShelf
from ncp.peers.list_source import list_source
from ncp.peers.switches import Switches
from ncp.peers.trust_list_report import TrustListReport
from ncp.peers.trust_list_watch import TrustListWatch
from ncp.ports import Clock, FreshIds
from ncp.settings.model import Role, Settings
from ncp.settings.secrets import read_secret
from ncp.store import Destination, Store, record_alone
from ncp.telemetry import Metrics
from ncp.terminology.desk import TerminologyDesk, open_desk


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts that stay while the gateway runs.

    Attributes
    ----------
    discovery
        None where no directory is named.
    trust_lists
        None where no trust list is named.
    national
        None where country A is not played.
    dispensing
        None where the national server is no register of dispensations.
    pharmacy
        None where no pharmacy is served.
    """

    settings: Settings
    clock: Clock
    ids: FreshIds
    metrics: Metrics
    store: Store
    switches: Switches
    health: PeerHealth
    breaker: CircuitBreaker
    discovery: Discovery | None
    trust_lists: TrustListWatch | None
    national: National | None
    dispensing: Dispensing | None
    pharmacy: PharmacyPorts | None
    document_ids: DocumentIds
    exchange_folder: ExchangeFolder | None
    terminology: TerminologyDesk | None

    def plays(self, role: Role) -> bool:
        """Tell whether this side of the border is played."""
        return role in self.settings.gateway.roles


def open_shared(
    settings: Settings, clock: Clock, ids: FreshIds, resources: ExitStack
) -> Shared:
    """Open them; ``resources`` closes them."""
    metrics = Metrics()
    store = resources.enter_context(_opened_store(settings, clock))
    node = RecordingNode.of(settings)
    record = DirectoryRecord(partial(record_alone, store), node, clock)
    folder = settings.exchange.folder
    national = _national(settings, clock)
    return Shared(
        settings=settings,
        clock=clock,
        ids=ids,
        metrics=metrics,
        store=store,
        switches=_switches(settings),
        health=PeerHealth(),
        breaker=CircuitBreaker(tell=metrics.tell_breakers_open),
        discovery=_discovery(settings, clock, metrics, record, resources),
        trust_lists=_trust_lists(settings, clock, metrics, record, resources),
        national=national,
        dispensing=open_dispensing(settings, national, store, clock, ids, metrics),
        pharmacy=_pharmacy(settings),
        document_ids=DocumentIds(
            read_secret(
                settings.keys.document_id_secret_file, "keys.document_id_secret_file"
            )
        ),
        exchange_folder=ExchangeFolder(folder) if folder else None,
        terminology=open_desk(
            settings.terminology,
            settings.gateway.languages,
            clock,
            partial(record_alone, store),
            settings.gateway.audit_source,
        ),
    )


def _opened_store(settings: Settings, clock: Clock) -> Store:
    store = open_store(settings, clock, repositories=_told_of_events(settings))
    try:
        store.migrate()
        store.check_keys()
    except BaseException:
        store.close()
        raise
    return store


def _told_of_events(settings: Settings) -> tuple[Destination, ...]:
    access_log = access_log_destination(settings.accesses.national_log)
    told = destinations(settings.audit)
    return told if access_log is None else (*told, access_log)


def _switches(settings: Settings) -> Switches:
    stated = {peer.country: peer.off for peer in settings.peers if peer.off}
    return Switches(stated, settings.directory.folder)


def _discovery(
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    record: DirectoryRecord,
    resources: ExitStack,
) -> Discovery | None:
    directory = settings.directory
    if not directory.is_used:
        return None
    terms = DirectoryTerms(directory)
    resources.callback(terms.close)
    return Discovery(directory, terms, clock, DiscoveryReport(metrics), record)


def _trust_lists(
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    record: DirectoryRecord,
    resources: ExitStack,
) -> TrustListWatch | None:
    stated = settings.trust_lists
    if stated.folder is None or not stated.sources:
        return None
    source = list_source(stated)
    resources.callback(source.close)
    watch = TrustListWatch(
        stated,
        source,
        ListShelf(stated.folder),
        clock,
        TrustListReport(metrics),
        record,
    )
    watch.restore()
    return watch


def _pharmacy(settings: Settings) -> PharmacyPorts | None:
    if Role.B not in settings.gateway.roles:
        return None
    return pharmacy_ports(settings.dispensing)


def _national(settings: Settings, clock: Clock) -> National | None:
    if Role.A not in settings.gateway.roles:
        return None
    if settings.national is None:
        raise ConfigurationError(
            "role A needs the national infrastructure.",
            "Add a [national] section to the settings.",
        )
    return build_national(national_configuration(settings.national), clock)
