"""A doctor in Luxembourg asks every simulated country; then they ask Luxembourg.

The doctor's software calls the national door as any hospital's would; the simulators
ask with the command of the conformance kit.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from ncp.demo.abroad import Simulated
from ncp.demo.cast import LUXEMBOURG
from ncp.demo.hospital import DoorAnswer, Hospital, good
from ncp.demo.processes import DemoError, Neighbours
from ncp.demo.received import Received
from ncp.demo.scene import Scene
from trust.identifiers import PatientId

KNOWN: Final = "KIT-KNOWN"
NO_SUMMARY: Final = "KIT-NO-SUMMARY"
NO_CONSENT: Final = "KIT-LIST-NO-CONSENT"
_REPORT: Final = "11502-2"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Visit:
    """What the doctor got from one country."""

    simulated: Simulated
    person: Mapping[str, Any]
    forms: Sequence[str]
    summary: Received
    report: DoorAnswer
    report_title: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Unlike:
    """One condition: what each country answered, and what the doctor was told."""

    condition: str
    codes: Mapping[str, str]
    told: Sequence[str]


def visit_all(scene: Scene, result: Path) -> list[Visit]:
    """Let the doctor fetch a summary and a report from every country, side by side.

    Raises
    ------
    DemoError
        Something did not come, or is not what it should be.
    """
    result.mkdir(mode=0o700)
    return _side_by_side(scene.abroad, lambda each: _visit(scene, each, result))


def _visit(scene: Scene, simulated: Simulated, result: Path) -> Visit:
    begun = time.perf_counter()
    with closing(_hospital(scene, simulated, KNOWN)) as hospital:
        person = _person(hospital, simulated, KNOWN)
        handle = str(person["handle"])
        listed = good(hospital.documents(handle)).json()["documents"]
        documents = {each["form"]: each["document"] for each in listed}
        language = LUXEMBOURG.languages[0]
        answer = good(hospital.translate(handle, documents["coded"], language))
        [report] = good(hospital.documents(handle, _REPORT)).json()["documents"]
        shown = good(hospital.show(handle, report["document"]))
    visit = Visit(
        simulated,
        person,
        list(documents),
        Received.of(answer),
        shown,
        str(report["description"]),
        (time.perf_counter() - begun) * 1000,
    )
    _check(visit)
    _keep(visit, result, language)
    return visit


def _check(visit: Visit) -> None:
    name = visit.simulated.abroad.country.name
    if visit.summary.translation is None:
        raise DemoError(f"The summary of {name} was not told in another language.")
    if not visit.report.body.startswith(b"%PDF-"):
        raise DemoError(f"The report of {name} is no PDF.")


def _keep(visit: Visit, result: Path, language: str) -> None:
    code = visit.simulated.abroad.country.code.lower()
    files = {
        f"{code}-summary.cda.xml": visit.summary.original,
        f"{code}-summary.{language}.cda.xml": visit.summary.translation or b"",
        f"{code}-laboratory-report.pdf": visit.report.body,
    }
    for name, content in files.items():
        (result / name).write_bytes(content)


def unlike_answers(scene: Scene) -> list[Unlike]:
    """Ask every country for patients of whom each program answers in its own way."""
    return [
        _unlike(scene, "has no summary", NO_SUMMARY, _told_nothing),
        _unlike(scene, "took the consent back", NO_CONSENT, _told_refusal),
    ]


def _unlike(
    scene: Scene, condition: str, patient: str, read: Callable[[DoorAnswer], str]
) -> Unlike:
    def ask(simulated: Simulated) -> str:
        with closing(_hospital(scene, simulated, patient)) as hospital:
            handle = str(_person(hospital, simulated, patient)["handle"])
            return read(hospital.documents(handle))

    told = _side_by_side(scene.abroad, ask)
    codes = {
        str(each.abroad.country.code): _code_answered(each, patient)
        for each in scene.abroad
    }
    return Unlike(condition, codes, list(dict.fromkeys(told)))


def _told_nothing(answer: DoorAnswer) -> str:
    documents = good(answer).json()["documents"]
    if documents:
        raise DemoError("A document was listed for a patient who has none.")
    return "no document"


def _told_refusal(answer: DoorAnswer) -> str:
    problem = answer.json()
    if not answer.is_refusal or not problem.get("codes"):
        raise DemoError("The documents of a patient who does not agree were listed.")
    meaning = re.search(r"\((.+?)\)", str(problem["detail"]))
    return meaning[1] if meaning else str(problem["detail"])


def _code_answered(simulated: Simulated, patient: str) -> str:
    """Return the code that a simulator says it answered a list with."""
    pattern = re.compile(rf"ITI-38 {patient}: .*\((.+)\)")
    found = [match[1] for line in simulated.heard() if (match := pattern.search(line))]
    if not found:
        raise DemoError(
            f"{simulated.abroad.country.name} was not asked.",
            f"look at {simulated.process.log}",
        )
    return found[-1]


def _person(
    hospital: Hospital, simulated: Simulated, patient: str
) -> Mapping[str, Any]:
    """Identify a patient and confirm the treatment."""
    abroad = simulated.abroad
    answer = hospital.identify(abroad.country.code, abroad.patient(patient))
    people = good(answer).json()["patients"]
    if len(people) != 1:
        raise DemoError(f"{abroad.country.name} found {len(people)} patients, not one.")
    good(hospital.confirm(str(people[0]["handle"])))
    person: Mapping[str, Any] = people[0]
    return person


def _hospital(scene: Scene, simulated: Simulated, patient: str) -> Hospital:
    luxembourg = scene.luxembourg
    code = simulated.abroad.country.code.lower()
    kept = scene.folder / "hospital-at-home" / f"{code}-{patient.lower()}"
    return Hospital(luxembourg.national_door, str(luxembourg.tokens.professional), kept)


# Asked by them ----------------------------------------------------------------------


def asked_by_all(
    neighbours: Neighbours, scene: Scene, patient: PatientId
) -> dict[str, list[str]]:
    """Let every simulated country ask for a patient of Luxembourg, side by side.

    Raises
    ------
    DemoError
        One of them did not get what it asked for.
    """
    lines = _side_by_side(
        scene.abroad, lambda each: _asked_by(neighbours, each, patient)
    )
    codes = [str(each.abroad.country.code) for each in scene.abroad]
    return dict(zip(codes, lines, strict=True))


def _asked_by(
    neighbours: Neighbours, simulated: Simulated, patient: PatientId
) -> list[str]:
    arguments = (
        "conformance",
        "simulate",
        "country-b",
        str(simulated.folder),
        "--patient",
        f"{patient.root}^{patient.extension}",
        "--output",
        str(simulated.folder / "fetched"),
    )
    return neighbours.run("asking-luxembourg", arguments, simulated.folder)


def _side_by_side(
    abroad: Sequence[Simulated], work: Callable[[Simulated], _T]
) -> list[_T]:
    with ThreadPoolExecutor(len(abroad)) as pool:
        return list(pool.map(work, abroad))
