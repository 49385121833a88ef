"""The attributes of an assertion, each name once, in today's names or older ones.

Spec: SAML 2.0 Core §2.7.3 / eHDSI SAML profile (Wave 7), attributes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from trust.assertions.codes import AssertionKind, AttributeName, PurposeOfUse
from trust.assertions.old_forms import OLD_ATTRIBUTE_NAMES
from trust.assertions.parts import allowed, attribute_of, only, plain_text_of
from trust.assertions.refused import AssertionRefused, invalid, missing
from trust.decision import Reason
from trust.namespaces import HL7, SAML

_STATEMENT: Final = f"{{{SAML}}}AttributeStatement"
_ATTRIBUTE: Final = f"{{{SAML}}}Attribute"
_VALUE: Final = f"{{{SAML}}}AttributeValue"
_PURPOSE_OF_USE: Final = f"{{{HL7}}}PurposeOfUse"


class Attributes:
    """The attributes of an assertion, each name once.

    ``old_forms`` gathers what was read in a form of before XUA revision 19.
    """

    __slots__ = ("_accepts_old_forms", "_values", "old_forms")

    def __init__(
        self,
        values: dict[str, list[etree._Element]],
        old_kind: AssertionKind | None,
        old_forms: Iterable[str],
    ) -> None:
        self._values = values
        self._accepts_old_forms = old_kind is not None
        self.old_forms = list(old_forms)
        if old_kind is not None:
            self._rename(old_kind)

    @classmethod
    def of(
        cls,
        assertion: etree._Element,
        old_kind: AssertionKind | None = None,
        old_forms: Iterable[str] = (),
    ) -> Attributes:
        """Collect the attributes; a repeated name is refused, it would be ambiguous.

        Parameters
        ----------
        old_kind
            The kind whose old attribute names are read too; None where none are.
        old_forms
            What was read in an older form around the attributes.
        """
        statement = only(assertion, _STATEMENT)
        values: dict[str, list[etree._Element]] = {}
        for attribute in allowed(statement, {_ATTRIBUTE}):
            name = attribute_of(attribute, "Name")
            if name in values:
                raise invalid("the same Attribute twice")
            values[name] = allowed(attribute, {_VALUE})
        return cls(values, old_kind, old_forms)

    def _rename(self, kind: AssertionKind) -> None:
        for old, name in OLD_ATTRIBUTE_NAMES[kind].items():
            if old not in self._values:
                continue
            if name in self._values:
                raise invalid("the same Attribute under its old and its new name")
            self._values[name] = self._values.pop(old)
            self.old_forms.append(f"the attribute {name} stands under the name {old}")

    def old_text(self, name: AttributeName) -> str | None:
        """Return the text that stands where a coded element stands today.

        None where none does, or where old forms are not accepted.
        """
        value = self._only_value(name)
        if not self._accepts_old_forms or value is None or len(value):
            return None
        return plain_text_of(value) or None

    def required(self, name: AttributeName) -> str:
        """Return the one text value of an attribute that must be there."""
        value = self.optional(name)
        if value is None:
            raise missing(f"value of the attribute {name}")
        return value

    def optional(self, name: AttributeName) -> str | None:
        """Return the one text value of an attribute, None where absent or blank."""
        value = self._only_value(name)
        return None if value is None else plain_text_of(value) or None

    def every(self, name: AttributeName) -> tuple[str, ...]:
        """Return all text values of an attribute."""
        return tuple(plain_text_of(value) for value in self._values.get(name, ()))

    def coded(self, name: AttributeName, tag: str) -> etree._Element:
        """Return the HL7 element inside the one value of an attribute."""
        value = self._only_value(name)
        if value is None:
            raise missing(f"value of the attribute {name}")
        allowed(value, {tag})
        return only(value, tag)

    def _only_value(self, name: AttributeName) -> etree._Element | None:
        values = self._values.get(name, [])
        if len(values) > 1:
            raise invalid(f"several values of the attribute {name}")
        return values[0] if values else None


def read_purpose_of_use(attributes: Attributes) -> PurposeOfUse:
    """Read the purpose of use by its code alone; peers use several code systems."""
    code = attributes.old_text(AttributeName.PURPOSE_OF_USE)
    if code is None:
        element = attributes.coded(AttributeName.PURPOSE_OF_USE, _PURPOSE_OF_USE)
        code = element.get("code", "")
    else:
        attributes.old_forms.append("the purpose of use is a text, not a coded element")
    try:
        return PurposeOfUse(code)
    except ValueError:
        raise AssertionRefused(
            Reason.PURPOSE_OF_USE_UNKNOWN,
            "the purpose of use is neither TREATMENT nor EMERGENCY",
        ) from None
