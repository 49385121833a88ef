"""``ncp dispensations`` and ``ncp prescriptions``: an operator sees, and settles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ncp.cli.main import app
from ncp.country_a.dispensing import Point
from ncp.country_a.prescriptions import CROSSING, NARCOTIC_ATC
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_prescriptions import FhirPrescriptionSource
from ncp.national.fhir_server import FhirPatientIndex
from ncp.national.sample_country import create_app, read_folder, start
from ncp.national.server_base import ServerBase
from ncp.ports import SystemClock
from ncp.settings.prescriptions import PrescriptionsSettings, SwitchedRule
from tests.ncp.cli.store_place import EXAMPLE, StorePlace
from tests.ncp.country_a.dispensing.counter import Crash, dying_at, order
from tests.ncp.country_a.dispensing.victims import desk_over
from trust.identifiers import Oid, PatientId

OURS = Path(str(files("ncp.national.sample_country") / "patients"))
TIAGO = "1989112326453"


@pytest.fixture
def server() -> Iterator[str]:
    running = start(create_app(read_folder(OURS)))
    yield running.url
    running.stop()


@pytest.fixture
def settings(place, monkeypatch, server: str) -> Path:
    monkeypatch.setenv("NCP_NATIONAL__BASE_URL", server)
    monkeypatch.setenv("NCP_NATIONAL__DISPENSATIONS__REGISTER_NAME", "fhir")
    return EXAMPLE


def run(settings: Path, *words: str, **more: str) -> Result:
    return CliRunner().invoke(
        app, [*words, "--settings", str(settings)], catch_exceptions=False, **more
    )


def test_what_is_not_known_is_seen_and_settled(
    settings: Path, server: str, place: StorePlace
) -> None:
    class Past:
        """The clock of a process that died an hour ago."""

        def now(self):
            return SystemClock().now() - timedelta(hours=1)

    with place.opened(Past()) as store:
        desk, bench = desk_over(store, server, Past())
        client = FhirClient(ServerBase.parse(server))
        elise = FhirPatientIndex(client).find(
            [PatientId(Oid("1.3.182.4.4"), "1957030451779")]
        )[0]
        rx = "1.3.182.99.11^RX-2026-0001"
        assert FhirPrescriptionSource(client).current(elise, rx) is not None
        object.__setattr__(bench, "reached", dying_at(Point.INTENDED))
        with pytest.raises(Crash):
            desk.carry_out(order(7, rx, patient=elise))
    seen = run(settings, "dispensations", "list", "--json")
    assert seen.exit_code == 1
    [deed] = json.loads(seen.stdout)
    assert (deed["state"], deed["document"]) == ("recording", "2.25.7")
    told = run(settings, "dispensations", "show", deed["id"]).stdout
    assert "the register is being called, or the process died meanwhile" in told
    assert "1957030451779" not in told
    assert "RX-2026" not in told
    done = run(settings, "dispensations", "reconcile")
    assert (done.exit_code, done.stdout) == (0, "1 settled, 0 still not known.\n")
    assert "recorded" in run(settings, "dispensations", "list").stdout


def test_why_a_prescription_stays_is_explained(settings: Path) -> None:
    told = run(settings, "prescriptions", "explain", input=f"1.3.182.4.4^{TIAGO}\n")
    assert told.exit_code == 0
    assert "crosses  Ventoral 100 µg/dose, inhalateur" in told.stdout
    assert "compounded: a pharmacy is to make it" in told.stdout
    assert "expired: it is no longer valid" in told.stdout


def test_without_consent_none_crosses(settings: Path) -> None:
    told = run(
        settings,
        "prescriptions",
        "explain",
        "--patient",
        "1.3.182.4.4^1946081508368",
        "--country",
        "PT",
    )
    assert told.exit_code == 1
    assert "consent: the patient has not agreed" in told.stdout


def test_the_table_of_rules_is_printed(settings: Path, monkeypatch) -> None:
    monkeypatch.setenv("NCP_PRESCRIPTIONS__PERMITTED", '["repeats"]')
    printed = json.loads(run(settings, "prescriptions", "rules", "--json").stdout)
    assert [row["rule"] for row in printed] == [each.rule for each in CROSSING]
    assert [row["rule"] for row in printed if not row["holds"]] == ["repeats"]
    assert all(row["reason"] and row["source"] for row in printed)


def test_the_settings_know_the_rules_of_the_table() -> None:
    assert PrescriptionsSettings().narcotic_atc == NARCOTIC_ATC
    switched = {
        each.rule.value
        for each in CROSSING
        if "prescriptions.permitted" in (each.setting or "")
    }
    assert set(SwitchedRule.__args__) == switched
