"""A pharmacy of ours dispenses prescriptions of countries with other programs."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conformance.simulators.dialect import Dialect
from ncp.cli.main import app
from ncp.demo.counter import Counter
from ncp.errors import NcpError
from tests.integration.foreign import PHARMACIST, ForeignScene
from tests.integration.pharmacy_page import (
    Names,
    blocks,
    blocks_of_page,
    write_page,
)

SAME = "9000601"  # Metformine Alzette 500 mg 60


class Pharmacist:
    """A pharmacist at the national door, with one patient of one country."""

    def __init__(
        self, scene: ForeignScene, dialect: Dialect, patient: str, kept: str = "counter"
    ) -> None:
        folder = scene.ground.folder
        token = (folder / "pharmacist.token").read_text().strip()
        door = scene.hospital._address
        self.abroad = scene.abroad[dialect]
        self.folder = folder
        self.kept = folder / kept
        self.counter = Counter(door, token, self.kept)
        found = self.counter.identify(self.abroad.code, self.abroad.patient(patient))
        [person] = found.json()["patients"]
        self.handle = str(person["handle"])
        assert not self.counter.confirm(self.handle).is_refusal

    def coded(self) -> list[str]:
        """Return the coded prescriptions of the list, in its order."""
        answer = self.counter.prescriptions(self.handle)
        assert not answer.is_refusal, answer.json()
        return [
            each["listed"]["document"]
            for each in answer.json()["prescriptions"]
            if each["listed"]["form"] == "coded"
        ]

    def opened(self, product: str):
        """Open the prescription of a product; what is dispensed is not listed."""
        for document in self.coded():
            answer = self.counter.open(self.handle, document)
            assert not answer.is_refusal, answer.json()
            if product in answer.json()["prescription"]["product"]["name"]:
                return answer.json()
        return None

    def order(self, document: str):
        return {
            "handle": self.handle,
            "document": document,
            "product": SAME,
            "packages": 2,
        }

    def prepared(self, key: str):
        document = self.opened("Samplemet")["document"]
        answer = self.counter.prepare(self.order(document), key)
        assert not answer.is_refusal, answer.json()
        return answer.json()

    def told_to_the_register(self) -> list[tuple[str, str]]:
        with closing(
            sqlite3.connect(self.folder / "foreign-dispensations.sqlite")
        ) as connection:
            return connection.execute(
                "SELECT dispensation, act FROM entries ORDER BY number"
            ).fetchall()


@pytest.fixture(params=list(Dialect), ids=str)
def dialect(request) -> Dialect:
    return request.param


@pytest.fixture
def pharmacist(foreign, dialect) -> Iterator[Pharmacist]:
    pharmacist = Pharmacist(foreign, dialect, "KIT-KNOWN")
    yield pharmacist
    pharmacist.counter.close()


@pytest.mark.spec("eHDSI use case UC2")
def test_from_the_list_to_the_sale_and_back(pharmacist, dialect):
    opened = pharmacist.opened("Samplemet")
    told = opened["prescription"]
    assert told["product"]["name"].startswith("Samplemet 500 mg")
    assert (told["packages"], told["isActive"]) == (2, True)
    assert told["substitution"] == "generic"
    assert SAME in [each["code"] for each in opened["suggestions"]]

    key = f"way-{dialect}-{pharmacist.handle}"
    prepared = pharmacist.prepared(key)
    dispensation = prepared["dispensation"]
    assert dispensation["state"] == "prepared"
    assert dispensation["toConfirm"] == ["substituted"]
    name = dispensation["dispensation"]

    unconfirmed = pharmacist.counter.submit(name)
    assert unconfirmed.status == 409
    done = pharmacist.counter.submit(name, ["substituted"]).json()
    assert done["state"] == "dispensed", done
    assert pharmacist.counter.submit(name, ["substituted"]).json() == done

    assert pharmacist.opened("Samplemet") is None
    late = pharmacist.counter.prepare(pharmacist.order(opened["document"]), f"{key}-2")
    assert late.json()["findings"][0]["rule"] == "dispensed-before"
    assert late.json()["dispensation"] is None

    gone = pharmacist.counter.discard(name, "entry-error").json()
    assert gone["state"] == "discarded", gone
    back = pharmacist.prepared(f"{key}-anew")["dispensation"]
    assert back["prescriptionId"] == dispensation["prescriptionId"]
    anew = pharmacist.counter.submit(back["dispensation"], ["substituted"]).json()
    assert anew["state"] == "dispensed"

    wanted = [
        (name, "dispensed"),
        (name, "discarded"),
        (back["dispensation"], "dispensed"),
    ]
    for _ in range(40):
        ours = [
            each
            for each in pharmacist.told_to_the_register()
            if each[0] in {name, back["dispensation"]}
        ]
        if ours == wanted:
            return
        time.sleep(0.25)
    assert ours == wanted


def test_what_a_prescriber_forbids_is_not_prepared(pharmacist, dialect):
    document = pharmacist.opened("Proberin")["document"]
    key = f"forbidden-{dialect}-{pharmacist.handle}"
    answer = pharmacist.counter.prepare(pharmacist.order(document), key).json()
    assert answer["dispensation"] is None
    stopping = [e["rule"] for e in answer["findings"] if e["severity"] == "stop"]
    assert "substitution-forbidden" in stopping
    assert "substance-differs" in stopping


def test_the_page_of_a_pharmacists_way_is_what_happens(foreign):
    """With NCP_WRITE_PAGES the page is written; read what changed before it stays."""
    patient = "KIT-NO-ORIGINALS"
    pharmacist = Pharmacist(foreign, Dialect.OPENNCP_NEW, patient, "page")
    counter, order_key = pharmacist.counter, "till-4-20260302-017"
    listed = counter.prescriptions(pharmacist.handle).json()["prescriptions"]
    document = listed[0]["listed"]["document"]
    counter.open(pharmacist.handle, document)
    counter.products(atc="A10BA02", form="10221000", strength="500 mg")
    order = pharmacist.order(document)
    prepared = counter.prepare(order, order_key).json()["dispensation"]
    name = prepared["dispensation"]
    counter.submit(name)
    counter.submit(name, ["substituted"])
    counter.prepare(order, "till-4-20260302-018")
    counter.discard(name, "entry-error")
    counter.state(name)
    counter.close()
    names = Names({patient: "KIT-KNOWN", patient.replace("-", ""): "KITKNOWN"})
    found = blocks(pharmacist.kept, names)
    if os.environ.get("NCP_WRITE_PAGES"):
        write_page(found)
    assert found == blocks_of_page()


@pytest.mark.spec("sheet 06 7.3")
def test_what_a_slow_country_did_is_unknown_until_somebody_says(foreign):
    pharmacist = Pharmacist(foreign, Dialect.OPENNCP_NEW, "KIT-SLOW-DISPENSE")
    counter = pharmacist.counter
    name = pharmacist.prepared("slow-1-1")["dispensation"]["dispensation"]
    unknown = counter.submit(name, ["substituted"]).json()
    assert unknown["state"] == "unknown"
    assert "Keep the medicine" in unknown["whatToDo"]
    assert counter.dispensations().json()["dispensations"][0]["state"] == "unknown"
    warned = counter.prescriptions(pharmacist.handle).json()["warnings"]
    assert warned[0].startswith("ERROR_ED_EDISPENSATION_ACK_NOT_RECEIVED")
    told = {"dispensation": name, "isDone": False, "source": "XB, by telephone"}
    settled = counter.call("dispensations/clarify", told).json()
    assert settled["state"] == "refused"
    assert settled["steps"][-1]["sentence"] == "Clarified by hand: XB, by telephone"
    assert counter.prescriptions(pharmacist.handle).json()["warnings"] == []
    counter.close()
    assert name not in [each for each, _ in pharmacist.told_to_the_register()]


@pytest.mark.spec("sheet 02 1.3")
def test_a_prescription_is_listed_to_whom_its_number_and_pin_are_shown(foreign):
    ncp, abroad = Commands(foreign), foreign.abroad[Dialect.OPENNCP_OLD]
    patient = abroad.patient("KIT-PIN")
    who = ("patient", abroad.code, "--id", f"{patient.root}^{patient.extension}")
    hidden = value(ncp(*who), "treatment")
    assert "There is nothing" in ncp("list", hidden, status=1)
    number = ("--prescription", "RX1KITPIN")
    wrong = value(ncp(*who, *number, "--pin", "0000"), "treatment")
    assert "There is nothing" in ncp("list", wrong, status=1)
    shown = value(ncp(*who, *number, "--pin", "2468"), "treatment")
    assert "Samplemet" in ncp("list", shown)


class Commands:
    """``ncp dispense`` beside the gateway that runs, on the same store."""

    def __init__(self, scene: ForeignScene) -> None:
        settings = str(scene.ground.settings)
        self._options = ("dispense", "-s", settings, "--as", PHARMACIST["identifier"])

    def __call__(self, *arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, [*self._options, *arguments])
        if isinstance(done.exception, NcpError):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.output


def value(said: str, label: str) -> str:
    [line] = [each for each in said.splitlines() if each.startswith(f"{label} ")]
    return line.removeprefix(label).strip()


def test_the_same_way_by_commands(foreign):
    ncp, abroad = Commands(foreign), foreign.abroad[Dialect.GEMATIK]
    patient = abroad.patient("KIT-NO-ORIGINALS")
    said = ncp("patient", abroad.code, "--id", f"{patient.root}^{patient.extension}")
    assert value(said, "patient") == "Alex Robin Kitson, born 1967-06-30"
    treatment = value(said, "treatment")
    listed = ncp("list", treatment).splitlines()
    document = next(line.split()[0] for line in listed if line.endswith("  coded"))

    opened = ncp("open", treatment, document, "--language", "fr-FR")
    assert value(opened, "packages") == "2"
    assert "9000601  Metformine Alzette 500 mg 60" in opened
    assert "9000601" in ncp("products", "--atc", "A10BA02", "--strength", "500 mg")
    assert "no such product" in ncp("products", "--name", "nothing", status=1)

    order = ("--product", SAME, "--packages", "2", "--key", "till-1-1")
    prepared = ncp("prepare", treatment, document, *order)
    assert ncp("prepare", treatment, document, *order) == prepared
    assert value(prepared, "state") == "prepared"
    assert "substituted: Prescribed is Samplemet" in prepared
    dispensation = value(prepared, "dispensation")
    many = ("--product", SAME, "--packages", "9", "--key", "till-1-2")
    stopped = ncp("prepare", treatment, document, *many, status=1)
    assert "more-than-prescribed" in stopped

    with pytest.raises(NcpError, match="not confirmed: substituted"):
        ncp("submit", dispensation)
    done = ncp("submit", dispensation, "--confirm", "substituted")
    assert value(done, "state") == "dispensed"
    assert "Hand the medicine over" in done
    assert ncp("show", dispensation) == done == ncp("resume", dispensation)
    assert dispensation in ncp("recent")
    gone = ncp("discard", dispensation, "--reason", "not-taken")
    assert value(gone, "state") == "discarded"
    again = ncp("clarify", dispensation, "--source", "nobody asked", "--done")
    assert again == gone


def test_commands_serve_only_pharmacies_that_the_settings_name(foreign):
    text = foreign.ground.settings.read_text(encoding="utf-8")
    closed = text.replace('products = "sample"', 'products = "none"')
    assert closed != text
    other = foreign.ground.folder / "closed.toml"
    other.write_text(closed, encoding="utf-8")
    with pytest.raises(NcpError, match="serve no pharmacy"):
        invoked(other, "recent")
    with pytest.raises(NcpError, match="no such professional"):
        invoked(foreign.ground.settings, "--as", "nobody", "recent")


def invoked(settings: Path, *arguments: str) -> None:
    done = CliRunner().invoke(app, ["dispense", "-s", str(settings), *arguments])
    assert done.exception is not None
    raise done.exception
