"""Write a settings file: the part of TOML that settings use, nothing more.

Spec: TOML 1.0 (tables, arrays of tables, basic strings).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

Value: TypeAlias = (
    "str | bool | int | float | Path | tuple[Value, ...] | list[Value] | Table"
)
Table: TypeAlias = Mapping[str, Value]


def write_toml(path: Path, table: Table) -> None:
    """Write nested mappings as a TOML file that only its owner may change."""
    path.write_text(to_toml(table), encoding="utf-8")
    path.chmod(0o600)


def to_toml(table: Table) -> str:
    """Return nested mappings as TOML; a sequence of mappings is an array of tables."""
    return "\n".join(_lines(table, ())).strip() + "\n"


def _lines(table: Table, path: tuple[str, ...]) -> Iterator[str]:
    # TOML reads every plain key after a header as part of that header's table.
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _is_array_of_tables(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in table.items():
        inner = (*path, _key(key))
        if isinstance(value, Mapping):
            yield from ("", f"[{'.'.join(inner)}]", *_lines(value, inner))
        elif isinstance(value, (list, tuple)) and _is_array_of_tables(value):
            for each in value:
                if isinstance(each, Mapping):
                    yield from ("", f"[[{'.'.join(inner)}]]", *_lines(each, inner))


def _is_array_of_tables(value: Value) -> bool:
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(each, Mapping) for each in value)
    )


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if plain else _string(key)


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(each) for each in value)}]"
    return _string(str(value))


def _string(text: str) -> str:
    # JSON's escapes are TOML's; DEL alone JSON leaves as it is and TOML forbids.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
