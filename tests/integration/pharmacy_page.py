"""A pharmacist's whole way as a page shows it: copied from calls that were made.

What changes from run to run is given a name in the order in which it comes up; members
that are null or empty are left out, and what is long is cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.capabilities import REPOSITORY

PAGE = REPOSITORY / "docs" / "how-to" / "dispense-a-foreign-prescription.md"
_BLOCK = re.compile(r"^```http\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_OID = re.compile(r"\b2\.25\.\d{30,}\b")
_HEX = re.compile(r"\b[0-9a-f]{32}\b")
_SHORT = 60


class Names:
    """Names what is different each time, the same thing always by the same name."""

    def __init__(self, also: Mapping[str, str]) -> None:
        self._names = dict(also)
        self._kinds: dict[str, int] = {}

    def of(self, kind: str, value: str) -> str:
        """Return the name of a value."""
        if value not in self._names:
            self._kinds[kind] = self._kinds.get(kind, 0) + 1
            self._names[value] = f"{kind}{self._kinds[kind]}"
        return self._names[value]

    def told(self, key: str, value: str) -> str:
        """Return a text as the page has it."""
        if key == "trace":
            return self.of("trace-", value)
        for known, name in self._names.items():
            value = value.replace(known, name)
        value = _MOMENT.sub("2026-03-02T10:00:00Z", value)
        value = _OID.sub(lambda found: self.of("2.25.", found[0]), value)
        value = _HEX.sub(lambda found: self.of(f"{key}-", found[0]), value)
        return value if len(value) <= _SHORT or " " in value else f"{value[:40]}..."


def shown(value: Any, names: Names, key: str = "") -> Any:
    """Return JSON as the page shows it."""
    if isinstance(value, str):
        return names.told(key, value)
    if isinstance(value, list):
        return [shown(each, names, key) for each in value]
    if isinstance(value, dict):
        return {
            name: shown(each, names, name)
            for name, each in value.items()
            if each not in (None, "", [], {})
        }
    return value


def blocks(kept: Path, names: Names) -> list[str]:
    """Return a block for each call that was kept, in their order."""
    return [_block(request, names) for request in sorted(kept.glob("*.request.json"))]


def _block(request: Path, names: Names) -> str:
    path = re.sub(r"^\d+-", "", request.name.removesuffix(".request.json"))
    asked = json.loads(request.read_bytes())
    [answer] = request.parent.glob(f"{request.name.partition('.')[0]}.answer.*")
    told = json.loads(answer.read_bytes())
    line = f"POST /{path.replace('-', '/', 1)}"
    status = told.get("status", 200) if "type" in told else 200
    return "\n".join(
        [line, "", _written(asked, names), "", str(status), "", _written(told, names)]
    )


def _written(value: Any, names: Names) -> str:
    return json.dumps(shown(value, names), indent=1, ensure_ascii=False)


def blocks_of_page() -> list[str]:
    """Return the blocks that stand on the page."""
    return [each.rstrip("\n") for each in _BLOCK.findall(PAGE.read_text("utf-8"))]


def write_page(new: list[str]) -> None:
    """Put blocks in place of those on the page; the words around them stay."""
    waiting = iter(new)
    text = _BLOCK.sub(
        lambda _: f"```http\n{next(waiting)}\n```", PAGE.read_text("utf-8")
    )
    assert next(waiting, None) is None, "the page has too few blocks"
    PAGE.write_text(text, "utf-8")
