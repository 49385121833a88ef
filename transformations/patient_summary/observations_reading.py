"""Observations read from CDA: single ones, organizers, panels, reports.

An organizer that has one component under its own code is that observation. Any other is
a report of its components, or a panel of them in sections that have no reports.

Spec: eHDSI Result Organizer EH.3.42, Result Observation EH.3.43, Functional Status
EH.3.39, EH.3.40 (Wave 8) / FHIR R4 Observation, DiagnosticReport.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transformations.cda.structure import CdaNode, class_of
from transformations.header.people_reading import read_author, read_party
from transformations.mapping import (
    CE,
    IDENTIFIER,
    TS,
    Alt,
    Back,
    Context,
    IgnoreCda,
    Link,
    Otherwise,
    PeriodCodec,
    Row,
    Severity,
    Table,
)
from transformations.mapping.absence import data_absent
from transformations.mapping.cda_path import parse_cda_path
from transformations.mapping.place import Term
from transformations.patient_summary.observed_values_reading import (
    ranges_to_fhir,
    value_to_fhir,
)
from transformations.sections.concepts import CODE_OF_ANY_SYSTEM
from transformations.sections.statements import BODY_SITE, notes

_SECTION = class_of("Section")
_ALONE = parse_cda_path("entry/observation[moodCode=EVN]", _SECTION)
_ORGANIZERS = parse_cda_path("entry/organizer[moodCode=EVN]", _SECTION)
_PARTS = parse_cda_path("component/observation", class_of("Organizer"))
_STATUSES = {
    "completed": "final",
    "active": "preliminary",
    "held": "registered",
    "cancelled": "cancelled",
    "aborted": "cancelled",
    "nullified": "entered-in-error",
}


def status_to_fhir(node: CdaNode, resource: Any, cx: Context) -> bool:
    """Read the status; one that the document does not tell is unknown, never final."""
    written = node.first("statusCode")
    code = None if written is None else written.attributes.get("code")
    status = _STATUSES.get(code or "")
    if written is None or status is None:
        resource["status"] = "unknown"
        return False
    cx.derive(written, "@code")
    for name in ("codeSystem", "codeSystemName", "displayName"):
        cx.settle(written, f"@{name}")
    resource["status"] = status
    return False


def performers_to_fhir(node: CdaNode, resource: Any, cx: Context) -> bool:
    """Read who observed it."""
    return _take_part(node, "performer", read_party, resource, "performer", cx)


def interpreters_to_fhir(node: CdaNode, report: Any, cx: Context) -> bool:
    """Read the authors of a report as those who interpreted its results."""
    return _take_part(node, "author", read_author, report, "resultsInterpreter", cx)


def _take_part(
    node: CdaNode,
    name: str,
    read: Callable[[CdaNode, Context], str],
    resource: Any,
    element: str,
    cx: Context,
) -> bool:
    """Read those who took part in one role as a list of references."""
    found = []
    for one in node.elements(name):
        reference = read(one, cx)
        if reference:
            found.append({"reference": reference})
        for time in one.elements("time"):
            cx.lose(time, ".", "when somebody took part has no place in FHIR")
    if found:
        resource[element] = found
    return bool(found)


STATUS_READ = Back("statusCode -> status", status_to_fhir)
PERFORMERS_READ = Back("performer -> performer", performers_to_fhir)
TIME_READ = Alt(
    Row("effectiveDateTime", "effectiveTime", TS),
    Row("effectivePeriod", "effectiveTime", PeriodCodec()),
)
NOT_READ: tuple[Term, ...] = (
    IgnoreCda("author", "who recorded an observation is not said of it in FHIR"),
)
VALUE_READ = Back("value -> value[x]", value_to_fhir)
RANGES_READ = Back("referenceRange -> referenceRange", ranges_to_fhir)
# Rows write as well: what others write is read in tables of its own.
_INTERPRETATION = Table(
    "observation",
    "Observation",
    "Observation",
    Row("interpretation[]", "interpretationCode", CODE_OF_ANY_SYSTEM),
)
INTERPRETATION_READ = Back("interpretationCode", _INTERPRETATION.read)
_SHARED: tuple[Term, ...] = (
    STATUS_READ,
    TIME_READ,
    INTERPRETATION_READ,
    Row("method", "methodCode", CE),
    Row("bodySite", "targetSiteCode", BODY_SITE),
    notes("COMP", "CCD.1.40,IHE.4.2"),
    RANGES_READ,
    PERFORMERS_READ,
    *NOT_READ,
)
SHARED_READ = Back(
    "status, time, interpretation, method, site, notes, ranges, performers",
    Table("observation", "Observation", "Observation", *_SHARED).read,
)

_OBSERVATION = Table(
    "observation",
    "Observation",
    "Observation",
    Row("code", "code", CODE_OF_ANY_SYSTEM),
    Row("identifier[]", "id", IDENTIFIER),
    Link(),
    VALUE_READ,
    *_SHARED,
    Otherwise("code", data_absent("unknown")),
)
_ORGANIZER: tuple[Term, ...] = (
    STATUS_READ,
    TIME_READ,
    PERFORMERS_READ,
)
_FRAME_TERMS: tuple[Term, ...] = (
    IgnoreCda("id", "FHIR has the observation only, not the frame around it"),
    IgnoreCda("statusCode", "the observation has a status of its own"),
    *NOT_READ,
)


def _frame(time: Term) -> Table:
    name = "organizer of one observation"
    return Table(name, "Observation", "Organizer", time, *_FRAME_TERMS)


_FRAME = _frame(
    IgnoreCda("effectiveTime", "the observation has a time of its own"),
)
_FRAME_WITH_TIME = _frame(TIME_READ)
_PANEL = Table(
    "panel",
    "Observation",
    "Organizer",
    Row("code", "code", CODE_OF_ANY_SYSTEM),
    Row("identifier[]", "id", IDENTIFIER),
    *_ORGANIZER,
    *NOT_READ,
)
_REPORT = Table(
    "report",
    "DiagnosticReport",
    "Organizer",
    Row("code", "code", CODE_OF_ANY_SYSTEM),
    Row("identifier[]", "id", IDENTIFIER),
    *_ORGANIZER,
    Back("author -> resultsInterpreter", interpreters_to_fhir),
)


def observation_to_fhir(section: CdaNode, resource: Any, cx: Context) -> bool:
    """Read an entry that is one observation, alone or in a frame of its own."""
    if _OBSERVATION.read_at(_ALONE, section, resource, cx):
        return True
    for chain in _ORGANIZERS.find_chains(section):
        if _is_one(chain[-1]) and _read_one(chain[-1], resource, cx):
            cx.book_chain(chain, _ORGANIZERS.steps)
            return True
    return False


def _is_one(organizer: CdaNode) -> bool:
    """Whether it has one component, under its own code."""
    parts = _PARTS.find_all(organizer)
    return len(parts) == 1 and _code_of(parts[0]) == _code_of(organizer)


def _code_of(node: CdaNode) -> tuple[str | None, ...]:
    code = node.first("code")
    if code is None:
        return ()
    return code.attributes.get("code"), code.attributes.get("codeSystem")


def _read_one(organizer: CdaNode, resource: Any, cx: Context) -> bool:
    ((_, part),) = chains = _PARTS.find_chains(organizer)
    if not _OBSERVATION.read(part, resource, cx):
        return False
    cx.book_chain(chains[0], _PARTS.steps)
    code = organizer.first("code")
    if code is not None:
        # That it is the component's decides; what it is called, the component says.
        cx.derive(code, "@code")
        cx.derive(code, "@codeSystem")
        cx.settle(code, ".")
    if not _TIMES.isdisjoint(resource):
        _FRAME.read(organizer, resource, cx)
    else:
        _FRAME_WITH_TIME.read(organizer, resource, cx)
    performers_to_fhir(organizer, resource, cx)
    return True


_TIMES = {"effectiveDateTime", "effectivePeriod", "_effectiveDateTime"}


def panel_to_fhir(section: CdaNode, panel: Any, cx: Context) -> bool:
    """Read an organizer as a panel whose members are its components."""
    return _read_organizer(section, panel, "hasMember", _PANEL, cx)


def report_to_fhir(section: CdaNode, report: Any, cx: Context) -> bool:
    """Read an organizer as a report whose results are its components."""
    return _read_organizer(section, report, "result", _REPORT, cx)


def _read_organizer(
    section: CdaNode, whole: Any, key: str, table: Table, cx: Context
) -> bool:
    for chain in _ORGANIZERS.find_chains(section):
        organizer = chain[-1]
        members = _members(organizer, cx)
        if not members:
            continue
        table.read(organizer, whole, cx)
        # FHIR demands a code of both.
        whole.setdefault("code", {"text": "Observations"})
        whole[key] = members
        cx.book_chain(chain, _ORGANIZERS.steps)
        return True
    return False


def _members(organizer: CdaNode, cx: Context) -> list[dict[str, str]]:
    references = []
    for chain in _PARTS.find_chains(organizer):
        member = {"resourceType": "Observation", "subject": {"reference": cx.patient}}
        if _OBSERVATION.read(chain[-1], member, cx):
            cx.book_chain(chain, _PARTS.steps)
            references.append({"reference": cx.make_resource(member)})
        else:
            reason = "it says neither a code nor a value"
            cx.lose(chain[-1], ".", reason, Severity.WARNING)
    return references


OBSERVATION_READ = Back("observation, alone or in its frame", observation_to_fhir)
PANEL_READ = Back("organizer -> panel and members", panel_to_fhir)
REPORT_READ = Back("organizer -> report and results", report_to_fhir)
__all__ = [
    "INTERPRETATION_READ",
    "NOT_READ",
    "OBSERVATION_READ",
    "PANEL_READ",
    "PERFORMERS_READ",
    "RANGES_READ",
    "REPORT_READ",
    "SHARED_READ",
    "STATUS_READ",
    "TIME_READ",
    "VALUE_READ",
]
