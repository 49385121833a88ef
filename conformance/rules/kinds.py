"""The kinds of message that are judged, told by the element in the Body.

Spec: IHE ITI TF-2 §3.55.4, §3.38.4, §3.39.4, §3.41.4 / SOAP 1.2 Part 1 §5.4.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lxml import etree

from conformance.simulators.soap import NAMESPACES, NotUnderstood, Transaction


class MessageKind(StrEnum):
    """A request or an answer of a transaction, or a fault."""

    ITI_55_REQUEST = "ITI-55 request"
    ITI_55_ANSWER = "ITI-55 answer"
    ITI_38_REQUEST = "ITI-38 request"
    ITI_38_ANSWER = "ITI-38 answer"
    ITI_39_REQUEST = "ITI-39 request"
    ITI_39_ANSWER = "ITI-39 answer"
    ITI_41_REQUEST = "ITI-41 request"
    ITI_41_ANSWER = "ITI-41 answer"
    FAULT = "fault"

    def is_named_by(self, name: str) -> bool:
        """Tell whether a rule for ``name`` is asked of it.

        Parameters
        ----------
        name
            The kind itself, ``request``, ``answer``, or ``message`` for all of them;
            a fault is a message and none of the others.
        """
        return name in {self.value, self.value.rpartition(" ")[2], "message"}

    @property
    def actions(self) -> tuple[str, ...]:
        """What its ``wsa:Action`` may be."""
        if self is MessageKind.FAULT:
            return FAULT_ACTIONS
        name, _, side = self.value.partition(" ")
        transaction = Transaction(name)
        is_request = side == "request"
        return (
            transaction.request_action if is_request else transaction.response_action,
        )


FAULT_ACTIONS: Final = (
    "http://www.w3.org/2005/08/addressing/soap/fault",
    "http://www.w3.org/2005/08/addressing/fault",
)
_KINDS: Final = {
    ("v3", "PRPA_IN201305UV02"): MessageKind.ITI_55_REQUEST,
    ("v3", "PRPA_IN201306UV02"): MessageKind.ITI_55_ANSWER,
    ("query", "AdhocQueryRequest"): MessageKind.ITI_38_REQUEST,
    ("query", "AdhocQueryResponse"): MessageKind.ITI_38_ANSWER,
    ("xdsb", "RetrieveDocumentSetRequest"): MessageKind.ITI_39_REQUEST,
    ("xdsb", "RetrieveDocumentSetResponse"): MessageKind.ITI_39_ANSWER,
    ("xdsb", "ProvideAndRegisterDocumentSetRequest"): MessageKind.ITI_41_REQUEST,
    ("rs", "RegistryResponse"): MessageKind.ITI_41_ANSWER,
    ("s", "Fault"): MessageKind.FAULT,
}
_BY_NAME: Final = {
    f"{{{NAMESPACES[prefix]}}}{local}": kind for (prefix, local), kind in _KINDS.items()
}


def kind_of(body: etree._Element) -> MessageKind:
    """Tell the kind of a message by the element in its Body.

    Raises
    ------
    NotUnderstood
        It is of no transaction between countries.
    """
    kind = _BY_NAME.get(str(body.tag))
    if kind is None:
        raise NotUnderstood("the Body holds no message of ITI-55, -38, -39 or -41")
    return kind
