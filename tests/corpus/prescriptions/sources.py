"""How the source is built: references, people, languages, what is said to be absent."""

from __future__ import annotations

from typing import Any

from tests.corpus.prescriptions.case import Case, Lacks
from tests.corpus.prescriptions.parts import (
    Json,
    absent,
    concept,
    dosage,
    left_out,
    medication,
    organization,
    patient,
    practitioner,
    request,
    role,
)

_NO_ROLE = left_out("PractitionerRole", "prescriber")
_NO_MEDICINE = left_out("Medication", "medicine")


def spoken(name: str, language: str, dose: str, note: str) -> Case:
    """The usual order in another language."""
    return Case(
        name,
        f"words in {language}, carried as they are",
        (
            request(
                language=language,
                dosageInstruction=[dosage(dose)],
                note=[{"text": note}],
            ),
        ),
    )


_REFERENCES = (
    Case(
        "contained-medicine",
        "a medicine inside its order",
        (
            request(
                contained=[medication(id="inside")],
                medicationReference={"reference": "#inside"},
            ),
            _NO_MEDICINE,
        ),
    ),
    Case(
        "everything-contained",
        "prescriber and organization inside the order too",
        (
            request(
                contained=[
                    medication(id="m"),
                    practitioner(id="d"),
                    organization(id="o"),
                    role(
                        id="r",
                        practitioner={"reference": "#d"},
                        organization={"reference": "#o"},
                    ),
                ],
                medicationReference={"reference": "#m"},
                requester={"reference": "#r"},
            ),
            _NO_MEDICINE,
            _NO_ROLE,
            left_out("Practitioner", "doctor"),
            left_out("Organization", "practice"),
        ),
    ),
    Case(
        "answer-to-a-search",
        "a searchset with what was included",
        (request(),),
        kind="searchset",
    ),
    Case(
        "absolute-references",
        "references with the address of the server",
        (
            request(
                subject={"reference": "https://example.lu/fhir/Patient/patient"},
                medicationReference={
                    "reference": "https://example.lu/fhir/Medication/medicine"
                },
            ),
        ),
    ),
    Case(
        "patient-by-identifier",
        "the patient named by an identifier and not by a reference",
        (
            request(
                subject={
                    "identifier": {
                        "system": "urn:oid:1.3.182.4.4",
                        "value": "1893120105732",
                    }
                }
            ),
        ),
    ),
    Case(
        "another-patient",
        "an order for somebody who is not the patient of the Bundle",
        (
            request(),
            request(
                id="other",
                identifier=[{"system": "urn:oid:1.3.182.99.5", "value": "rx-101"}],
                subject={"reference": "Patient/other"},
            ),
            patient(id="other", identifier=[{"system": "urn:oid:2.999", "value": "2"}]),
        ),
        items=2,
        lacks=Lacks.PATIENT,
    ),
)

_PEOPLE = (
    Case(
        "prescriber-without-role",
        "a practitioner of whom no role is known",
        (request(requester={"reference": "Practitioner/doctor"}), _NO_ROLE),
    ),
    Case(
        "specialist",
        "a specialist with a speciality and a qualification",
        (
            request(),
            role(specialty=[concept(text="Cardiology")]),
            practitioner(qualification=[{"code": concept(text="Professor")}]),
        ),
    ),
    Case(
        "organization-prescribes",
        "an organization without a person: the rules want a prescriber",
        (request(requester={"reference": "Organization/practice"}), _NO_ROLE),
        lacks=Lacks.PRESCRIBER,
    ),
    Case(
        "no-prescriber",
        "nobody who prescribed",
        (request(requester=None), _NO_ROLE),
        lacks=Lacks.PRESCRIBER,
    ),
    Case(
        "child",
        "a child, with a guardian and a dose for the weight",
        (
            request(
                dosageInstruction=[
                    dosage("2.5 mL every 6 hours (weight 10 kg)", doseAndRate=None)
                ]
            ),
            patient(
                birthDate="2024-11-30",
                gender="male",
                contact=[
                    {
                        "relationship": [
                            concept(
                                (
                                    "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                                    "MTH",
                                    "mother",
                                )
                            )
                        ],
                        "name": {"family": "Example", "given": ["Mia"]},
                        "telecom": [{"system": "phone", "value": "+352 27 00 05"}],
                    }
                ],
            ),
        ),
    ),
    Case(
        "newborn-without-a-given-name",
        "a name that has only a family part",
        (request(), patient(name=[{"family": "Example"}], birthDate="2026-02-02")),
        lacks=Lacks.PATIENT,
    ),
    Case(
        "several-names-and-ids",
        "two identifiers and two names, one of them before marriage",
        (
            request(),
            patient(
                identifier=[
                    {"system": "urn:oid:1.3.182.4.4", "value": "1893120105732"},
                    {"system": "urn:oid:1.3.182.2.4.2", "value": "0001234567"},
                ],
                name=[
                    {"family": "Example", "given": ["Nora", "Eva"], "suffix": ["MA"]},
                    {"use": "maiden", "family": "Thill", "given": ["Nora"]},
                ],
            ),
        ),
    ),
)

