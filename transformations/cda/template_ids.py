"""Short names of template id families, as section tables write them.

Spec: eHDSI ART-DECOR templates (``EH``), IHE Patient Care Coordination (``IHE``),
HL7 Continuity of Care Document (``CCD``). Seen: national templates of Luxembourg
(``LU``).
"""

from __future__ import annotations

FAMILIES = {
    "EH": "1.3.6.1.4.1.12559.11.10.1.3.1",
    "IHE": "1.3.6.1.4.1.19376.1.5.3.1",
    "CCD": "2.16.840.1.113883.10.20",
    "LU": "1.3.182.11.10",
}


def expand(template_id: str) -> str:
    """Write a template id in full: ``EH.3.33`` begins with the eHDSI arc."""
    family, _, rest = template_id.partition(".")
    arc = FAMILIES.get(family)
    return template_id if arc is None else f"{arc}.{rest}"
