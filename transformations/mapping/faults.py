"""What is a fault of ours, in a mapping table or in the engine."""

from __future__ import annotations


class MappingDefect(RuntimeError):  # noqa: N818 - a defect of a table, found by a proof
    """A mapping table broke a rule of the engine: a bug of ours, never of the source.

    The text names section, row and place, and no value.
    """


class TableError(ValueError):
    """A mapping table names something that does not exist. Raised while importing."""
