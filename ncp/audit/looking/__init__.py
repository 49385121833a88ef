"""Looking into the audit trail: who looks is on record before anything is seen."""

from ncp.audit.looking.fhir_search import (
    UnfitSearch,
    read_search,
    search_bundle,
)
from ncp.audit.looking.look import Looker, record_look

__all__ = [
    "Looker",
    "UnfitSearch",
    "read_search",
    "record_look",
    "search_bundle",
]
