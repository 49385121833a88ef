"""The hospital abroad: a caller of country B's national door, over HTTP with a token.

It does what a hospital's own software would do, with nothing but the door's four calls;
each call and its answer is kept as a file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import requests

from ncp.demo.processes import DemoError
from trust.identifiers import CountryCode, PatientId

TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """What the national door answered, and how long it took."""

    status: int
    content_type: str
    body: bytes
    elapsed_ms: float

    @property
    def is_refusal(self) -> bool:
        """Whether the answer is a problem (RFC 9457) and not a result."""
        return self.status >= HTTPStatus.BAD_REQUEST

    def json(self) -> Mapping[str, Any]:
        """Return the answer as JSON."""
        content: Any = json.loads(self.body)
        if not isinstance(content, Mapping):
            raise DemoError("the national door answered JSON that is no object")
        return content


class Hospital:
    """One professional's session at the national door.

    Parameters
    ----------
    address
        The door's base address.
    kept
        The folder for the calls and answers.
    """

    def __init__(self, address: str, token: str, kept: Path) -> None:
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._kept = kept
        self._calls = 0
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)

    def identify(self, country: CountryCode, patient: PatientId) -> DoorAnswer:
        """Ask who the patient is."""
        identifier = {"root": patient.root, "extension": patient.extension}
        return self.call(
            "patients/identify", {"country": country, "identifiers": [identifier]}
        )

    def confirm(self, handle: str) -> DoorAnswer:
        """Confirm that the professional treats this patient."""
        return self.call(
            "treatments/confirm", {"handle": handle, "purposeOfUse": "TREATMENT"}
        )

    def documents(self, handle: str, *kinds: str) -> DoorAnswer:
        """List the patient's documents: summaries, or those of these class codes."""
        wish = {"kinds": list(kinds)} if kinds else {}
        return self.call("documents/list", {"handle": handle, **wish})

    def fetch(self, handle: str, document: str) -> DoorAnswer:
        """Fetch one document as it comes."""
        return self.call("documents/fetch", {"handle": handle, "document": document})

    def translate(self, handle: str, document: str, language: str) -> DoorAnswer:
        """Fetch one document, and its translation beside it."""
        content = {"handle": handle, "document": document, "language": language}
        return self.call("documents/translate", content)

    def show(self, handle: str, document: str) -> DoorAnswer:
        """Fetch one document, and see what is inside."""
        return self.call("documents/show", {"handle": handle, "document": document})

    def received(self, handle: str, document: str) -> DoorAnswer:
        """Return a document that was fetched before, as it came."""
        content = {"handle": handle, "document": document}
        return self.call("documents/received", content)

    def close(self) -> None:
        """Close the connection to the door."""
        self._session.close()

    def call(
        self,
        path: str,
        content: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> DoorAnswer:
        """Ask something of the door, and keep the question and the answer."""
        begun = time.perf_counter()
        try:
            response = self._session.post(
                f"{self._address}/{path}",
                json=content,
                headers=headers,
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise DemoError(
                f"the national door does not answer: {type(error).__name__}",
                "look at the log of its gateway",
            ) from error
        answer = DoorAnswer(
            response.status_code,
            response.headers.get("Content-Type", ""),
            response.content,
            (time.perf_counter() - begun) * 1000,
        )
        self._keep(path, content, answer)
        return answer

    def _keep(self, path: str, content: Mapping[str, Any], answer: DoorAnswer) -> None:
        self._calls += 1
        name = f"{self._calls:02}-{path.replace('/', '-')}"
        request = json.dumps(content, indent=1, ensure_ascii=False)
        (self._kept / f"{name}.request.json").write_text(request, encoding="utf-8")
        suffix = "json" if "json" in answer.content_type else "body"
        (self._kept / f"{name}.answer.{suffix}").write_bytes(answer.body)


def good(answer: DoorAnswer) -> DoorAnswer:
    """Return an answer that is a result; a problem ends the demo with its words."""
    if not answer.is_refusal:
        return answer
    problem = answer.json()
    raise DemoError(
        f"The national door answered {answer.status}:"
        f" {problem.get('detail', 'no reason given')}",
        str(problem.get("remedy", "")),
    )
