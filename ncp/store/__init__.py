"""The gateway's memory: one database, one writer, durable before it counts."""

from ncp.store.alone import record_alone
from ncp.store.audit_search import AuditQuery
from ncp.store.data_key import DataKey
from ncp.store.deed_records import (
    Change,
    Deed,
    DeedMoved,
    DeedState,
    PrescriptionHeld,
)
from ncp.store.deeds import DeedBook
from ncp.store.errors import StoreConflict, StoreUnavailable
from ncp.store.foreign_dispensations import DispensationState, ForeignDispensation
from ncp.store.log_report import Fault, LogFault, LogReport
from ncp.store.outbox import Backlog, DeadLetter, Destination, Letter, Outbox
from ncp.store.ports import (
    IssuedDocuments,
    ListedEntries,
    RecordStore,
    SentSubmissions,
    Treatments,
    UnitOfWork,
)
from ncp.store.record_log import RecordLog, RecordProof
from ncp.store.records import (
    AuditTrailEntry,
    Direction,
    IssuedDocument,
    ListedEntry,
    MessageRecord,
    SentSubmission,
    Sighting,
    StoredMessage,
    StoreHealth,
    SubmissionState,
    Treatment,
)
from ncp.store.restraint_questions import (
    ENDLESS,
    Answers,
    HoldSpan,
    KnownItems,
    NewestItems,
    NthNewest,
    Question,
)
from ncp.store.restraints import Count, Hold, RestraintBook
from ncp.store.store import Store
from ncp.store.token_issues import IssueLimit
from ncp.store.unit_of_work import Retention

__all__ = [
    "ENDLESS",
    "Answers",
    "AuditQuery",
    "AuditTrailEntry",
    "Backlog",
    "Change",
    "Count",
    "DataKey",
    "DeadLetter",
    "Deed",
    "DeedBook",
    "DeedMoved",
    "DeedState",
    "Destination",
    "Direction",
    "DispensationState",
    "Fault",
    "ForeignDispensation",
    "Hold",
    "HoldSpan",
    "IssueLimit",
    "IssuedDocument",
    "IssuedDocuments",
    "KnownItems",
    "Letter",
    "ListedEntries",
    "ListedEntry",
    "LogFault",
    "LogReport",
    "MessageRecord",
    "NewestItems",
    "NthNewest",
    "Outbox",
    "PrescriptionHeld",
    "Question",
    "RecordLog",
    "RecordProof",
    "RecordStore",
    "RestraintBook",
    "Retention",
    "SentSubmission",
    "SentSubmissions",
    "Sighting",
    "Store",
    "StoreConflict",
    "StoreHealth",
    "StoreUnavailable",
    "StoredMessage",
    "SubmissionState",
    "Treatment",
    "Treatments",
    "UnitOfWork",
    "record_alone",
]
