"""The official rules as a second opinion: Schematron run by Saxon, answers remembered.

The rules are somebody else's and are read where they were fetched to
(``NCP_OFFICIAL_RULES``: the folder of one release). Answers are kept by the hash of
document and rules in ``NCP_ORACLE_CACHE``, because one answer takes seconds.

Spec: ISO/IEC 19757-3 (Schematron, query binding xslt2): in each pattern the first rule
whose context matches an element speaks.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from lxml import etree

from tests.capabilities import OFFICIAL_RULES, missing, require_module, require_setting

SCH = "{http://purl.oclc.org/dsdl/schematron}"
XSL = "http://www.w3.org/1999/XSL/Transform"
HL7 = "urn:hl7-org:v3"

# Which rules judge which document: template id, name of the schema.
SCHEMAS = {
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.1": "epsos-ePrescription",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.2": "epsos-eDispensation",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.3": "epsos-PatientSummary",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.6": "epsos-ePrescriptionL1",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.7": "epsos-PatientSummary_L1",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.8": "epsos-OrCD_Laboratory_Result",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.9": "epsos-OrCD_Hospital_Discharge_Report",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.10": "epsos-OrCD_Medical_Imaging_Report",
    "1.3.6.1.4.1.12559.11.10.1.3.1.1.11": "epsos-OrCD_Medical_Images",
}

_MEMBER = re.compile(
    r"concat\(@code, @codeSystem\) = doc\(('include/voc-[^']*')\)//valueSet\[1\]"
    r"/conceptList/concept/concat\(@code, @codeSystem\)"
)
_EXISTS = re.compile(
    r"exists\(doc\(('include/voc-[^']*')\)//valueSet\[1\]\[conceptList/concept"
    r"\[@code = \$theCode\]\[@codeSystem = \$theCodeSystem\]\]\)"
)
_FILE = re.compile(r"'(include/voc-[^']*)'")
_EMPTY_SET = "<valueSets><valueSet><conceptList/></valueSet></valueSets>"
STOPPED = "stopped"
_PLACE = (
    "string-join(for $q in ancestor-or-self::* return concat(local-name($q), '[', "
    "1 + count($q/preceding-sibling::*[local-name() = local-name($q)]), ']'), '/')"
)


@dataclass(frozen=True, order=True)
class Complaint:
    """What the official rules say of one place.

    ``template`` is the id of the pattern; ``at`` the place by local names. Where the
    rules themselves stopped with an error, ``role`` is "stopped" and nothing is known.
    """

    at: str
    template: str
    role: str
    text: str


def official_rules() -> OfficialRules:
    """Return the rules, or skip the test."""
    require_module("saxonche", OFFICIAL_RULES)
    folder = Path(require_setting("NCP_OFFICIAL_RULES", OFFICIAL_RULES))
    if not (folder / "include").is_dir():
        missing(OFFICIAL_RULES, "NCP_OFFICIAL_RULES names the folder with the .sch")
    return _opened(folder)


@cache
def _opened(folder: Path) -> OfficialRules:
    configured = os.environ.get("NCP_ORACLE_CACHE")
    kept = Path(configured or tempfile.mkdtemp(prefix="official-rules-"))
    kept.mkdir(parents=True, exist_ok=True)
    return OfficialRules(folder.resolve(), kept)


class OfficialRules:
    """The official rules of one release, compiled when first needed."""

    def __init__(self, folder: Path, kept: Path, *, is_plain: bool = False) -> None:
        self.folder = folder
        self._kept = kept
        self._is_plain = is_plain
        self._sheets: dict[str, object] = {}

    @cached_property
    def _processor(self) -> object:
        from saxonche import PySaxonProcessor

        return PySaxonProcessor(license=False)

    def complaints(self, document: bytes) -> list[Complaint]:
        """Judge a document; an answer once given is remembered."""
        key = hashlib.sha256(self.folder.name.encode() + document).hexdigest()
        path = self._kept / f"{key}.json"
        if not path.exists():
            told = [
                [one.at, one.template, one.role, one.text]
                for one in self._run(document)
            ]
            path.write_text(json.dumps(told), encoding="utf-8")
        return [Complaint(*row) for row in json.loads(path.read_text("utf-8"))]

    def _run(self, document: bytes) -> list[Complaint]:
        from saxonche import PySaxonApiError

        sheet = self.sheet(schema_of(document))
        with tempfile.NamedTemporaryFile(suffix=".xml") as file:
            file.write(document)
            file.flush()
            try:
                answer = sheet.transform_to_string(source_file=file.name)
            except PySaxonApiError:
                # Their expressions take one bound where two stand, and stop.
                return [Complaint("", "", STOPPED, "")]
        return sorted(
            Complaint(
                found.get("at"),
                found.get("template"),
                found.get("role"),
                "".join(found.itertext()),
            )
            for found in etree.fromstring(answer.encode()).iter("found")
        )

    def sheet(self, schema: str) -> object:
        """Return the compiled stylesheet of one schema."""
        if schema not in self._sheets:
            path = self.write_sheet(schema)
            compiler = self._processor.new_xslt30_processor()
            self._sheets[schema] = compiler.compile_stylesheet(
                stylesheet_file=str(path)
            )
        return self._sheets[schema]

    def write_sheet(self, schema: str) -> Path:
        """Write the stylesheet of one schema beside the answers."""
        source = _Translation(self.folder, self._kept, is_plain=self._is_plain)
        name = f"{schema}-plain.xsl" if self._is_plain else f"{schema}.xsl"
        path = self._kept / name
        path.write_bytes(source.stylesheet(schema))
        return path

    @cached_property
    def value_sets(self) -> OfficialValueSets:
        """Return the value sets of the release."""
        return OfficialValueSets(self.folder / "include")


class OfficialValueSets:
    """The value sets as the official rules have them; one without a file is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, value_set: str, code: str, code_system: str) -> bool | None:
        """Say whether a value set holds a code; without a system, under any."""
        pairs, codes = _members(self._folder / f"voc-{value_set}-DYNAMIC.xml")
        return (code, code_system) in pairs if code_system else code in codes


