"""The patient summary the demo tells its story about: ours, or anybody's file."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from ncp.demo.processes import DemoError
from ncp.national import sample_country
from ncp.national.sample_country import permitting_consent, prepare_document
from transformations.fhir import NotFhir, read_fhir_document
from trust.identifiers import PatientId

SAMPLE_PATIENTS = Path(sample_country.__file__).parent / "patients"
HERO = "bergmann-summary.json"
REFUSING = "kremer-summary.json"
REFUSAL = "kremer-consent.json"
# Original documents of the hero, with the files they name.
ORIGINALS = (
    "bergmann-laboratory.json",
    "bergmann-laboratory.typ",
    "bergmann-image.json",
)
# One crosses the border; one is to be repeated, one is a narcotic.
PRESCRIPTIONS = tuple(
    f"bergmann-prescription-{kind}.json" for kind in ("antibiotic", "heart", "pain")
)
# A summary is some hundred kilobytes; a file far above that was named by mistake.
MAXIMUM_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class DemoSource:
    """What the national server is given, and whom the hospital asks for.

    Attributes
    ----------
    original
        The summary as it was given, byte for byte.
    served
        The same, or with the identifier that had to be added.
    note
        What was added to it, as a sentence; None where nothing was.
    refusing
        Somebody of ours who does not agree; None where that is the patient.
    has_originals
        Whether the patient is ours, of whom there are a report, an image and
        prescriptions too.
    """

    name: str
    patient: PatientId
    original: bytes = field(repr=False)
    served: bytes = field(repr=False)
    note: str | None = None
    refusing: PatientId | None = None
    has_originals: bool = False

    def fill(self, folder: Path) -> None:
        """Put everything the national server shall serve into a new folder."""
        folder.mkdir(mode=0o700)
        (folder / "patient-summary.json").write_bytes(self.served)
        consent = json.dumps(permitting_consent(self.patient), indent=1)
        (folder / "consent.json").write_text(consent, encoding="utf-8")
        others = (REFUSING, REFUSAL) if self.refusing is not None else ()
        more = (*ORIGINALS, *PRESCRIPTIONS) if self.has_originals else ()
        for name in (*others, *more):
            shutil.copyfile(SAMPLE_PATIENTS / name, folder / name)


def read_source(file: Path | None) -> DemoSource:
    """Read the file somebody named, or take our own sample patient.

    Raises
    ------
    DemoError
        There is no such file, or it is no FHIR document; the text says what it is.
    """
    if file is None:
        file = SAMPLE_PATIENTS / HERO
    data = _read(file)
    try:
        read_fhir_document(data)
    except NotFhir as refused:
        raise DemoError(f"{file.name} cannot be shown. {refused.sentence}") from None
    hero = prepare_document((SAMPLE_PATIENTS / HERO).read_bytes()).patient
    prepared = prepare_document(data)
    if prepared.patient is None:
        raise DemoError(f"{file.name} says nothing about its patient.")
    refusing = prepare_document((SAMPLE_PATIENTS / REFUSING).read_bytes()).patient
    return DemoSource(
        file.name,
        prepared.patient,
        data,
        prepared.body,
        prepared.note,
        refusing=None if refusing == prepared.patient else refusing,
        has_originals=prepared.patient == hero,
    )


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAXIMUM_BYTES:
            raise DemoError(
                f"{file} is larger than {MAXIMUM_BYTES >> 20} MB.",
                "Name the JSON file of one patient summary.",
            )
        return file.read_bytes()
    except OSError as error:
        raise DemoError(
            f"{file} cannot be read: {error.strerror}.",
            "Name the JSON file of a patient summary.",
        ) from None
