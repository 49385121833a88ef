"""The gateway's memory: one database, one writer, durable before it counts."""

from ncp.store.errors import StoreUnavailable
from ncp.store.ports import (
    IssuedDocuments,
    ListedEntries,
    RecordStore,
    Treatments,
    UnitOfWork,
)
from ncp.store.records import (
    AuditTrailEntry,
    Direction,
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    Sighting,
    StoredMessage,
    StoreHealth,
    Treatment,
)

__all__ = [
    "AuditTrailEntry",
    "Direction",
    "IssuedDocument",
    "IssuedDocuments",
    "ListedEntries",
    "ListedEntry",
    "MessageRecord",
    "RecordStore",
    "Sighting",
    "StoreHealth",
    "StoreUnavailable",
    "StoredMessage",
    "Treatment",
    "Treatments",
    "UnitOfWork",
]