@cache
def _members(path: Path) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
    if not path.exists():
        return frozenset(), frozenset()
    concepts = list(etree.parse(path).getroot().iter("concept"))
    return (
        frozenset((c.get("code", ""), c.get("codeSystem", "")) for c in concepts),
        frozenset(c.get("code", "") for c in concepts),
    )


def schema_of(document: bytes) -> str:
    """Name the schema that judges a document."""
    root = etree.fromstring(document)
    for template in root.iterfind(f"{{{HL7}}}templateId"):
        if template.get("root") in SCHEMAS:
            return SCHEMAS[template.get("root")]
    raise ValueError("no official rules for this document")


class _Translation:
    """Writes a Schematron schema as one stylesheet with a mode for each pattern."""

    def __init__(self, folder: Path, kept: Path, *, is_plain: bool) -> None:
        self._folder = folder
        self._kept = kept
        self._is_plain = is_plain
        self._abstract: dict[str, etree._Element] = {}

    def stylesheet(self, schema: str) -> bytes:
        root = etree.parse(self._folder / f"{schema}.sch").getroot()
        patterns = self._patterns(root)
        spaces = {
            each.get("prefix"): each.get("uri")
            for each in root.iter(f"{SCH}ns")
            if each.get("prefix") != "xml"
        }
        sheet = etree.Element(
            f"{{{XSL}}}stylesheet", nsmap={"xsl": XSL, **spaces}, version="2.0"
        )
        _add(sheet, "output", method="xml", encoding="utf-8")
        _add(
            sheet, "key", name="pair", match="concept", use="concat(@code,@codeSystem)"
        )
        for let in root.findall(f"{SCH}let"):
            self._let(sheet, let)
        main = etree.SubElement(_add(sheet, "template", match="/"), "all")
        for number, (template, pattern) in enumerate(patterns):
            mode = f"m{number}"
            _add(main, "apply-templates", select="/", mode=mode)
            self._pattern(sheet, pattern, template, mode)
        return etree.tostring(sheet)

    def _patterns(self, root: etree._Element) -> list[tuple[str, etree._Element]]:
        found = []
        for include in root.iter(f"{SCH}include"):
            name = include.get("href")
            part = etree.parse(self._folder / name).getroot()
            for rule in part.iter(f"{SCH}rule"):
                if rule.get("abstract") == "true":
                    self._abstract[rule.get("id")] = rule
            if part.tag == f"{SCH}pattern" and not name.endswith("-closed.sch"):
                found.append((_template_of(name), part))
        return found

    def _pattern(
        self, sheet: etree._Element, pattern: etree._Element, template: str, mode: str
    ) -> None:
        rules = [
            rule
            for rule in pattern.iter(f"{SCH}rule")
            if rule.get("abstract") != "true" and rule.get("context")
        ]
        for place, rule in enumerate(rules):
            spoken = _add(
                sheet,
                "template",
                match=self._own(rule.get("context")),
                mode=mode,
                priority=f"{1000 - place * 0.001:.3f}",
            )
            self._body(spoken, rule, template, frozenset())
            _add(spoken, "apply-templates", select="*", mode=mode)
        rest = _add(sheet, "template", match="node()|@*", mode=mode, priority="-1")
        _add(rest, "apply-templates", select="*", mode=mode)

    def _body(
        self,
        parent: etree._Element,
        rule: etree._Element,
        template: str,
        seen: frozenset[str],
    ) -> None:
        for part in rule:
            if part.tag == f"{SCH}extends":
                other = self._abstract.get(part.get("rule"))
                if other is not None and part.get("rule") not in seen:
                    # A scope of its own, for its variables.
                    inner = _add(parent, "for-each", select=".")
                    self._body(inner, other, template, seen | {part.get("rule")})
            elif part.tag == f"{SCH}let":
                self._let(parent, part)
            elif part.tag in {f"{SCH}assert", f"{SCH}report"}:
                self._test(parent, part, template)

    def _test(
        self, parent: etree._Element, test: etree._Element, template: str
    ) -> None:
        condition = self._own(test.get("test"))
        if test.tag == f"{SCH}assert":
            condition = f"not({condition})"
        found = etree.SubElement(
            _add(parent, "if", test=condition),
            "found",
            role=test.get("role") or "error",
            template=template,
            at=f"{{{_PLACE}}}",
        )
        _add(found, "text").text = " ".join((test.text or "").split())

    def _let(self, parent: etree._Element, let: etree._Element) -> None:
        if let.get("value") is not None:
            select = self._own(let.get("value"))
            _add(parent, "variable", name=let.get("name"), select=select)

    def _own(self, expression: str) -> str:
        """Point value sets at their files; look members up instead of scanning."""
        if not self._is_plain:
            expression = _MEMBER.sub(
                r"exists(key('pair', concat(@code, @codeSystem), doc(\1)))", expression
            )
            expression = _EXISTS.sub(
                r"exists(key('pair', concat($theCode, $theCodeSystem), doc(\1)))",
                expression,
            )
        return _FILE.sub(lambda found: f"'{self._file(found[1])}'", expression)

    def _file(self, name: str) -> str:
        path = self._folder / name
        if not path.exists():
            # Some fetched copies lack the largest set: it is empty then, for both.
            path = self._kept / Path(name).name
            path.write_text(_EMPTY_SET, encoding="utf-8")
        return path.as_uri()


def _add(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XSL}}}{kind}", attributes)


def _template_of(name: str) -> str:
    """Read the template id out of a file name, which ends with its date."""
    found = re.match(r"include/(?P<id>[\d.]+)-\d{4}-", name)
    return found["id"] if found else name
