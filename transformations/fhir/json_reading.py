"""Read JSON strictly: UTF-8, no duplicate keys, no NaN, decimals kept digit by digit.

A reader that forgives decides for the sender what was meant: of two values under one
key, a parser silently keeps the last. Here each of these is refused with its place.

Spec: RFC 8259 §4 (names should be unique), §6 (no NaN), §8.1 (UTF-8) /
FHIR R4 §2.6.2 JSON Representation, §2.24.0.1 Primitive Types (decimal, string).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

from transformations.fhir.refusal import NotFhir

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

# What no FHIR string may carry: controls but tab, line feed and carriage return, lone
# surrogates and the two non-characters that XML refuses as well.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# The escapes by which a forbidden character may stand in a text that shows none.
_ESCAPED = re.compile(r"\\[ubf]")

_ELEMENT = re.compile(r"_?[A-Za-z]{1,40}")

# A number beyond this is no measurement; printed without exponent it would fill memory.
_MAX_DIGITS = 60
_MAX_EXPONENT = 60


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """Bounds of one document, checked before anything is built from it."""

    max_bytes: int
    max_depth: int
    max_values: int


FHIR_LIMITS = JsonLimits(max_bytes=32 << 20, max_depth=100, max_values=1_000_000)


def read_json(data: bytes, limits: JsonLimits = FHIR_LIMITS) -> Json:
    """Parse JSON bytes to plain values with :class:`~decimal.Decimal` numbers.

    Raises
    ------
    NotFhir
        The bytes are too many, not UTF-8, not JSON, or JSON that says a thing twice.
    """
    if len(data) > limits.max_bytes:
        raise NotFhir(
            f"The file has {len(data)} bytes, more than the {limits.max_bytes} a FHIR "
            "document may have here. Send a smaller document."
        )
    text = _decode(data)
    value = _parse(text)
    # What is not forbidden in the text and not escaped there is not in the values.
    is_plain = _ESCAPED.search(text) is None and _FORBIDDEN.search(text) is None
    _check_shape(value, limits)
    if not is_plain:
        _check_texts(value)
    return value


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotFhir(
            f"The file is not UTF-8 text (at byte {error.start}); FHIR JSON is UTF-8. "
            "Convert it, or check that it is no archive and no PDF."
        ) from None


def _parse(text: str) -> Json:
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_refuse_duplicates,
        )
    except json.JSONDecodeError as error:
        raise NotFhir(
            f"The file is not JSON: it breaks at line {error.lineno}, column "
            f"{error.colno}. Send a FHIR R4 document Bundle as JSON."
        ) from None
    except RecursionError:
        raise NotFhir(
            "The JSON nests deeper than any FHIR document does. Send a FHIR R4 "
            "document Bundle."
        ) from None


def _decimal(token: str) -> Decimal:
    number = Decimal(_short(token))
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _MAX_EXPONENT:
        raise NotFhir(
            "The JSON holds a number with an exponent beyond any measurement. Send it "
            "in plain digits."
        )
    return number


def _integer(token: str) -> int:
    return int(_short(token))


def _short(token: str) -> str:
    if len(token) > _MAX_DIGITS:
        raise NotFhir(
            f"The JSON holds a number of {len(token)} digits, more than the "
            f"{_MAX_DIGITS} allowed. Check the sender's arithmetic."
        )
    return token


def _refuse_constant(name: str) -> NoReturn:
    raise NotFhir(
        f"The JSON holds {name}, which is no JSON number. Leave the element out and "
        "say why with a data-absent-reason."
    )


def _refuse_duplicates(pairs: list[tuple[str, Json]]) -> JsonObject:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotFhir(
            f"The JSON has {_name(twice)} twice in one object, so it says two things "
            "at once. Send each key once."
        )
    return result


def _name(key: str) -> str:
    """Name a key only if it looks like an element: a stray one could hold a value."""
    return f"the key '{key}'" if _ELEMENT.fullmatch(key) else "a key"


def _check_shape(value: Json, limits: JsonLimits) -> None:
    """Bound depth and size, level by level, without recursion."""
    level: list[Json] = [value]
    depth = count = 0
    while level:
        depth += 1
        count += len(level)
        if depth > limits.max_depth or count > limits.max_values:
            raise NotFhir(
                f"The JSON nests deeper than {limits.max_depth} levels or holds more "
                f"than {limits.max_values} values. Send a FHIR R4 document Bundle."
            )
        below: list[Json] = []
        for node in level:
            if type(node) is dict:
                below += node.values()
            elif type(node) is list:
                below += node
        level = below


def _check_texts(value: Json) -> None:
    """Refuse characters that no text may hold, in keys and values."""
    pending: list[Json] = [value]
    while pending:
        node = pending.pop()
        if type(node) is dict:
            pending += node
            pending += node.values()
        elif type(node) is list:
            pending += node
        elif type(node) is str:
            _check_text(node)


def _check_text(text: str) -> None:
    match = _FORBIDDEN.search(text)
    if match is not None:
        raise NotFhir(
            f"A text holds the character U+{ord(match[0]):04X}, which FHIR and XML "
            "forbid. Remove it at the source."
        )
