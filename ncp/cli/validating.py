"""``ncp validate``: whether documents keep the rules, offline and without settings.

Spec: exit status 0 clean, 1 at least one finding of severity error, 2 unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from transformations.rules.findings import Report, RuleFinding, Severity

if TYPE_CHECKING:
    from lxml import etree

    from transformations.rules import Wave
    from transformations.terminology import ValueSets

CLEAN, INVALID, UNREADABLE = 0, 1, 2
_SUFFIXES = frozenset({".xml", ".json", ".pem", ".crt"})
_CLINICAL_DOCUMENT = "{urn:hl7-org:v3}ClinicalDocument"


class Unreadable(ValueError):  # noqa: N818 - the tester's word for it
    """A file that is nothing this command knows; the text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of the command.

    Parameters
    ----------
    files
        Files, or folders that are searched for documents.
    schemas
        The folder of the CDA schemas, if documents are to be judged by them too.
    catalogue
        The store of a terminology; without one, open value sets are not judged.
    """

    files: Sequence[Path]
    as_json: bool = False
    schemas: Path | None = None
    wave: int = 8
    catalogue: Path | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the command prints and the status it ends with."""

    text: str
    status: int


def tell(asked: Asked, now: datetime) -> Told:
    """Judge the files and say what was found.

    Raises
    ------
    ConfigurationError
        The wave, the schemas or the catalogue are not what they should be.
    """
    judge = _Judge(asked, now)
    judged = [(path, judge.report(path)) for path in _files(asked.files)]
    status = max((_status(report) for _, report in judged), default=UNREADABLE)
    text = _json(judged) if asked.as_json else "".join(_lines(judged))
    return Told(text, status)


def _files(named: Sequence[Path]) -> Iterator[Path]:
    for path in named:
        if path.is_dir():
            yield from sorted(
                each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES
            )
        else:
            yield path


class _Judge:
    """Judges one file after the other; what is dear is made once, when first needed."""

    def __init__(self, asked: Asked, now: datetime) -> None:
        self._now = now
        self._wave = _wave(asked.wave)
        self._schema = _schema(asked.schemas) if asked.schemas else None
        self._value_sets = _catalogue(asked.catalogue, now) if asked.catalogue else None

    def report(self, path: Path) -> Report | Unreadable:
        """Return the findings, or why the file is unreadable."""
        try:
            return self._judged(path.read_bytes())
        except OSError as error:
            return Unreadable(f"The file cannot be read: {error.strerror}.")
        except Unreadable as error:
            return error

    def _judged(self, data: bytes) -> Report:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            return _fhir(data)
        root = _xml(data)
        if root is not None and root.tag == _CLINICAL_DOCUMENT:
            return self._cda(root)
        return _trusted(data, self._now)

    def _cda(self, root: etree._Element) -> Report:
        from transformations.rules.cda import validate_cda  # noqa: PLC0415

        report = validate_cda(root, self._value_sets, self._wave)
        if self._schema is None:
            return report
        return Report.of([*report.findings, *_schema_findings(self._schema, root)])


def _wave(number: int) -> Wave:
    from ncp.errors import ConfigurationError  # noqa: PLC0415
    from transformations.rules.waves import waves  # noqa: PLC0415

    known = waves()
    if number not in known:
        raise ConfigurationError(
            f"there are no rules for wave {number}",
            f"Choose one of {', '.join(map(str, sorted(known)))}.",
        )
    return known[number]


def _schema(folder: Path) -> etree.XMLSchema:
    from lxml import etree  # noqa: PLC0415

    from ncp.errors import ConfigurationError  # noqa: PLC0415

    path = folder / "CDA_Pharma.xsd"
    try:
        return etree.XMLSchema(etree.parse(path))
    except (OSError, etree.LxmlError) as error:
        raise ConfigurationError(
            "the CDA schemas cannot be read",
            "Name the folder that holds CDA_Pharma.xsd and all it includes.",
        ) from error


def _catalogue(store: Path, now: datetime) -> ValueSets:
    """Open a release as a file, or what is active in a folder of releases."""
    from ncp.errors import ConfigurationError  # noqa: PLC0415
    from transformations.terminology.catalogue import (  # noqa: PLC0415
        CatalogueRefused,
        Releases,
        StoredCatalogue,
    )

    try:
        if not store.is_dir():
            return StoredCatalogue(store)
        releases = Releases(store)
        active = releases.active(now)
        if active is not None:
            return releases.open(active)
    except CatalogueRefused as error:
        raise ConfigurationError(
            "the catalogue cannot be opened", str(error)
        ) from error
    raise ConfigurationError(
        "no release of the catalogue is active", "Activate one, or name its file."
    )


