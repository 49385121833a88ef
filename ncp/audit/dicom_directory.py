"""The audit message of a question to a directory, of a change there, of a list.

Spec: DICOM PS3.15 A.5 / fact sheet 06 §1.2, §1.3 (SMP query, SMP push, list import).
Seen: OpenNCP 9 writes the address of the metadata in base64.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from ncp.audit import codes
from ncp.audit.codes import Action
from ncp.audit.dicom_elements import (
    SYSTEM,
    audit_source,
    audited_object,
    error_object,
    identification,
    participant,
)
from ncp.audit.directory_event import DirectoryEvent
from trust.xml import Element


def directory_children(event: DirectoryEvent) -> Iterator[Element]:
    """Write what stands in the message, in order."""
    event_id, *event_types = codes.directory_codes(event.act)
    yield identification(
        event_id,
        event_types,
        Action.EXECUTE,
        event.moment,
        event.outcome,
        errors=event.errors,
    )
    yield from _participants(event)
    yield audit_source(event.audit_source)
    yield from map(error_object, event.errors)
    identifier = base64.b64encode(event.address.encode()).decode()
    yield audited_object(identifier, codes.directory_object(event.act), SYSTEM, None)


def _participants(event: DirectoryEvent) -> Iterator[Element]:
    if event.operator is not None:
        yield participant(event.operator, [codes.HUMAN_REQUESTOR], is_requestor=True)
    yield participant(
        event.consumer_dn,
        [codes.SERVICE_CONSUMER],
        alternative=event.consumer_dn,
        is_requestor=True,
        address=event.source_address,
    )
    if event.provider is not None:
        yield participant(
            event.provider,
            [codes.SERVICE_PROVIDER],
            alternative=event.provider,
            address=event.provider,
        )
