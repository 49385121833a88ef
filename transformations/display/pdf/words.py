"""The words of the page itself, in the languages a document of ours can have."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = {
    "patient": "Patient",
    "born": "Born",
    "gender": "Gender",
    "identifier": "Identifier",
    "author": "Author",
    "keeper": "Data source",
    "contact": "Whom to ask",
    "made": "State of the data",
    "warning": "Allergies and intolerances",
    "no-allergies": "This document says nothing about allergies or intolerances.",
    "nothing": "Nothing is said.",
    "page": "Page",
    "of": "of",
    "rendering": (
        "Rendered by the national contact point from the coded patient summary of the "
        "same source. The coded document is authoritative; this page shows what its "
        "text says."
    ),
    "M": "male",
    "F": "female",
    "UN": "undifferentiated",
    "unknown": "unknown",
}
FRENCH = {
    "patient": "Patient",
    "born": "Date de naissance",
    "gender": "Sexe",
    "identifier": "Identifiant",
    "author": "Auteur",
    "keeper": "Source des données",
    "contact": "À qui s'adresser",
    "made": "État des données",
    "warning": "Allergies et intolérances",
    "no-allergies": "Ce document ne dit rien d'allergies ou d'intolérances.",
    "nothing": "Aucune indication.",
    "page": "Page",
    "of": "sur",
    "rendering": (
        "Restitution par le point de contact national du résumé patient codé de la "
        "même source. Le document codé fait foi ; cette page montre ce que dit son "
        "texte."
    ),
    "M": "masculin",
    "F": "féminin",
    "UN": "indifférencié",
    "unknown": "inconnu",
}
GERMAN = {
    "patient": "Patient/in",
    "born": "Geburtsdatum",
    "gender": "Geschlecht",
    "identifier": "Kennung",
    "author": "Verfasst von",
    "keeper": "Datenquelle",
    "contact": "Auskunft",
    "made": "Stand der Daten",
    "warning": "Allergien und Unverträglichkeiten",
    "no-allergies": (
        "Dieses Dokument sagt nichts über Allergien oder Unverträglichkeiten."
    ),
    "nothing": "Keine Angaben.",
    "page": "Seite",
    "of": "von",
    "rendering": (
        "Dargestellt von der nationalen Kontaktstelle aus der kodierten "
        "Patientenkurzakte derselben Quelle. Maßgeblich ist das kodierte Dokument; "
        "diese Seite zeigt, was sein Text sagt."
    ),
    "M": "männlich",
    "F": "weiblich",
    "UN": "unbestimmt",
    "unknown": "unbekannt",
}
PORTUGUESE = {
    "patient": "Doente",
    "born": "Data de nascimento",
    "gender": "Sexo",
    "identifier": "Identificador",
    "author": "Autor",
    "keeper": "Origem dos dados",
    "contact": "A quem perguntar",
    "made": "Estado dos dados",
    "warning": "Alergias e intolerâncias",
    "no-allergies": "Este documento nada diz sobre alergias ou intolerâncias.",
    "nothing": "Sem indicação.",
    "page": "Página",
    "of": "de",
    "rendering": (
        "Apresentado pelo ponto de contacto nacional a partir do resumo de saúde "
        "codificado da mesma origem. O documento codificado faz fé; esta página "
        "mostra o que o seu texto diz."
    ),
    "M": "masculino",
    "F": "feminino",
    "UN": "indiferenciado",
    "unknown": "desconhecido",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": ENGLISH,
    "fr": FRENCH,
    "de": GERMAN,
    "pt": PORTUGUESE,
}


PRESCRIPTION = "57833-6"
_OF_PRESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "author": "Prescribed by",
        "rendering": (
            "Rendered by the national contact point from the coded prescription of the "
            "same source. The coded document is authoritative; this page shows what "
            "its text says."
        ),
    },
    "fr": {
        "author": "Prescrit par",
        "rendering": (
            "Restitution par le point de contact national de la prescription codée de "
            "la même source. Le document codé fait foi ; cette page montre ce que dit "
            "son texte."
        ),
    },
    "de": {
        "author": "Verordnet von",
        "rendering": (
            "Dargestellt von der nationalen Kontaktstelle aus der kodierten Verordnung "
            "derselben Quelle. Maßgeblich ist das kodierte Dokument; diese Seite "
            "zeigt, was sein Text sagt."
        ),
    },
    "pt": {
        "author": "Prescrito por",
        "rendering": (
            "Apresentado pelo ponto de contacto nacional a partir da receita "
            "codificada da mesma origem. O documento codificado faz fé; esta página "
            "mostra o que o seu texto diz."
        ),
    },
}


def words_for(language: str, code: str = "") -> Mapping[str, str]:
    """Return the words for a document's language, English where we have none.

    Parameters
    ----------
    code
        The type of the document, where some words are of its kind.
    """
    name = language.partition("-")[0].lower()
    name = name if name in WORDS else "en"
    special = _OF_PRESCRIPTIONS[name] if code == PRESCRIPTION else {}
    return {**WORDS[name], **special}
