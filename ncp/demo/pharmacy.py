"""The demo's second act: a prescription crosses the border and comes back dispensed.

The pharmacy's software calls the national door as any would. First Luxembourg's
pharmacy dispenses for patients of the simulated countries; then the mirror image, a
pharmacy in Lisbon for the patient from Luxembourg.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from ncp.demo.cast import LUXEMBOURG
from ncp.demo.counter import Counter
from ncp.demo.countries import FOREIGN_REGISTER
from ncp.demo.hospital import good
from ncp.demo.processes import DemoError
from ncp.demo.scene import Country, Scene
from ncp.demo.visits import KNOWN
from trust.identifiers import CountryCode, PatientId

REASON: Final = "entry-error"
_PATIENCE_S: Final = 20.0
Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sale:
    """What a pharmacist did on one prescription, and what was told at each step.

    Attributes
    ----------
    opened
        The prescription, findings about it, and products that come near.
    prepared, done, gone, again
        The dispensation as it stood after each step; ``again`` is another one, on the
        same prescription, after the discard.
    second
        What was said to who wanted to dispense the same prescription once more.
    listed, left, back
        How many prescriptions were offered before, after, and after the discard.
    """

    country: str
    person: Json
    opened: Json
    prepared: Json
    done: Json
    second: Sequence[Json]
    gone: Json
    again: Json
    listed: int
    left: int
    back: int

    @property
    def acts(self) -> list[tuple[str, str]]:
        """What was done, as the national register has to know it."""
        first, second = (str(each["dispensation"]) for each in (self.done, self.again))
        return [(first, "dispensed"), (first, "discarded"), (second, "dispensed")]


def sell(counter: Counter, country: CountryCode, patient: PatientId, name: str) -> Sale:
    """Dispense the first prescription of a patient that a product fits, and undo it.

    Raises
    ------
    DemoError
        A step did not come to what it should.
    """
    person = _person(counter, country, patient)
    handle = str(person["handle"])
    coded = _coded(counter, handle)
    opened, order = _wanted(counter, handle, coded, name)
    prepared = _prepared(counter, order)
    done = _submitted(counter, prepared)
    left = len(_coded(counter, handle))
    second = good(counter.prepare(order, _key())).json()["findings"]
    discarded = counter.discard(str(done["dispensation"]), REASON)
    gone = _in_state("discarded", good(discarded).json())
    back = len(_coded(counter, handle))
    again = _submitted(counter, _prepared(counter, order))
    return Sale(
        name,
        person,
        opened,
        prepared,
        done,
        second,
        gone,
        again,
        listed=len(coded),
        left=left,
        back=back,
    )


def _person(counter: Counter, country: CountryCode, patient: PatientId) -> Json:
    people = good(counter.identify(country, patient)).json()["patients"]
    if len(people) != 1:
        raise DemoError(f"{country} found {len(people)} patients, not one.")
    person: Json = people[0]
    good(counter.confirm(str(person["handle"])))
    return person


def _coded(counter: Counter, handle: str) -> list[str]:
    listed = good(counter.prescriptions(handle)).json()["prescriptions"]
    return [
        str(each["listed"]["document"])
        for each in listed
        if each["listed"]["form"] == "coded"
    ]


def _wanted(
    counter: Counter, handle: str, coded: Sequence[str], name: str
) -> tuple[Json, Json]:
    """Open one after the other until a product of the catalogue comes near."""
    language = LUXEMBOURG.languages[0]
    for document in coded:
        opened = good(counter.open(handle, document, language)).json()
        packages = opened["prescription"]["packages"]
        if opened["suggestions"] and packages:
            order = {
                "handle": handle,
                "document": document,
                "product": opened["suggestions"][0]["code"],
                "packages": packages,
            }
            return opened, order
    raise DemoError(f"No prescription of {name} can be dispensed from the catalogue.")


def _prepared(counter: Counter, order: Json) -> Json:
    answer = good(counter.prepare(order, _key())).json()
    prepared: Json | None = answer["dispensation"]
    if prepared is None:
        rules = ", ".join(each["rule"] for each in answer["findings"])
        raise DemoError(f"The dispensation is stopped: {rules}.")
    return prepared


def _submitted(counter: Counter, prepared: Json) -> Json:
    submitted = counter.submit(
        str(prepared["dispensation"]), list(prepared["toConfirm"])
    )
    return _in_state("dispensed", good(submitted).json())


def _in_state(state: str, told: Json) -> Json:
    if told["state"] != state:
        last = told["steps"][-1]["sentence"]
        raise DemoError(f"The dispensation is {told['state']}, not {state}. {last}")
    return told


def _key() -> str:
    return uuid.uuid4().hex


# Who sells to whom --------------------------------------------------------------------


def sell_to_foreigners(scene: Scene) -> list[Sale]:
    """Let Luxembourg's pharmacy dispense for a patient of each simulated country."""
    sales = []
    for each in scene.abroad:
        code, name = each.abroad.country.code, each.abroad.country.name
        own = f"home-{code.lower()}"
        with closing(counter_of(scene, scene.luxembourg, own)) as one:
            sales.append(sell(one, code, each.abroad.patient(KNOWN), name))
    return sales


def sell_to_luxembourger(scene: Scene, patient: PatientId) -> Sale:
    """Let a pharmacy in Lisbon dispense for the patient from Luxembourg."""
    with closing(counter_of(scene, scene.portugal, "lisbon")) as one:
        return sell(one, LUXEMBOURG.code, patient, LUXEMBOURG.name)


def counter_of(scene: Scene, country: Country, name: str) -> Counter:
    """Open the software of a pharmacy at the national door of a country."""
    token = str(country.tokens.pharmacist)
    return Counter(country.national_door, token, scene.folder / "pharmacy" / name)


def registered(country: Country, sales: Sequence[Sale]) -> list[str]:
    """Return the acts that the country's register was told, in their order.

    Raises
    ------
    DemoError
        It was not told all of them, each once, within a while.
    """
    wanted = sorted(each for sale in sales for each in sale.acts)
    until = time.monotonic() + _PATIENCE_S
    while sorted(told := _told(country.ground.folder / FOREIGN_REGISTER)) != wanted:
        if time.monotonic() > until:
            raise DemoError("The register was not told each act once.")
        time.sleep(0.2)
    return [act for _, act in told]


def _told(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT dispensation, act FROM entries ORDER BY number"
        )
        return [(str(dispensation), str(act)) for dispensation, act in rows]
