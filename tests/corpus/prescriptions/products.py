"""What is prescribed: brand or generic, packages in packages, parts, strengths."""

from __future__ import annotations

from tests.corpus.prescriptions.case import Case, Lacks, digits
from tests.corpus.prescriptions.parts import (
    ATC,
    BLISTER,
    BOX,
    EDQM,
    LU_PRODUCT,
    SMS,
    SNOMED,
    SYRINGE,
    TUBE,
    VIAL,
    Json,
    concept,
    dosage,
    extension,
    ingredient,
    left_out,
    medication,
    pack,
    quantity,
    repeat,
    request,
    strength,
    supply,
)

_CONCEPT = "CodeableConcept"
_NO_MEDICINE = left_out("Medication", "medicine")
_INJECTED = concept((EDQM, "20035000", "Intramuscular use"))


def classified(code: str, name: str) -> list[Json]:
    """The ATC class of a medicine."""
    atc = concept((ATC, code, name))
    return [extension("medication-classification", atc, _CONCEPT)]


def named(name: str) -> Json:
    """The brand's name."""
    return extension("medication-productname", name, "String")


def presented(form: tuple[str, str, str]) -> Json:
    """What one piece is called."""
    return extension("medication-unitofpresentation", concept(form), _CONCEPT)


def sized(amount: Json) -> Json:
    """How much is in one piece."""
    return extension("medication-sizeofitem", amount, "Quantity")


def device(form: tuple[str, str, str], count: int) -> Json:
    """A device that is in the package."""
    return {
        "url": extension("medication-device", 0, "x")["url"],
        "extension": [
            {"url": "device", "valueCodeableConcept": concept(form)},
            {"url": "quantity", "valueQuantity": {"value": count}},
        ],
    }


def based_on(measured: Json, code: str, name: str) -> Json:
    """A strength of another substance than the ingredient."""
    basis = concept((SMS, code, name))
    return {
        **measured,
        "extension": [extension("medication-strengthsubstance", basis, _CONCEPT)],
    }


def of(name: str, why: str, *medicines: Json, **order: object) -> Case:
    """A case that is about a medicine."""
    return Case(name, why, (request(**order), *medicines))


def unsized(name: str, why: str, *medicines: Json, **order: object) -> Case:
    """A case that is about a medicine of which no package is known."""
    return Case(name, why, (request(**order), *medicines), lacks=Lacks.CONTENT)


_CEFUROXIME = ingredient("J01DC02", "cefuroxime", strength(1500, "mg", 1, "{vial}"))
_POWDER = concept((EDQM, "11205000", "Powder for solution for injection"))

_SINGLE = (
    unsized(
        "generic-by-attributes",
        "MPD 01A: no code and no brand; form, substance and strength say what it is",
        medication(
            code=None,
            form=_POWDER,
            amount=None,
            ingredient=[_CEFUROXIME],
            extension=classified("J01DC02", "cefuroxime"),
        ),
        dosageInstruction=[dosage(route=_INJECTED)],
    ),
    unsized(
        "generic-by-code",
        "MPD 01B: nothing but a code of a generic product",
        _NO_MEDICINE,
        medicationReference=None,
        medicationCodeableConcept=concept(
            (SNOMED, "1193769004", "Cefuroxime 1.5 g powder for solution for injection")
        ),
    ),
    of(
        "brand-with-package",
        "MPD 01C: a brand, its package of ten vials, its package id and its maker",
        medication(
            identifier=[{"system": LU_PRODUCT, "value": "1529962"}],
            code=None,
            form=_POWDER,
            amount=pack(10, BOX, "vial"),
            ingredient=[_CEFUROXIME],
            manufacturer={"display": "Example Pharma GmbH"},
            extension=[
                *classified("J01DC02", "cefuroxime"),
                named("Cefurex 1500 mg, powder for solution for injection"),
                presented(VIAL),
            ],
        ),
    ),
    unsized(
        "medicine-in-words",
        "a medicine of which there is only a name",
        _NO_MEDICINE,
        medicationReference=None,
        medicationCodeableConcept={"text": "Hustensaft des Hauses, 200 mL"},
    ),
    unsized(
        "name-of-a-missing-medicine",
        "a reference to a medicine that is not in the Bundle, with its name",
        _NO_MEDICINE,
        medicationReference={
            "reference": "Medication/elsewhere",
            "display": "Amlodix 5 mg, 30 tablets",
        },
    ),
    Case(
        "no-medicine",
        "a medicine that is not in the Bundle and has no name",
        (
            request(medicationReference={"reference": "Medication/elsewhere"}),
            _NO_MEDICINE,
        ),
        lacks=Lacks.MEDICINE,
    ),
    of(
        "several-classes-and-phpid",
        "a PhPID beside the ATC class, and the class in the code as well",
        medication(
            code=concept((ATC, "C08CA01", "amlodipine"), text="Amlodipine 5 mg tablet"),
            extension=[
                *classified("C08CA01", "amlodipine"),
                extension(
                    "medication-classification",
                    concept(
                        (
                            "urn:oid:2.999.11616",
                            "0xF68ABE2C6CC4ED0F0E2E3F0B7A0C4C11",
                            "PhPID Level 4",
                        )
                    ),
                    _CONCEPT,
                ),
            ],
        ),
    ),
    of(
        "narcotic",
        "an opioid with its class, which a country may keep at home",
        medication(
            code=concept(
                (LU_PRODUCT, "0512345", "Morfex 10 mg"), text="Morfex 10 mg retard"
            ),
            form=concept((EDQM, "10226000", "Prolonged-release tablet")),
            ingredient=[ingredient("N02AA01", "morphine", strength(10, "mg"))],
            extension=classified("N02AA01", "morphine"),
        ),
    ),
)

