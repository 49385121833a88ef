"""The catalogue that speaks now, followed while the gateway runs.

Each document asks once and keeps what it got: a swap falls between documents, never
into one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from transformations.terminology.catalogue.layered import LayeredCatalogue
from transformations.terminology.catalogue.releases import Activation, Releases
from transformations.terminology.catalogue.schema import CatalogueRefused

OnChange: TypeAlias = Callable[[Activation | None, Activation], None]


class CurrentCatalogue:
    """Opens what is active, and the next when its time has come; thread safe.

    Parameters
    ----------
    now
        The clock; asked at each document, so that dated activations begin on time.
    on_change
        Told what spoke, and what is to speak from now on; where it raises, nothing
        changes, and nothing speaks.
    """

    def __init__(
        self,
        releases: Releases,
        now: Callable[[], datetime],
        on_change: OnChange | None = None,
    ) -> None:
        self._releases = releases
        self._now = now
        self._on_change = on_change
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
                opened = self._releases.open(active)
                if self._on_change is not None:
                    before = None if self._open is None else self._open[0]
                    self._on_change(before, active)
                self._open = (active, opened)
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
