"""Judges one message by all rules that are asked of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias
from urllib.parse import unquote

from lxml import etree

from conformance.rules.catalogue import rules
from conformance.rules.kinds import MessageKind, kind_of
from conformance.rules.rule import Rule
from conformance.rules.verdict import Finding, Verdict
from conformance.simulators.soap import NAMESPACES, Message, read_message

Facts: TypeAlias = dict[str, str | bool | float]

_PREFIXES: Final = {uri: prefix for prefix, uri in NAMESPACES.items()}


def judge(content_type: str, data: bytes) -> Verdict:
    """Judge a message, plain or a package.

    Parameters
    ----------
    content_type
        Its media type as HTTP told it.

    Raises
    ------
    NotUnderstood
        It is no SOAP 1.2 message of a transaction between countries.
    """
    message = read_message(content_type, data)
    kind = kind_of(message.body)
    facts = _facts(kind, message, content_type)
    asked = [rule for rule in rules().values() if rule.is_asked_of(kind)]
    findings = (each for rule in asked for each in _findings(rule, message.body, facts))
    return Verdict(kind, len(asked), tuple(findings))


def _facts(kind: MessageKind, message: Message, content_type: str) -> Facts:
    """Return what the rules know beside the envelope, by the name of a variable."""
    referred = {
        unquote(found.get("href", "").removeprefix("cid:"))
        for found in message.envelope.iterfind(".//xop:Include", NAMESPACES)
    }
    parts = set(message.parts)
    return {
        "actions": " ".join(kind.actions),
        "told-action": message.told_action or "",
        "is-package": message.is_package,
        "media-type": content_type,
        "parts-missing": float(len(referred - parts)),
        "parts-unused": float(len(parts - referred)),
    }


def _findings(rule: Rule, body: etree._Element, facts: Facts) -> Iterator[Finding]:
    for place in rule.places(body, **facts):
        if not rule.is_kept(place, **facts):
            yield Finding(
                rule.id,
                rule.level,
                path_of(place),
                rule.wrong,
                rule.remedy,
                rule.source,
                rule.conflict,
            )


def path_of(place: etree._Element) -> str:
    """Return the path of an element from the envelope; it tells no value."""
    steps = [place, *place.iterancestors()]
    return "/" + "/".join(map(_step, reversed(steps)))


def _step(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace or "", "other")
    before = len(list(element.itersiblings(name.text, preceding=True)))
    is_alone = not before and next(element.itersiblings(name.text), None) is None
    return f"{prefix}:{name.localname}" + ("" if is_alone else f"[{before + 1}]")
