"""Namespaces of a CDA document and the prefixes under which ours are written.

Spec: eHDSI CDA serialisation: CDA in the default namespace, ``pharm`` and ``xsi``
declared on the root.
"""

from __future__ import annotations

from trust.xml.writer import XML_NAMESPACE

CDA = "urn:hl7-org:v3"
PHARM = "urn:hl7-org:pharm"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = XML_NAMESPACE

XSI_TYPE = f"{{{XSI}}}type"

PREFIXES = {CDA: "", PHARM: "pharm", XSI: "xsi"}