def _xml(data: bytes) -> etree._Element | None:
    from trust.xml import DOCUMENT_LIMITS, XmlRefused, parse_xml  # noqa: PLC0415

    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] != b"<":
        return None
    try:
        return parse_xml(data, DOCUMENT_LIMITS)
    except XmlRefused as error:
        raise Unreadable(f"The file was refused: {error}.") from None


def _fhir(data: bytes) -> Report:
    from transformations.fhir import NotFhir, read_fhir_document  # noqa: PLC0415
    from transformations.rules.fhir import validate_fhir  # noqa: PLC0415

    try:
        document = read_fhir_document(data)
    except NotFhir as error:
        raise Unreadable(f"The file is no FHIR document: {error}.") from None
    return validate_fhir(document)


def _trusted(data: bytes, now: datetime) -> Report:
    """Ask what trust says of an assertion, an SMP document or a message."""
    from ncp.cli.explaining import envelope_bytes  # noqa: PLC0415
    from ncp.errors import NcpError  # noqa: PLC0415
    from trust.assertions import AssertionPolicy  # noqa: PLC0415
    from trust.certificates import PinStore  # noqa: PLC0415
    from trust.explain import ExplainTerms, explain  # noqa: PLC0415
    from trust.explain import Unreadable as NotKnown  # noqa: PLC0415

    try:
        explanation = explain(
            envelope_bytes(data), ExplainTerms(PinStore(()), AssertionPolicy()), now
        )
    except NotKnown as error:
        raise Unreadable(str(error)) from None
    except NcpError as error:
        raise Unreadable(error.public_message) from None
    if explanation.decision.is_accepted:
        return Report(())
    return Report(
        (
            RuleFinding(
                f"trust#{explanation.decision.reason.value}",
                Severity.ERROR,
                "/",
                explanation.decision.sentence,
                explanation.remedy,
            ),
        )
    )


def _schema_findings(
    schema: etree.XMLSchema, root: etree._Element
) -> Iterator[RuleFinding]:
    from lxml import etree  # noqa: PLC0415

    # A schema says nothing of a part of a tree: the document is judged as a whole.
    tree = etree.ElementTree(root)
    if schema.validate(tree):
        return
    for error in schema.error_log:
        yield RuleFinding(
            f"schema#{error.type_name.lower().replace('_', '-')}",
            Severity.ERROR,
            f"{error.path or '/'} (line {error.line})",
            "The schema of CDA does not allow this.",
            "Compare order, names and types of the elements with the schema.",
        )


def _status(report: Report | Unreadable) -> int:
    if isinstance(report, Unreadable):
        return UNREADABLE
    return CLEAN if report.is_valid else INVALID


def _json(judged: Sequence[tuple[Path, Report | Unreadable]]) -> str:
    """Write findings as JSON; with several files, each finding names its own."""
    findings = []
    for path, report in judged:
        for finding in _told(report):
            named = {"file": str(path)} if len(judged) > 1 else {}
            findings.append({**named, **finding.to_json()})
    return json.dumps({"findings": findings}, ensure_ascii=False, indent=2) + "\n"


def _told(report: Report | Unreadable) -> tuple[RuleFinding, ...]:
    if isinstance(report, Report):
        return report.findings
    return (
        RuleFinding(
            "file#unreadable",
            Severity.ERROR,
            "/",
            str(report),
            "Give a CDA or FHIR document, an assertion, a message or SMP metadata.",
        ),
    )


def _lines(judged: Sequence[tuple[Path, Report | Unreadable]]) -> Iterator[str]:
    for path, report in judged:
        yield f"{path}: {_verdict(report)}\n"
        for finding in _told(report):
            yield (
                f"  {finding.severity.value}: {finding.message}\n"
                f"    at {finding.location}\n"
                f"    {finding.remedy} [{finding.rule}]\n"
            )


def _verdict(report: Report | Unreadable) -> str:
    if isinstance(report, Unreadable):
        return "unreadable"
    number = len(report.errors)
    if not number:
        return "valid"
    return f"invalid, {number} error{'s' if number > 1 else ''}"
