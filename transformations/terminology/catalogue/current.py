"""The catalogue that speaks now, followed while the gateway runs.

Each document asks once and keeps what it got: a swap falls between documents, never
into one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from transformations.terminology.catalogue.layered import LayeredCatalogue
from transformations.terminology.catalogue.releases import Activation, Releases
from transformations.terminology.catalogue.schema import CatalogueRefused


class CurrentCatalogue:
    """Opens what is active, and the next when its time has come; thread safe.

    Parameters
    ----------
    now
        The clock; asked at each document, so that dated activations begin on time.
    """

    def __init__(self, releases: Releases, now: Callable[[], datetime]) -> None:
        self._releases = releases
        self._now = now
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._activations: list[Activation] = []
        self._open: tuple[Activation, LayeredCatalogue] | None = None

    def get(self) -> LayeredCatalogue:
        """Return the catalogue that speaks at this moment.

        Raises
        ------
        CatalogueRefused
            Nothing is active, or its files are gone.
        """
        with self._lock:
            active = self._active(self._now())
            if self._open is None or self._open[0] != active:
                # The old one is not closed: a document may still be read with it.
                self._open = (active, self._releases.open(active))
            return self._open[1]

    def _active(self, now: datetime) -> Activation:
        try:
            changed = self._releases.journal.stat().st_mtime_ns
        except FileNotFoundError:
            changed = None
        if changed is None or changed != self._seen:
            self._activations = self._releases.activations()
            self._seen = changed
        past = [one for one in self._activations if one.since <= now]
        if not past:
            raise CatalogueRefused(
                f"{self._releases.folder}: no release is active; "
                "see ncp terminology activate"
            )
        return past[-1]
