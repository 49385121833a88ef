"""The structure table says what the schema says, and nodes keep its order."""

from __future__ import annotations

from functools import lru_cache

import pytest
from lxml import etree

from tests.capabilities import require_data
from transformations.cda import CdaNode, root_node
from transformations.cda.structure import StructureError
from transformations.cda.structure_table import CLASSES, DATATYPES

XS = "{http://www.w3.org/2001/XMLSchema}"
_FILES = (
    "POCD_MT000040_Pharma.xsd",
    "coreschemas/datatypes.xsd",
    "coreschemas/datatypes-base.xsd",
    "extPHARM/COCT_MT230100UV01_extPHARM.xsd",
)


@lru_cache(maxsize=1)
def types() -> dict[str, etree._Element]:
    folder = require_data("schemas")
    return {
        kind.get("name"): kind
        for name in _FILES
        for kind in etree.parse(folder / name).getroot().iterfind(f"{XS}complexType")
    }


def particles(node: etree._Element, *, many: bool = False) -> dict[str, bool]:
    """Collect the child elements of a type in order, with whether they repeat."""
    found: dict[str, bool] = {}
    for child in node:
        if not isinstance(child.tag, str):
            continue
        repeats = many or child.get("maxOccurs", "1") not in {"0", "1"}
        if child.tag == f"{XS}element":
            name = (child.get("name") or child.get("ref")).rpartition(":")[2]
            found.setdefault(name, repeats)
        elif child.tag == f"{XS}extension":
            base = types().get(child.get("base").rpartition(":")[2])
            inherited = {} if base is None else particles(base)
            found = {**inherited, **particles(child)}
        else:
            for name, is_many in particles(child, many=repeats).items():
                found.setdefault(name, is_many)
    return found


def schema_type(name: str) -> str:
    if name.startswith("pharm:"):
        return f"COCT_MT230100UV01.{name[6:]}"
    return name if name in DATATYPES else f"POCD_MT000040.{name}"


def table_line(line: str) -> dict[str, bool]:
    return {
        word.partition("=")[0].rstrip("*~").rpartition(":")[2]: "*"
        in word.partition("=")[0]
        for word in line.split()
    }


@pytest.mark.spec("CDA_Pharma.xsd")
@pytest.mark.parametrize("name", [*CLASSES, *DATATYPES])
def test_the_table_agrees_with_the_schema(name):
    if schema_type(name) not in types():
        assert name in {"InfrastructureRoot.typeId", "EIVL.event"}
        return
    wanted = particles(types()[schema_type(name)])
    ours = table_line({**CLASSES, **DATATYPES}[name])
    unknown = ours.keys() - wanted.keys()
    assert not unknown
    assert ours == {key: wanted[key] for key in ours}
    in_order = [key for key in wanted if key in ours]
    if "~" not in {**CLASSES, **DATATYPES}[name]:
        assert list(ours) == in_order


def test_children_stand_in_the_order_of_the_schema_whatever_came_first():
    observation = root_node("Observation")
    for name in ("value", "code", "id", "entryRelationship", "templateId", "id"):
        observation.add(name)
    assert [child.tag.rpartition("}")[2] for child in observation.elements()] == [
        "templateId",
        "id",
        "id",
        "code",
        "value",
        "entryRelationship",
    ]


def test_parts_of_a_name_stay_in_the_order_of_writing():
    name = root_node("PN")
    for part in ("given", "family", "given"):
        name.add(part)
    assert [child.tag[16:] for child in name.elements()] == ["given", "family", "given"]


def test_a_child_the_class_does_not_have_is_refused():
    with pytest.raises(StructureError):
        root_node("Observation").add("manufacturedProduct")


def test_a_node_does_not_show_its_content_when_printed():
    node = root_node("Observation")
    node.add("derivationExpr", "secret")
    assert isinstance(node, CdaNode)
    assert "secret" not in repr(node)
