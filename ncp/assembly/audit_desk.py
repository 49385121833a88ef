"""What operators see of the audit trail at the operations door."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from ncp.audit_retrieval import Looker, read_search, record_look, search_bundle
from ncp.audit_retrieval.fhir_search import MOST
from ncp.ports import Clock
from ncp.store import Store


class StoreAuditDesk:
    """Answers searches from the store; every look is on record first."""

    def __init__(self, store: Store, clock: Clock, audit_source: str) -> None:
        self._store = store
        self._clock = clock
        self._audit_source = audit_source

    def search(
        self, parameters: Sequence[tuple[str, str]], operator: str, address: str | None
    ) -> dict[str, Any]:
        """Record the look, and return the events that fit, as a Bundle.

        Raises
        ------
        UnfitSearch
            The search is not of its form; nothing was looked at.
        StoreUnavailable
            The look could not be recorded.
        """
        query = read_search(parameters)
        looker = Looker.at_door(operator, address, self._audit_source)
        question = f"search {urlencode(parameters)}"
        record_look(self._store, self._clock, looker, question, query.terms)
        return search_bundle(list(islice(self._store.search_audit(query), MOST)))
