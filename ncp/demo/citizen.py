"""The demo's last act: the patient asks who had access to their data.

The answer is that of ``ncp audit report``; the national access log is read as the
country's portal for its people would.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Final

import requests

from ncp.accesses.report import AccessReport, report_bundle, report_pdf
from ncp.accesses.report.page import page_of
from ncp.accesses.telling import NAME
from ncp.assembly.access_reporting import Ordered
from ncp.assembly.access_telling import node_of
from ncp.cli.access_reporting import look
from ncp.demo.cast import LUXEMBOURG
from ncp.demo.processes import DemoError
from ncp.demo.scene import Scene
from ncp.opened_store import open_store
from ncp.ports import RandomIds, SystemClock
from ncp.settings import load_settings
from trust.identifiers import PatientId

_LANGUAGE: Final = LUXEMBOURG.languages[0].partition("-")[0]
REPORT_PDF: Final = f"who-had-my-data.{_LANGUAGE}.pdf"
_PATIENCE_S: Final = 60.0
_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class CitizensAnswer:
    """What the patient is told, and what the national access log has.

    Attributes
    ----------
    page
        What stands on the report, in English.
    logged
        How many entries about the patient the national access log has.
    """

    page: dict[str, Any]
    logged: int


def answer_citizen(scene: Scene, patient: PatientId) -> CitizensAnswer:
    """Write the report into the folder of results, and look into the national log.

    Raises
    ------
    DemoError
        The national log was not told everything within a while.
    """
    settings = load_settings(scene.luxembourg.ground.settings)
    report = look(settings, Ordered(patient))
    _write(scene, report)
    _require_told(scene)
    return CitizensAnswer(page_of(report, "en"), _logged(scene, patient))


def _write(scene: Scene, report: AccessReport) -> None:
    result = scene.folder / "result"
    (result / REPORT_PDF).write_bytes(report_pdf(report, _LANGUAGE))
    node = node_of(load_settings(scene.luxembourg.ground.settings))
    bundle = report_bundle(report, node, RandomIds().uuid())
    text = json.dumps(bundle, indent=1, ensure_ascii=False)
    (result / "who-had-my-data.fhir.json").write_text(text, encoding="utf-8")


def _require_told(scene: Scene) -> None:
    settings = load_settings(scene.luxembourg.ground.settings)
    deadline = time.monotonic() + _PATIENCE_S
    with open_store(settings, SystemClock()) as store:
        while store.outbox.backlog(NAME).waiting:
            if time.monotonic() > deadline:
                raise DemoError("The national access log was not told of everything.")
            time.sleep(0.05)


def _logged(scene: Scene, patient: PatientId) -> int:
    asked = {"entity:identifier": f"{patient.root.urn}|{patient.extension}"}
    answer = requests.post(
        f"{scene.national_server}/AuditEvent/_search", data=asked, timeout=_TIMEOUT_S
    )
    answer.raise_for_status()
    return len(answer.json().get("entry", ()))
