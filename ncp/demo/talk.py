"""Says how to talk to a demo that was left running: lines to copy into a shell."""

from __future__ import annotations

from pathlib import Path

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.page import Page
from ncp.demo.scene import Scene, shown
from trust.identifiers import PatientId


def tell_how_to_talk(scene: Scene, patient: PatientId, page: Page) -> None:
    """Write the lines for each door that is open."""
    page.chapter("Still running")
    page.say("Both gateways stay up until Ctrl-C. Ask Portugal's national door:")
    page.gap()
    page.lines(_identify_line(scene, patient))
    page.gap()
    page.say("The answer has a handle. Put it here, and go on:")
    page.gap()
    page.lines(_next_lines(scene))
    page.gap()
    page.say("What the operators see (health, figures):")
    page.gap()
    page.lines(_operations_lines(scene))
    page.gap()
    page.say(
        "Talk to Luxembourg's international door as Portugal does, certificate and"
        " all (it will tell you that an empty envelope is no SOAP message):"
    )
    page.gap()
    page.lines(_international_lines(scene))


def _curl(address: str, token_file: Path, body: str | None = None) -> list[str]:
    lines = [
        f"curl -s {address} \\",
        f'  -H "Authorization: Bearer $(cat {shown(token_file)})"',
    ]
    if body is not None:
        lines[-1] += " \\"
        lines += ["  -H 'Content-Type: application/json' \\", f"  -d '{body}'"]
    return lines


def _identify_line(scene: Scene, patient: PatientId) -> list[str]:
    body = (
        f'{{"country": "{LUXEMBOURG.code}", "identifiers": [{{"root":'
        f' "{patient.root}", "extension": "{patient.extension}"}}]}}'
    )
    return _curl(
        f"{scene.portugal.national_door}/patients/identify",
        scene.portugal.ground.folder / "professional.token",
        body,
    )


def _next_lines(scene: Scene) -> list[str]:
    token = scene.portugal.ground.folder / "professional.token"
    door = scene.portugal.national_door
    lines = ["HANDLE=..."]
    for path in ("treatments/confirm", "documents/list"):
        lines += _curl(f"{door}/{path}", token, '{"handle": "\'$HANDLE\'"}')
    lines += ["DOCUMENT=..."]
    body = '{"handle": "\'$HANDLE\'", "document": "\'$DOCUMENT\'"}'
    return lines + _curl(f"{door}/documents/fetch", token, body)


def _operations_lines(scene: Scene) -> list[str]:
    of_a = scene.luxembourg.operations_door
    of_b = scene.portugal.operations_door
    token = scene.luxembourg.ground.folder / "operator.token"
    return [f"curl -s {of_b}/health/live", *_curl(f"{of_a}/metrics", token)]


def _international_lines(scene: Scene) -> list[str]:
    pki = shown(scene.folder / "pki")
    return [
        f"curl -s {scene.luxembourg.international_door}/services/XCPD_Service \\",
        f"  --cacert {pki}/lu/authority.pem \\",
        f"  --cert {pki}/pt/tls-client.pem --key {pki}/pt/tls-client.key \\",
        "  -H 'Content-Type: application/soap+xml' -d '<empty/>'",
    ]
