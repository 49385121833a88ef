"""Runs the demo: a fresh folder, fresh keys, processes for all, one story.

Everything that happens between the countries happens over the wire, through the same
commands an operator would type; this module starts them, plays the hospital and tells
what happened.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ncp.demo.cast import ABROAD, LUXEMBOURG, PORTUGAL
from ncp.demo.citizen import answer_citizen
from ncp.demo.found import found_entries
from ncp.demo.hospital import DoorAnswer, Hospital, good
from ncp.demo.kept import newest
from ncp.demo.page import Page
from ncp.demo.pharmacy import registered, sell_to_foreigners, sell_to_luxembourger
from ncp.demo.processes import DemoError, Neighbours
from ncp.demo.received import Received
from ncp.demo.scene import Scene, set_the_scene, shown
from ncp.demo.source import DemoSource, read_source
from ncp.demo.story import Story
from ncp.demo.story_abroad import StoryAbroad
from ncp.demo.story_citizen import StoryCitizen
from ncp.demo.story_pharmacy import StoryPharmacy
from ncp.demo.talk import tell_how_to_talk
from ncp.demo.trail import TrailLine, read_trail
from ncp.demo.visits import asked_by_all, unlike_answers, visit_all

DEFAULT_OUTPUT = Path("demo-output")
INTERRUPTED = 130
SUMMARY_PDF = "patient-summary.pdf"
# What the hospital asks for beside the summary, by class code.
ORIGINAL_FILES = {
    "11502-2": "laboratory-report.pdf",
    "x-clinical-image": "image.png",
}


def run_demo(
    *,
    patient_summary: Path | None = None,
    keep: bool = False,
    output: Path | None = None,
    out: TextIO | None = None,
) -> int:
    """Run the demo once and return the exit status.

    Parameters
    ----------
    patient_summary
        Anybody's FHIR document Bundle; None takes our own sample patient.
    keep
        Leave everything running until Ctrl-C, and say how to talk to it.
    output
        The folder for everything that is made; by default a new one below
        ``demo-output``.
    out
        Where the story is written; standard output by default.

    Raises
    ------
    NcpError
        The demo cannot be told; the text says why and what to do.
    """
    source = read_source(patient_summary)
    folder = _new_folder(output)
    page = Page(out or sys.stdout, folder / "story.txt")
    try:
        with Neighbours() as neighbours:
            _play(neighbours, folder, source, page, keep=keep)
    except KeyboardInterrupt:
        page.gap()
        page.say("Stopped; every process of the demo has ended.")
        return 0 if keep else INTERRUPTED
    return 0


def _new_folder(output: Path | None) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S.%f")[:-3]
    folder = (output or DEFAULT_OUTPUT / stamp).absolute()
    if folder.exists() and any(folder.iterdir()):
        raise DemoError(
            f"The folder {folder} is not empty.", "Name a new one with --output."
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _play(
    neighbours: Neighbours, folder: Path, source: DemoSource, page: Page, *, keep: bool
) -> None:
    story = Story(page, folder / "country-a" / "exchanges")
    story.opening(shown(folder), source)
    begun = time.perf_counter()
    scene = set_the_scene(neighbours, folder, source.fill, ABROAD)
    story.set_up(scene, (time.perf_counter() - begun) * 1000)
    story.found(
        found_entries(scene.portugal, LUXEMBOURG.code),
        found_entries(scene.luxembourg, PORTUGAL.code),
    )
    _cross_the_border(scene, source, story)
    story.recorded(_trails(scene))
    _meet_the_others(neighbours, scene, source, page)
    _dispense(scene, source, page)
    StoryCitizen(page).answered(answer_citizen(scene, source.patient))
    story.ending(shown(folder), _contents())
    if keep:
        _keep_running(scene, source, page)


def _cross_the_border(scene: Scene, source: DemoSource, story: Story) -> None:
    hospital = Hospital(
        scene.portugal.national_door,
        str(scene.portugal.tokens.professional),
        scene.folder / "hospital",
    )
    try:
        handle = _identify(hospital, source, story)
        story.confirmed(good(hospital.confirm(handle)))
        documents = _list(hospital, handle, story)
        _fetch(hospital, handle, documents["coded"], scene, source, story)
        result = scene.folder / "result"
        _show(hospital, handle, documents["pdf"], result / SUMMARY_PDF)
        if source.has_originals:
            _show_originals(hospital, handle, result, story)
        if source.refusing is not None:
            story.refused(hospital.identify(LUXEMBOURG.code, source.refusing))
    finally:
        hospital.close()


def _meet_the_others(
    neighbours: Neighbours, scene: Scene, source: DemoSource, page: Page
) -> None:
    """Ask the simulated countries, and be asked by them."""
    told = StoryAbroad(page)
    before = len(_trail_of_a(scene))
    told.visited(visit_all(scene, scene.folder / "result" / "abroad"))
    told.unlike(unlike_answers(scene))
    told.asked_by(asked_by_all(neighbours, scene, source.patient))
    told.recorded(_trail_of_a(scene)[before:])


def _dispense(scene: Scene, source: DemoSource, page: Page) -> None:
    """Let pharmacies dispense for people from abroad, and for ours abroad."""
    told = StoryPharmacy(page)
    sales = sell_to_foreigners(scene)
    told.sold(sales)
    told.registered(registered(scene.luxembourg, sales), LUXEMBOURG)
    if source.has_originals:
        # Only our own sample patient has prescriptions too.
        sale = sell_to_luxembourger(scene, source.patient)
        told.mirrored(sale)
        told.registered(registered(scene.portugal, [sale]), PORTUGAL)


def _identify(hospital: Hospital, source: DemoSource, story: Story) -> str:
    answer = good(hospital.identify(LUXEMBOURG.code, source.patient))
    patients = answer.json()["patients"]
    if not patients:
        raise DemoError(f"{LUXEMBOURG.name} knows nobody with this identifier.")
    story.identified(answer)
    return str(patients[0]["handle"])


def _list(hospital: Hospital, handle: str, story: Story) -> dict[str, str]:
    """Return the newest document of each form."""
    answer = good(hospital.documents(handle))
    documents = answer.json()["documents"]
    if not documents:
        raise DemoError(f"{LUXEMBOURG.name} lists no document for this patient.")
    story.listed(answer)
    newest_last = reversed(documents)
    return {str(each["form"]): str(each["document"]) for each in newest_last}


def _show(hospital: Hospital, handle: str, document: str, file: Path) -> DoorAnswer:
    answer = good(hospital.show(handle, document))
    file.write_bytes(answer.body)
    return answer


def _show_originals(
    hospital: Hospital, handle: str, result: Path, story: Story
) -> None:
    listed = good(hospital.documents(handle, *ORIGINAL_FILES))
    answers = {
        each["document"]: _show(
            hospital, handle, each["document"], result / ORIGINAL_FILES[each["kind"]]
        )
        for each in listed.json()["documents"]
    }
    story.originals(listed, answers, result / SUMMARY_PDF)


def _fetch(
    hospital: Hospital,
    handle: str,
    document: str,
    scene: Scene,
    source: DemoSource,
    story: Story,
) -> None:
    answer = good(hospital.translate(handle, document, PORTUGAL.languages[0]))
    received = Received.of(answer)
    result = scene.folder / "result"
    result.mkdir(mode=0o700)
    (result / "patient-summary.fhir.json").write_bytes(source.served)
    if source.served != source.original:
        (result / "as-it-was-given.fhir.json").write_bytes(source.original)
    (result / "patient-summary.cda.xml").write_bytes(received.original)
    if received.translation is not None:
        told = result / f"patient-summary.{PORTUGAL.languages[0]}.cda.xml"
        told.write_bytes(received.translation)
    exchange = newest(scene.luxembourg.ground.exchanges, "ITI-39")
    ledger = exchange.file("ledger.json") if exchange is not None else None
    if ledger is not None:
        (result / "ledger.json").write_bytes(ledger)
    story.fetched(answer, len(received.original))
    story.translated(received, PORTUGAL.languages[0])


def _trail_of_a(scene: Scene) -> list[TrailLine]:
    settings = scene.luxembourg.ground.settings
    return read_trail(settings, scene.folder / "audit" / "country-a")


def _trails(scene: Scene) -> dict[str, list[TrailLine]]:
    audit = scene.folder / "audit"
    return {
        f"{LUXEMBOURG.name} (A)": _trail_of_a(scene),
        f"{PORTUGAL.name} (B)": read_trail(
            scene.portugal.ground.settings, audit / "country-b"
        ),
    }


def _contents() -> Sequence[tuple[str, str]]:
    return (
        ("story.txt", "this text"),
        (
            "result/",
            "FHIR, CDA that crossed, translation, ledger; PDF, image; who had my data",
        ),
        (
            "country-a/exchanges/",
            "each message Luxembourg answered, its verdicts",
        ),
        ("country-b/exchanges/", "every message Portugal sent and what it got"),
        ("hospital/", "what the hospital asked Portugal's gateway, and the answers"),
        ("pharmacy/", "what each pharmacy asked its gateway, and the answers"),
        ("hospital-at-home/", "the same of Luxembourg's doctor, for each country"),
        ("abroad/", "profile of each simulated country, what it heard and fetched"),
        ("audit/", "both audit trails, each event in DICOM form"),
        ("country-a/, country-b/", "settings, secrets, database, log of each gateway"),
        ("pki/", "the keys and certificates of all countries"),
    )


def _keep_running(scene: Scene, source: DemoSource, page: Page) -> None:
    tell_how_to_talk(scene, source.patient, page)
    while True:
        time.sleep(3600)
