"""The original documents of a simulated country: a report on paper, a picture.

Spec: eHDSI OrCD templates (EH.1.8 to EH.1.11) / eHDSI XCA profile (metadata).
Seen: image documents say ``image/png`` where the template says ``application/png``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.simulators.documents import kinds
from conformance.simulators.documents.cda import Head, embedded, written
from conformance.simulators.documents.files import pdf_of, png_of_a_disc
from conformance.simulators.documents.held import Author, Code, Held, Work
from conformance.simulators.documents.kinds import Kind
from conformance.simulators.documents.persona import Origin, document_oid
from conformance.simulators.soap import Body
from trust.identifiers import PatientId

_EVENT: Final = "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
_ICD_10: Final = "1.3.6.1.4.1.12559.11.10.1.3.1.44.2"


@dataclass(frozen=True, slots=True)
class _Original:
    kind: Kind
    template: str
    name: str
    title: str
    created: str
    lines: tuple[str, ...] = ()
    events: tuple[Code, ...] = ()

    @property
    def is_picture(self) -> bool:
        return self.kind is kinds.IMAGE


_ORIGINALS: Final = (
    _Original(
        kinds.LABORATORY,
        "8",
        "Laboratory report",
        "Laboratory report of 2 March 2026",
        "20260302071000",
        (
            "Haemoglobin          138 g/L      (120 - 160)",
            "Glucose, fasting     5.4 mmol/L   (3.9 - 5.6)",
            "Creatinine           71 umol/L    (45 - 84)",
        ),
    ),
    _Original(
        kinds.DISCHARGE,
        "9",
        "Discharge summary",
        "Discharge report of 27 February 2026",
        "20260227101500",
        ("Admitted on 24 February 2026 for a broken wrist.", "Discharged well."),
        ((_EVENT, "S52.5", _ICD_10, "Fracture of lower end of radius"),),
    ),
    _Original(
        kinds.IMAGING,
        "10",
        "Diagnostic imaging study",
        "Imaging report of 24 February 2026",
        "20260224143000",
        ("Right wrist, two views: fracture of the distal radius.",),
    ),
    _Original(
        kinds.IMAGE,
        "11",
        "Medical image",
        "Picture of the right wrist, 24 February 2026",
        "20260224141000",
    ),
)
_AUTHOR: Final = Author("^Prober^Sam", "General practice", "Sampleton Clinic")
_START: Final = "20260224080000"


def originals_of(
    origin: Origin, patient: PatientId, *, is_active: bool = False
) -> list[Work]:
    """Return every original document of a patient, each in a CDA.

    Where they are active, a PDF runs a script when it is opened.
    """
    return [(_held(origin, patient, each, is_active=is_active),) for each in _ORIGINALS]


def _held(
    origin: Origin, patient: PatientId, original: _Original, *, is_active: bool
) -> Held:
    document_id = document_oid(origin, patient, original.kind.code)
    head = Head(
        origin,
        patient,
        original.kind,
        original.template,
        document_id,
        original.name,
        original.title,
    )
    body = _body(original, is_active=is_active)
    return Held(
        document_id,
        original.kind,
        kinds.ORIGINAL_PNG if original.is_picture else kinds.ORIGINAL_PDF,
        original.title,
        written(head, body),
        original.events,
        _AUTHOR,
        original.created,
        _START,
    )


def _body(original: _Original, *, is_active: bool) -> Body:
    if original.is_picture:
        return embedded("image/png", png_of_a_disc())
    content = pdf_of(original.title, original.lines, is_active=is_active)
    return embedded("application/pdf", content)
