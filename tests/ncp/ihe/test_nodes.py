"""Light nodes become documents with our prefixes."""

from __future__ import annotations

import pytest

from ncp.ihe.namespaces import HL7, SOAP
from ncp.ihe.nodes import element, prefixes_for, write_document
from trust.xml import Element, write_xml


@pytest.mark.parametrize("foreign", ["", "{urn:foreign}", "{zzz:foreign}"])
@pytest.mark.parametrize("name", [f"{{{HL7}}}id", "plain"])
def test_a_document_declares_the_namespaces_that_it_uses(
    foreign: str, name: str
) -> None:
    leaf: Element = element(name, "x", attributes={f"{foreign}a": "1"})
    root = element(f"{{{SOAP}}}Body", leaf, element(name, None))
    assert write_document(root) == write_xml(root, prefixes_for(root))