_STRENGTHS = (
    of(
        "four-ingredients",
        "MPD 03B: four substances with a strength each, one below one",
        medication(
            code=concept((LU_PRODUCT, "1029776", "Neurovita"), text="Neurovita"),
            form=concept((EDQM, "13047000", "Solution for suspension for injection")),
            amount=pack(5, BOX, "ampoule"),
            ingredient=[
                ingredient("A11DA01", "thiamine", strength(50, "mg", 1, "mL")),
                ingredient("A11HA02", "pyridoxine", strength(50, "mg", 1, "mL")),
                ingredient(
                    "B03BA01", "cyanocobalamin", strength(digits("0.5"), "mg", 1, "mL")
                ),
                ingredient("N01BB02", "lidocaine", strength(10, "mg", 1, "mL")),
            ],
            extension=[
                *classified("A11DB", "vitamin B1 with vitamin B6 and B12"),
                sized(quantity(2, "mL")),
                presented((EDQM, "15002000", "Ampoule")),
            ],
        ),
        dosageInstruction=[dosage(route=_INJECTED)],
    ),
    of(
        "unusual-strength",
        "MPD 05A: so much in twenty drops, measured as another substance",
        medication(
            code=concept((LU_PRODUCT, "0477001", "Tilo comp"), text="Tilo comp drops"),
            form=concept((EDQM, "10101000", "Oral drops, solution")),
            amount=pack(10, (EDQM, "30008000", "Bottle"), "mL", "mL"),
            ingredient=[
                ingredient(
                    "N02AX01",
                    "tilidine",
                    based_on(
                        strength(50, "mg", 20, "[drp]"), "100000092157", "tilidine HCl"
                    ),
                ),
                ingredient(
                    "V03AB15",
                    "naloxone",
                    based_on(
                        strength(4, "mg", 20, "[drp]"), "100000091735", "naloxone HCl"
                    ),
                ),
            ],
            extension=classified("N02AX51", "tilidine, combinations"),
        ),
    ),
    of(
        "big-and-tiny-numbers",
        "numbers whose every digit counts: a trailing nought, many digits, very small",
        medication(
            ingredient=[
                ingredient("C08CA01", "amlodipine", strength(digits("5.10"), "mg")),
                ingredient(
                    "B01AB05",
                    "enoxaparin",
                    strength(digits("12345678901234567.89"), "[IU]"),
                ),
                ingredient(
                    "H03AA01",
                    "levothyroxine sodium",
                    strength(digits("0.000000001"), "g"),
                ),
            ],
        ),
        dosageInstruction=[
            dosage(doseAndRate=[{"doseQuantity": quantity(digits("2.50"), "mg")}])
        ],
    ),
    of(
        "strength-unknown",
        "a substance without a strength",
        medication(ingredient=[ingredient("C08CA01", "amlodipine")]),
    ),
    of(
        "substance-in-words",
        "a substance without a code",
        medication(
            ingredient=[
                {
                    "itemCodeableConcept": {"text": "Extract of example root"},
                    "strength": strength(20, "mg"),
                }
            ]
        ),
    ),
    of(
        "excipient",
        "an ingredient that does not act, beside the one that does",
        medication(
            ingredient=[
                ingredient("C08CA01", "amlodipine", strength(5, "mg")),
                {
                    "itemCodeableConcept": concept(
                        (SNOMED, "47703008", "Lactose"), text="Lactose"
                    ),
                    "isActive": False,
                    "strength": strength(60, "mg"),
                },
            ]
        ),
    ),
    of(
        "substance-of-ema",
        "a substance by the list of the European Medicines Agency",
        medication(
            ingredient=[
                {
                    "itemCodeableConcept": concept((SMS, "100000090079", "AMLODIPINE")),
                    "isActive": True,
                    "strength": strength(5, "mg"),
                }
            ]
        ),
    ),
)


def _tablets(identity: str, name: str, milligrams: int) -> Json:
    return medication(
        id=identity,
        code=concept(text=name),
        amount=pack(7, BLISTER),
        ingredient=[ingredient("A02BC01", "omeprazole", strength(milligrams, "mg"))],
        extension=None,
    )


