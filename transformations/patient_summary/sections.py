"""The sections the patient summary carries, in the order of the document."""

from __future__ import annotations

from transformations.mapping import Section

SECTIONS: tuple[Section, ...] = ()
