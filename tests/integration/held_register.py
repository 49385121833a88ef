"""The sample country as a slow register: its writes are counted, and held back.

A write is done when as many messages were sent as were announced: what comes at once
then comes while it is under way, whatever the machine has to do besides.
"""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from ncp.national.sample_country import create_app, read_folder
from ncp.national.sample_country.app import BASE_PATH
from tests.ncp.country_a.test_dispensing_on_the_wire import AMOXICILLIN, OURS

_PATIENCE_S = 15.0


class HeldRegister:
    """The data of the sample country, and the gate before its transactions.

    Attributes
    ----------
    writes
        How many transactions were asked for since :meth:`prescribe`.
    """

    def __init__(self) -> None:
        self.writes = 0
        self._expected = 0
        self._sent = 0
        self._turn = threading.Condition()
        self._data = read_folder(OURS)
        self._prescribed = self._data.prescribed
        self._number = 0

    def app(self) -> Starlette:
        """Return the server, to be started."""
        app = create_app(self._data)
        app.add_middleware(_Gate, hold=self._hold)
        return app

    def prescribe(self, expected: int) -> str:
        """Prescribe amoxicillin once more; return what names it.

        ``expected`` is how many messages have to be sent before anything is written.
        """
        self._number += 1
        self.writes, self._expected, self._sent = 0, expected, 0
        root, _, known = AMOXICILLIN.partition("^")
        own = f"RX-2026-1{self._number:03}"
        identifier = [{"system": f"urn:oid:{root}", "value": own}]
        made = copy.deepcopy(self.prescription(known))
        self._prescribed.resources[f"MedicationRequest/{own}"] = {
            **made,
            "id": own,
            "identifier": identifier,
        }
        return f"{root}^{own}"

    def note_sent(self) -> None:
        """Say that one more message is under way."""
        with self._turn:
            self._sent += 1
            self._turn.notify_all()

    def prescription(self, name: str) -> dict[str, Any]:
        """Return a prescription as it stands."""
        own = name.rpartition("^")[2]
        [found] = [
            each
            for each in self._prescribed.of_type("MedicationRequest")
            if each["identifier"][0]["value"] == own
        ]
        return found

    def dispensations(self, name: str) -> list[dict[str, Any]]:
        """Return what was dispensed on a prescription."""
        request = f"MedicationRequest/{self.prescription(name)['id']}"
        return [
            each
            for each in self._prescribed.of_type("MedicationDispense")
            if each["authorizingPrescription"][0]["reference"] == request
        ]

    def _hold(self) -> None:
        with self._turn:
            self.writes += 1
            self._turn.wait_for(lambda: self._sent >= self._expected, _PATIENCE_S)
            assert self._sent >= self._expected, "the others were not sent meanwhile"


class _Gate:
    """Has transactions wait; all else goes on."""

    def __init__(self, app: ASGIApp, hold: Callable[[], None]) -> None:
        self._app = app
        self._hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) == ("POST", BASE_PATH):
            await asyncio.to_thread(self._hold)
        await self._app(scope, receive, send)
