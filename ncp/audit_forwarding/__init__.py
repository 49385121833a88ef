"""Sends recorded events to audit repositories: syslog over TLS, from the outbox."""

from ncp.audit_forwarding.carrier import AuditTrail, Repository, RepositoryCarrier
from ncp.audit_forwarding.connection import ConnectionFailed, Line
from ncp.audit_forwarding.destinations import destination_of, destinations
from ncp.audit_forwarding.syslog import Origin, frame, syslog_message

__all__ = [
    "AuditTrail",
    "ConnectionFailed",
    "Line",
    "Origin",
    "Repository",
    "RepositoryCarrier",
    "destination_of",
    "destinations",
    "frame",
    "syslog_message",
]
