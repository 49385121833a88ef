"""Looking into the audit trail: who looks is on record before anything is seen."""

from ncp.audit_retrieval.fhir_search import (
    UnfitSearch,
    read_search,
    search_bundle,
)
from ncp.audit_retrieval.look import Looker, record_look

__all__ = [
    "Looker",
    "UnfitSearch",
    "read_search",
    "record_look",
    "search_bundle",
]