_PACKAGES = (
    of(
        "syringes-in-a-box",
        "a box of five syringes of 3 mL each: two levels, both with a kind",
        medication(
            code=concept((LU_PRODUCT, "0611111", "Heparex"), text="Heparex"),
            form=concept((EDQM, "11201000", "Solution for injection")),
            amount={
                "numerator": {
                    "value": 5,
                    "unit": SYRINGE[2],
                    "system": EDQM,
                    "code": SYRINGE[1],
                },
                "denominator": {
                    "value": 1,
                    "unit": BOX[2],
                    "system": EDQM,
                    "code": BOX[1],
                },
            },
            ingredient=[
                ingredient("B01AB05", "enoxaparin", strength(100, "mg", 1, "mL"))
            ],
            extension=[
                *classified("B01AB05", "enoxaparin"),
                sized(quantity(3, "mL")),
                presented(SYRINGE),
            ],
        ),
    ),
    of(
        "several-packages",
        "three packages at once",
        dispenseRequest=supply(3),
    ),
    of(
        "combination-pack",
        "MPD 02A: cream and pessaries in one package, each a medicine of its own",
        medication(
            identifier=[{"system": LU_PRODUCT, "value": "1033692"}],
            code=concept((LU_PRODUCT, "1033692", "Canexa combi"), text="Canexa combi"),
            form=concept((EDQM, "14001000", "Cream + pessary")),
            amount=pack(1, BOX, "package"),
            ingredient=[
                {"itemReference": {"reference": "Medication/cream"}},
                {"itemReference": {"reference": "Medication/pessary"}},
            ],
            extension=[
                *classified("G01AF02", "clotrimazole"),
                named("Canexa combi"),
                device((EDQM, "30002000", "Applicator"), 1),
            ],
        ),
        medication(
            id="cream",
            code=concept(text="Canexa cream"),
            form=concept((EDQM, "10901000", "Vaginal cream")),
            amount=pack(20, TUBE, "g", "g"),
            ingredient=[
                ingredient("G01AF02", "clotrimazole", strength(10, "mg", 1, "g"))
            ],
            extension=None,
        ),
        medication(
            id="pessary",
            code=concept(text="Canexa pessaries"),
            form=concept((EDQM, "10909000", "Pessary")),
            amount=pack(6, BLISTER, "pessary"),
            ingredient=[ingredient("G01AF02", "clotrimazole", strength(100, "mg"))],
            extension=None,
        ),
        dosageInstruction=[
            dosage(
                "1 pessary at night for 6 nights, the cream twice a day",
                route=concept((EDQM, "20072000", "Vaginal use")),
            )
        ],
    ),
    of(
        "powder-with-devices",
        "MPD 04A: vials with their syringes and needles",
        medication(
            identifier=[{"system": LU_PRODUCT, "value": "1400601"}],
            code=concept((LU_PRODUCT, "1400601", "Degarex"), text="Degarex 120 mg"),
            form=concept(
                (EDQM, "11207000", "Powder and solvent for solution for injection")
            ),
            amount=pack(2, BOX, "vial"),
            ingredient=[
                ingredient("L02BX02", "degarelix", strength(120, "mg", 1, "{vial}"))
            ],
            extension=[
                *classified("L02BX02", "degarelix"),
                sized(quantity(3, "mL")),
                presented(VIAL),
                device(SYRINGE, 2),
                device((EDQM, "30028000", "Injection needle"), 2),
            ],
        ),
    ),
    of(
        "two-strengths-in-one-pack",
        "a starting pack with two kinds of tablets",
        medication(
            code=concept(text="Omepra start"),
            amount=pack(1, BOX, "package"),
            ingredient=[
                {"itemReference": {"reference": "Medication/weak"}},
                {"itemReference": {"reference": "Medication/strong"}},
            ],
            extension=classified("A02BC01", "omeprazole"),
        ),
        _tablets("weak", "Omepra 10 mg", 10),
        _tablets("strong", "Omepra 20 mg", 20),
    ),
    of(
        "size-without-a-kind",
        "a package of which only the number is known",
        medication(amount={"numerator": {"value": 30}, "denominator": {"value": 1}}),
    ),
    unsized(
        "no-package",
        "a generic medicine without any package",
        medication(amount=None),
    ),
    of(
        "compounded",
        "a medicine that the pharmacy makes, with what it is made of",
        medication(
            code=concept(text="Hydrocortisone 1 % in base cream, made up"),
            form=concept((EDQM, "10502000", "Cream")),
            amount=pack(50, TUBE, "g", "g"),
            ingredient=[
                ingredient("D07AB", "hydrocortisone", strength(10, "mg", 1, "g")),
                {
                    "itemCodeableConcept": {"text": "Base cream, to 50 g"},
                    "isActive": False,
                },
            ],
            extension=None,
        ),
        dosageInstruction=[
            dosage(
                "Thinly twice a day",
                route=concept((EDQM, "20003000", "Cutaneous use")),
                timing={"repeat": repeat(2, 1, "d")},
                doseAndRate=None,
            )
        ],
    ),
    of(
        "batch-and-expiry",
        "a lot and an expiry date, which belong to what is dispensed",
        medication(batch={"lotNumber": "L-77", "expirationDate": "2027-05-31"}),
    ),
)

PRODUCTS: tuple[Case, ...] = (*_SINGLE, *_STRENGTHS, *_PACKAGES)
