"""What tells the national access log who had access to data of this country's people.

Spec: ``ncp.accesses.telling``.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta

from ncp.accesses.audit_event import Node
from ncp.accesses.reading import AccessReader
from ncp.accesses.telling import AccessCarrier, access_log_destination
from ncp.assembly.shared import Shared
from ncp.errors import ConfigurationError
from ncp.jobs import Courier, PeriodicJob
from ncp.national.access_log import NationalAccessLog
from ncp.national.configuration import fhir_client
from ncp.national.fhir_access_log import FhirAccessLog
from ncp.settings import Settings
from trust.identifiers import CountryCode, HomeCommunityId


def access_telling(shared: Shared) -> Iterator[PeriodicJob]:
    """Build the job, where the settings name a log."""
    settings = shared.settings
    stated = settings.accesses.national_log
    destination = access_log_destination(stated)
    if destination is None:
        return
    reader = AccessReader(shared.store, countries_of(settings))
    carrier = AccessCarrier(shared.store, reader, _log(shared), node_of(settings))
    courier = Courier(
        shared.store.outbox, destination, carrier, shared.clock, shared.metrics
    )
    period = timedelta(seconds=stated.period_s)
    yield PeriodicJob(destination.name, period, courier.turn, courier.finish)


def node_of(settings: Settings) -> Node:
    """Return how this gateway names itself to those who learn of accesses."""
    gateway = settings.gateway
    return Node(gateway.audit_source, gateway.organization, socket.getfqdn())


def countries_of(settings: Settings) -> Mapping[HomeCommunityId, CountryCode]:
    """Return which country has which home community."""
    return {each.home_community_id: each.country for each in settings.peers}


def _log(shared: Shared) -> NationalAccessLog:
    server = shared.settings.accesses.national_log.server
    if server is not None:
        return FhirAccessLog(fhir_client(server, "accesses.national_log.server"))
    if shared.national is None:
        raise ConfigurationError(
            "The national access log has no server.",
            "Add an [accesses.national_log.server] section, or [national].",
        )
    return shared.national.access_log
