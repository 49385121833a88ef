"""Says how to talk to a demo that was left running: lines to copy into a shell."""

from __future__ import annotations

import json

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.page import Page
from ncp.demo.scene import Scene, shown
from ncp.demo.visits import KNOWN
from trust.identifiers import PatientId


def tell_how_to_talk(scene: Scene, patient: PatientId, page: Page) -> None:
    """Write the lines for each door that is open."""
    page.chapter("Still running")
    _tell(
        page,
        "All of it stays up until Ctrl-C. Ask Portugal's national door:",
        _identify_lines(scene, patient),
    )
    _tell(
        page,
        "The answer has a handle. Put it here, and go on:",
        _next_lines(scene),
    )
    _tell(
        page,
        "Ask a simulated country by Luxembourg's national door; the name decides what"
        " it answers (`ncp-conformance simulate patients` lists them):",
        _abroad_lines(scene),
    )
    _tell(page, "What the operators see (health, figures):", _operations_lines(scene))
    _tell(
        page,
        "Knock at Luxembourg's international door as Portugal does, certificate and"
        " all (it will tell you that this is no SOAP message):",
        _international_lines(scene),
    )


def _tell(page: Page, text: str, lines: list[str]) -> None:
    page.say(text)
    page.gap()
    page.lines(lines)
    page.gap()


def _identify_lines(scene: Scene, patient: PatientId) -> list[str]:
    body = {
        "country": LUXEMBOURG.code,
        "identifiers": [{"root": patient.root, "extension": patient.extension}],
    }
    token = shown(scene.portugal.ground.folder) / "professional.token"
    door = scene.portugal.national_door
    return [
        f"TOKEN=$(cat {token})",
        *_curl(f"{door}/patients/identify", json.dumps(body)),
    ]


def _abroad_lines(scene: Scene) -> list[str]:
    abroad = scene.abroad[0].abroad
    patient = abroad.patient(KNOWN)
    body = {
        "country": abroad.country.code,
        "identifiers": [{"root": patient.root, "extension": patient.extension}],
    }
    token = shown(scene.luxembourg.ground.folder) / "professional.token"
    door = scene.luxembourg.national_door
    return [
        f"AT_HOME=$(cat {token})",
        *_curl(f"{door}/patients/identify", json.dumps(body), "AT_HOME"),
    ]


def _next_lines(scene: Scene) -> list[str]:
    door = scene.portugal.national_door
    handle = '{"handle": "\'$HANDLE\'"}'
    both = '{"handle": "\'$HANDLE\'", "document": "\'$DOCUMENT\'"}'
    return [
        "HANDLE=...",
        *_curl(f"{door}/treatments/confirm", handle),
        *_curl(f"{door}/documents/list", handle),
        "DOCUMENT=...",
        *_curl(f"{door}/documents/fetch", both),
    ]


def _curl(address: str, body: str, variable: str = "TOKEN") -> list[str]:
    return [
        f'curl -s {address} -H "Authorization: Bearer ${variable}" \\',
        "  -H 'Content-Type: application/json' \\",
        f"  -d '{body}'",
    ]


def _operations_lines(scene: Scene) -> list[str]:
    luxembourg = scene.luxembourg
    token = shown(luxembourg.ground.folder) / "operator.token"
    return [
        f"curl -s {luxembourg.operations_door}/health/live",
        f"OPERATOR=$(cat {token})",
        f"curl -s {luxembourg.operations_door}/metrics \\",
        '  -H "Authorization: Bearer $OPERATOR"',
    ]


def _international_lines(scene: Scene) -> list[str]:
    pki = shown(scene.folder / "pki")
    return [
        f"curl -s {scene.luxembourg.international_door}/services/XCPD_Service \\",
        f"  --cacert {pki}/lu/authority.pem \\",
        f"  --cert {pki}/pt/tls-client.pem \\",
        f"  --key {pki}/pt/tls-client.key \\",
        "  -H 'Content-Type: application/soap+xml' -d '<empty/>'",
    ]
