"""A release with national overlays on top: the highest layer that knows answers.

An overlay adds translations and mappings of a country; it takes nothing away from the
release beneath it.

Spec: eHDSI MTC: national designations and transcodings over the common value sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import TracebackType
from typing import Self

from transformations.terminology.catalogue.stored import (
    REMEMBERED,
    StoredCatalogue,
    first_bound,
)
from transformations.terminology.port import Concept, Designation


class LayeredCatalogue:
    """Several catalogue files as one; the first is the highest layer.

    A name in the language asked for wins over one in a language further down the chain,
    whatever its layer.
    """

    def __init__(self, layers: Sequence[StoredCatalogue]) -> None:
        if not layers:
            raise ValueError("a catalogue has at least one layer")
        self.layers = tuple(layers)
        remember = lru_cache(maxsize=REMEMBERED)
        self.has = remember(self._find_has)
        # Asked for every code of every document: without a step between.
        self.display = remember(self._find_display)
        self._pivot = remember(self._find_pivot)
        self.concept = remember(self._find_concept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the files back."""
        for layer in self.layers:
            layer.close()

    @property
    def release(self) -> str:
        base, *overlays = (layer.release for layer in reversed(self.layers))
        return " + ".join((base, *overlays))

    @property
    def is_demo(self) -> bool:
        """Whether any layer is the sample catalogue, unfit for patients."""
        return any(layer.is_demo for layer in self.layers)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have at least one name in some layer."""
        return tuple(sorted({tag for one in self.layers for tag in one.languages}))

    def pivot(
        self, code: str, code_system: str, value_sets: Sequence[str] = ()
    ) -> Concept | None:
        return self._pivot(code, code_system, tuple(value_sets))

    def named(self, text: str, value_set: str) -> Concept | None:
        found = (layer.named(text, value_set) for layer in self.layers)
        return next((one for one in found if one is not None), None)

    def _find_has(self, value_set: str, code: str, code_system: str) -> bool | None:
        answers = [layer.has(value_set, code, code_system) for layer in self.layers]
        known = [answer for answer in answers if answer is not None]
        return any(known) if known else None

    def _find_concept(self, code: str, code_system: str) -> Concept | None:
        # The lowest layer is the release: it knows version and status.
        for layer in reversed(self.layers):
            found = layer.concept(code, code_system)
            if found is not None:
                return found
        return None

    def _find_display(
        self, code: str, code_system: str, languages: tuple[str, ...]
    ) -> Designation | None:
        for language in languages:
            for layer in self.layers:
                found = layer.display(code, code_system, (language,))
                if found is not None:
                    return found
        return None

    def _find_pivot(
        self, code: str, code_system: str, value_sets: tuple[str, ...]
    ) -> Concept | None:
        for layer in self.layers:
            found = first_bound(self, layer.targets(code, code_system), value_sets)
            if found is not None:
                return self.concept(found.code, found.code_system) or found
        return None
