"""All datatypes that the trees may name."""

from __future__ import annotations

from transformations.rules.datatypes.anything import ANY, NO_CHILDREN
from transformations.rules.datatypes.check import Check, Datatype
from transformations.rules.datatypes.coded import (
    CD,
    CD_EPSOS,
    CS,
    DISPLAYS,
    NO_QUALIFIER,
)
from transformations.rules.datatypes.contacts import AD, AD_EPSOS, TEL, TEL_EPSOS
from transformations.rules.datatypes.frequencies import EIVL_TS, PIVL_TS, SXPR_TS
from transformations.rules.datatypes.identifiers import II, II_EPSOS
from transformations.rules.datatypes.names import EN, ON, PN
from transformations.rules.datatypes.quantities import INT, IVL_PQ, IVXB_PQ, PQ
from transformations.rules.datatypes.texts import ED, SC, ST
from transformations.rules.datatypes.times import (
    INCLUSIVE,
    IVL_TS,
    IVL_TS_EPSOS,
    TS,
    TS_EPSOS_TZ,
)


def _datatypes() -> dict[str, Datatype]:
    listed: dict[str, tuple[Check, ...]] = {
        "ANY": ANY,
        "SD.TEXT": ANY,
        "BL": ANY,
        "CD": CD,
        "CD.EPSOS": CD_EPSOS,
        "CE": (*CD, NO_QUALIFIER),
        "CE.EPSOS": (*CD_EPSOS, NO_QUALIFIER),
        "CV.EPSOS": (*CD_EPSOS, NO_QUALIFIER),
        "EIVL.event": (*CD, NO_QUALIFIER),
        "CS": CS,
        "II": II,
        "II.EPSOS": II_EPSOS,
        "TS": (*TS, NO_CHILDREN),
        "TS.EPSOS.TZ": (*TS_EPSOS_TZ, NO_CHILDREN),
        "IVXB_TS": (*TS, INCLUSIVE),
        "IVL_TS": IVL_TS,
        "IVL_TS.EPSOS.TZ.OPT": IVL_TS_EPSOS,
        "PIVL_TS": PIVL_TS,
        "EIVL_TS": EIVL_TS,
        "SXPR_TS": SXPR_TS,
        "PQ": PQ,
        "IVXB_PQ": IVXB_PQ,
        "IVL_PQ": IVL_PQ,
        "INT": INT,
        "ED": ED,
        "ST": ST,
        "SC": SC,
        "TEL": TEL,
        "TEL.EPSOS": TEL_EPSOS,
        "AD": AD,
        "AD.EPSOS": AD_EPSOS,
        "EN": EN,
        "PN": PN,
        "ON": ON,
    }
    return {
        name: Datatype(name, _wire(name), checks) for name, checks in listed.items()
    }


def _wire(name: str) -> str:
    """Return the type an instance may state; ``ANY`` is any."""
    if name == "ANY":
        return ""
    return name if name in {"SD.TEXT", "EIVL.event"} else name.partition(".")[0]


DATATYPES = _datatypes()


ADVICE = {"CD.EPSOS": DISPLAYS, "CE.EPSOS": DISPLAYS, "CV.EPSOS": DISPLAYS}
