"""Reads ``broken.txt``: for each rule the sample it is broken in, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from conformance.simulators.soap import NAMESPACES
from ncp.exchange import HttpPayload

_XSI = {"xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_FILE = Path(__file__).with_name("broken.txt")


@dataclass(frozen=True)
class Break:
    """How one rule is broken."""

    rule: str
    sample: str
    operation: str
    path: str
    arguments: tuple[str, ...]

    def of(self, payload: HttpPayload) -> HttpPayload:
        """Return the message, broken."""
        body = payload.body
        start = body.index(b"<?xml")
        end = body.rindex(b"Envelope>") + len(b"Envelope>")
        root = etree.fromstring(body[start:end])
        path = self.path.removeprefix("//") if self.path.startswith("//") else self.path
        prefix = ".//" if self.path.startswith("//") else ""
        found = root.xpath(prefix + path, namespaces=NAMESPACES)
        assert found, f"{self.rule}: there is no {self.path}"
        _OPERATIONS[self.operation](found[0], *self.arguments)
        envelope = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return HttpPayload(payload.content_type, body[:start] + envelope + body[end:])


def _drop(element: etree._Element) -> None:
    element.getparent().remove(element)


def _set(element: etree._Element, name: str, value: str = "") -> None:
    told = element.get(value[1:], "") if value.startswith("@") else value
    element.set(_clark(name[1:]), told)


def _unset(element: etree._Element, name: str) -> None:
    del element.attrib[_clark(name[1:])]


def _text(element: etree._Element, value: str = "") -> None:
    element.text = "x" * 300 if value == "LONG" else value


def _twice(element: etree._Element) -> None:
    # A copy whose parts are the same.
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))


def _first(element: etree._Element) -> None:
    element.getparent().insert(0, element)


def _last(element: etree._Element) -> None:
    element.getparent().append(element)


def _add(element: etree._Element, name: str) -> None:
    etree.SubElement(element, _clark(name))


def _also(element: etree._Element, xml: str) -> None:
    declared = "".join(
        f' xmlns:{prefix}="{uri}"' for prefix, uri in {**NAMESPACES, **_XSI}.items()
    )
    element.extend(etree.fromstring(f"<x{declared}>{xml}</x>"))


def _clark(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


_OPERATIONS: dict[str, Callable[..., None]] = {
    "drop": _drop,
    "set": _set,
    "unset": _unset,
    "text": _text,
    "twice": _twice,
    "first": _first,
    "last": _last,
    "add": _add,
    "also": _also,
}


def breaks() -> dict[str, Break]:
    """Return the breaks by the rule that each is for."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    told = (line for line in lines if line and not line.startswith("#"))
    return {each.rule: each for each in map(_read, told)}


def _read(line: str) -> Break:
    rule, sample, told = (part.strip() for part in line.split("|", 2))
    operation, path, *rest = told.split(" ", 2)
    arguments: tuple[str, ...] = tuple(rest)
    if operation == "set" and rest:
        arguments = tuple(rest[0].split(" ", 1))
    return Break(rule, sample, operation, path, arguments)
