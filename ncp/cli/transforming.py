"""``ncp transform``: a document into its other form, offline, with its account.

The document goes to a file or to standard output; everything that is said about it goes
to standard error, so that the command can stand in a pipe.

Spec: exit status 0 written, 1 something critical was found or lost (written all the
same, except with ``--strict``), 2 unreadable.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from ncp.cli.transform_report import TransformReport
from ncp.country_a.document_ids import DocumentIds, DocumentLevel
from ncp.document_kinds import (
    PROFILES,
    count_items,
    item_to_cda,
    medication_bundle,
    to_fhir,
)
from transformations.fhir import FHIR_LIMITS, FhirBundle, NotFhir, read_fhir_document
from transformations.header import (
    PATIENT_SUMMARY_L3,
    WAVES,
    Custodian,
    DocumentHeader,
)
from transformations.header.facts import DocumentType
from transformations.patient_summary import (
    MalformedSource,
    NotCda,
    patient_summary_to_cda,
)
from transformations.transformed import Transformed, refuse_malformed
from trust.identifiers import CountryCode, IdentifierError, Oid

WRITTEN, CRITICAL, UNREADABLE = 0, 1, 2
STANDARD = "-"

# Public on purpose: ids made here are the same on every machine, and no gateway's.
_PUBLIC_KEY = b"ncp transform: everybody may know this key"
# Stands where the rules want a keeper and the source names none.
_NOBODY = Custodian(
    "Not named in the source", Oid("2.25.293063174428543421226158432986141870917")
)
_LANGUAGE = re.compile(r"[a-z]{2}-[A-Z]{2}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Target(StrEnum):
    """The form to write."""

    CDA = "cda"
    FHIR = "fhir"


class Unusable(Exception):  # noqa: N818 - a verdict on what was given
    """What was given cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """The arguments of the command.

    Parameters
    ----------
    source
        A file, or ``-`` for standard input.
    output
        Standard output where absent.
    to
        Guessed from the source where absent: FHIR becomes CDA, and CDA FHIR.
    language
        Of a document that names none, ``xx-YY``.
    is_strict
        Write no document where something critical was found or lost.
    is_checked
        Refuse a source that breaks the structure of FHIR R4.
    item
        Which item of a Bundle of several prescriptions or dispensations, from 1.
    """

    source: str
    output: Path | None = None
    to: Target | None = None
    ledger: Path | None = None
    language: str = "en-GB"
    country: str = "LU"
    wave: int = 8
    is_strict: bool = False
    is_checked: bool = False
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Streams:
    """Where standard input and output are, and how a line is said to the user."""

    stdin: BinaryIO
    stdout: BinaryIO
    say: Callable[[str], None]


def transform_file(question: Question, streams: Streams) -> int:
    """Translate, write, and say what was read, written and lost; the exit status."""
    report = TransformReport(streams.say)
    try:
        _refuse_overwriting(question)
        data = _read(question.source, streams.stdin)
        made = _translated(data, question, report)
        return _finish(made, question, streams, report)
    except (NotFhir, NotCda, MalformedSource, Unusable) as error:
        streams.say(str(error))
    except OSError as error:
        streams.say(f"{error.filename or 'A file'}: {error.strerror}.")
    return UNREADABLE


def _refuse_overwriting(question: Question) -> None:
    """Refuse to write over the source, or one result over the other."""
    named = [path for path in (question.output, question.ledger) if path is not None]
    if question.source != STANDARD:
        named.append(Path(question.source))
    if len({path.resolve() for path in named}) < len(named):
        raise Unusable(
            "Source, document and ledger must be different files. Name another one "
            "with --output or --ledger."
        )


def _read(source: str, stdin: BinaryIO) -> bytes:
    """Read no more than one byte beyond what a document may have."""
    limit = FHIR_LIMITS.max_bytes + 1
    if source == STANDARD:
        return stdin.read(limit)
    with Path(source).open("rb") as file:
        return file.read(limit)


def guess_target(data: bytes) -> Target:
    """Guess what to make: XML is read as CDA, everything else as FHIR."""
    start = data[:1024].removeprefix(_BYTE_ORDER_MARK).lstrip()
    return Target.FHIR if start.startswith(b"<") else Target.CDA


