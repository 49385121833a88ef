"""Answers to ITI-55: who a patient is, or why that is not told.

Spec: IHE ITI TF-2 §3.55.4.2.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from conformance.simulators.dialect import MANNERS, Dialect
from conformance.simulators.documents import persona
from conformance.simulators.documents.persona import Origin
from conformance.simulators.outcomes import Outcome
from conformance.simulators.questions import Question
from conformance.simulators.soap import NAMESPACES, Body, fill, part_of
from conformance.simulators.templates import nodes_of
from trust.identifiers import PatientId
from trust.xml import Element

_FRAME: Final = (
    "org.example.ncp.server.PatientDiscoveryService.find"
    "(PatientDiscoveryService.java:88)"
)
_IHE_REASONS: Final = frozenset(
    {"AnswerNotAvailable", "ResponderBusy", "InternalError"}
)
_IHE_SYSTEM: Final = "1.3.6.1.4.1.19376.1.2.27.3"
_EHDSI_SYSTEM: Final = "1.3.6.1.4.1.12559.11.10.1.3.2.2.1"
_SUBJECTS: Final = {"match": 1, "two-matches": 2}
_ECHOED: Final = ("queryId", "statusCode", "parameterList")


def identification_answer(
    dialect: Dialect, origin: Origin, question: Question, name: str, outcome: Outcome
) -> Body:
    """Write the answer of a family; ``name`` is that of the outcome."""
    folder = MANNERS[dialect].templates
    found = [
        _subject(dialect, origin, question.patient, number)
        for number in range(_SUBJECTS.get(name, 0))
        if question.patient is not None
    ]
    values = {
        "id": str(uuid.uuid4()),
        "number": str(secrets.randbelow(10**10)),
        "now": datetime.now(UTC).strftime("%Y%m%d%H%M%S.000+0000"),
        "home": origin.home,
        "asker": _root(question.body, "v3:sender/v3:device/v3:id"),
        "acknowledgement": outcome.acknowledgement,
        "response": outcome.response,
        "code": outcome.code,
        "text": outcome.text,
        "location": _FRAME,
        "subjects": [each.element for each in found],
        **_reason(outcome),
        **_told_back(question.body),
    }
    return part_of(folder, "iti55-answer", values, *found)


def _subject(dialect: Dialect, origin: Origin, patient: PatientId, number: int) -> Body:
    manner = MANNERS[dialect]
    is_first = number == 0
    return fill(
        manner.templates,
        "iti55-subject",
        root=f"{patient.root}{manner.root_suffix}",
        extension=patient.extension if is_first else f"{patient.extension}-{number}",
        family=persona.FAMILY,
        given=" ".join(persona.GIVEN),
        gender=persona.GENDER,
        birth_time=persona.BIRTH_DATE,
        city=persona.CITY,
        country=origin.country,
        home=origin.home,
    )


def _reason(outcome: Outcome) -> dict[str, str]:
    is_ihe = outcome.reason in _IHE_REASONS
    return {
        "reason": outcome.reason,
        "mitigated_by": outcome.reason if outcome.place == "mitigatedBy" else "",
        "trigger_for": outcome.reason if outcome.place == "triggerFor" else "",
        "reason_system": _IHE_SYSTEM if is_ihe else _EHDSI_SYSTEM,
    }


def _told_back(body: etree._Element) -> dict[str, object]:
    """Return what an answer repeats of its question."""
    own = body.find("v3:id", NAMESPACES)
    query = body.find("v3:controlActProcess/v3:queryByParameter", NAMESPACES)
    query_id = None if query is None else query.find("v3:queryId", NAMESPACES)
    return {
        "target_root": _attribute(own, "root"),
        "target_extension": _attribute(own, "extension"),
        "query_root": _attribute(query_id, "root"),
        "query_extension": _attribute(query_id, "extension"),
        "echo": _echo(query),
    }


def _echo(query: etree._Element | None) -> list[Element]:
    found = [] if query is None else query.iterchildren("*")
    return [nodes_of(each) for each in found if etree.QName(each).localname in _ECHOED]


def _root(body: etree._Element, path: str) -> str:
    return _attribute(body.find(path, NAMESPACES), "root") or ""


def _attribute(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)