_ABSENCES = (
    Case(
        "no-birth-date",
        "a patient without a birth date, which the rules demand",
        (request(), patient(birthDate=None)),
        lacks=Lacks.BIRTH_DATE,
    ),
    Case(
        "birth-date-asked-but-unknown",
        "a birth date that is said to be unknown",
        (request(), patient(birthDate=None, _birthDate=absent("asked-unknown"))),
        lacks=Lacks.BIRTH_DATE,
    ),
    Case(
        "year-of-birth-only",
        "a birth date that is a year",
        (request(), patient(birthDate="1951")),
    ),
    Case(
        "gender-unknown",
        "a gender that nobody knows",
        (request(), patient(gender="unknown")),
    ),
    Case(
        "no-date",
        "an order that does not say when it was written",
        (request(authoredOn=None, _authoredOn=absent()),),
        lacks=Lacks.DATE,
    ),
    Case(
        "day-only",
        "an order that was written on a day, without a time",
        (request(authoredOn="2026-02-03"),),
    ),
    Case(
        "no-address-no-telecom",
        "a patient of whom neither address nor telephone is known",
        (request(), patient(address=None, telecom=None)),
    ),
    Case(
        "no-identifier",
        "an order without an identifier of its own",
        (request(identifier=None),),
    ),
)

_LANGUAGES = (
    spoken("french", "fr-LU", "1 comprimé le matin, à jeun", "Prévenir le médecin"),
    spoken("german", "de-LU", "Täglich 1 Tablette, nüchtern", "Bitte Rücksprache"),
    spoken(
        "portuguese", "pt-PT", "1 comprimido à noite, após o jantar", "Não mastigar"
    ),
    spoken("greek", "el-GR", "1 δισκίο την ημέρα", "Με νερό"),
    spoken("bulgarian", "bg-BG", "1 таблетка дневно", "Пийте вода"),
    Case(
        "markup-in-words",
        "signs that mean something in XML, in words of the source",
        (
            request(
                dosageInstruction=[dosage('1 tablet if > 140 & < 200 "mmHg" </text>')],
                note=[{"text": "<b>not bold</b> &amp; not escaped"}],
            ),
        ),
    ),
    Case(
        "long-words",
        "an instruction of many lines",
        (request(dosageInstruction=[dosage("\n".join(["Take care."] * 200))]),),
    ),
)


def _composition(**changes: Any) -> Json:
    made: Json = {
        "resourceType": "Composition",
        "id": "letter",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "57833-6"}]},
        "subject": {"reference": "Patient/patient"},
        "date": "2026-02-03T09:16:00+01:00",
        "author": [{"reference": "PractitionerRole/prescriber"}],
        "title": "Prescription",
        "section": [
            {
                "title": "Prescriptions",
                "code": {"coding": [{"system": "http://loinc.org", "code": "57828-6"}]},
                "entry": [{"reference": "MedicationRequest/order"}],
            }
        ],
    }
    return {**made, **changes}


_DOCUMENTS = (
    Case(
        "as-a-document",
        "a document Bundle with a Composition",
        (_composition(), request()),
        kind="document",
    ),
    Case(
        "as-a-signed-document",
        "a document with a custodian, an attester and a language",
        (
            _composition(
                language="fr-LU",
                custodian={"reference": "Organization/practice"},
                attester=[
                    {
                        "mode": "legal",
                        "time": "2026-02-03T09:16:00+01:00",
                        "party": {"reference": "Practitioner/doctor"},
                    }
                ],
            ),
            request(),
        ),
        kind="document",
    ),
)

SOURCES: tuple[Case, ...] = (
    *_REFERENCES,
    *_PEOPLE,
    *_ABSENCES,
    *_LANGUAGES,
    *_DOCUMENTS,
)