def _translated(
    data: bytes, question: Question, report: TransformReport
) -> Transformed:
    target = question.to or guess_target(data)
    report.read(question.source, len(data))
    _check_language(question.language)
    if target is Target.FHIR:
        return to_fhir(data, question.language)
    found = medication_bundle(data)
    if found is not None:
        return _item(*found, data, question)
    document = read_fhir_document(data)
    if question.is_checked:
        _check(document)
    header = _header(document, data, question, PATIENT_SUMMARY_L3)
    return patient_summary_to_cda(document, header)


def _item(
    bundle: FhirBundle, kind: DocumentType, data: bytes, question: Question
) -> Transformed:
    """Translate the item that is asked for; of several, one has to be."""
    if question.is_checked:
        _check(bundle)
    many = count_items(bundle, kind)
    if question.item is None and many > 1:
        raise Unusable(
            f"The Bundle has {many} items, and each becomes a document of its own. "
            "Say which one with --item, from 1."
        )
    number = question.item or 1
    header = _header(bundle, data, question, kind, number)
    return item_to_cda(bundle, kind, number, header)


def _check_language(language: str) -> None:
    if not _LANGUAGE.fullmatch(language):
        raise Unusable(
            f"{language!r} is no language with its country. Name both, for example "
            "fr-LU."
        )


def _check(document: FhirBundle) -> None:
    """Refuse what R4 forbids, place by place."""
    from transformations.fhir import check_structure  # noqa: PLC0415 - only if asked

    refuse_malformed(document)
    problems = check_structure(document)
    if problems:
        listing = "\n".join(f"  {each.path}: {each.sentence}" for each in problems)
        raise Unusable(
            f"The source breaks the structure of FHIR R4:\n{listing}\nCorrect it at "
            "its source, or leave --check away."
        )


def _header(
    document: FhirBundle,
    data: bytes,
    question: Question,
    kind: DocumentType,
    item: int = 1,
) -> DocumentHeader:
    try:
        country = CountryCode(question.country)
    except IdentifierError:
        raise Unusable(
            f"{question.country!r} is no country. Name two letters, for example LU."
        ) from None
    if question.wave not in WAVES:
        known = ", ".join(str(number) for number in WAVES)
        raise Unusable(
            f"Documents of wave {question.wave} are not written; these are: {known}."
        )
    return DocumentHeader(
        document_id=_document_id(document, data, kind, item),
        language=question.language,
        country=country,
        custodian=_NOBODY,
        wave=WAVES[question.wave],
    )


def _document_id(
    document: FhirBundle, data: bytes, kind: DocumentType, item: int
) -> Oid:
    """Make the id of these very bytes in this form; no secret, the same everywhere."""
    named = document.bundle.get("identifier")
    value = named.get("value") if isinstance(named, dict) else None
    source_id = value if isinstance(value, str) else ""
    version = hashlib.sha256(data).hexdigest()
    level = DocumentLevel.STRUCTURED
    if item > 1:
        source_id = f"{source_id}#{item}"
    profile = PROFILES[kind.code]
    return DocumentIds(_PUBLIC_KEY).id_of(source_id, version, level, profile)


def _finish(
    made: Transformed, question: Question, streams: Streams, report: TransformReport
) -> int:
    is_critical = report.is_critical(made)
    if question.ledger is not None:
        question.ledger.write_bytes(_ledger_json(made))
    if is_critical and question.is_strict:
        report.refused(made)
    else:
        _write(made.document, question.output, streams.stdout)
        report.written(question.output, made)
    report.account(made, question.ledger)
    return CRITICAL if is_critical else WRITTEN


def _write(document: bytes, output: Path | None, stdout: BinaryIO) -> None:
    if output is None:
        stdout.write(document)
        stdout.flush()
    else:
        output.write_bytes(document)


def _ledger_json(made: Transformed) -> bytes:
    """Write the ledger; numbers keep the digits they were read with."""
    import simplejson  # noqa: PLC0415 - only where a ledger is asked for

    text = simplejson.dumps(
        made.ledger.to_json(), use_decimal=True, ensure_ascii=False, indent=1
    )
    return f"{text}\n".encode()
