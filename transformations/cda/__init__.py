"""CDA R2 with the pharmacy extension: structure, template ids, narrative, writing."""

from transformations.cda.namespaces import PREFIXES
from transformations.cda.narrative import SectionNarrative
from transformations.cda.structure import CdaClass, CdaNode, class_of, root_node
from transformations.cda.template_ids import expand

__all__ = [
    "PREFIXES",
    "CdaClass",
    "CdaNode",
    "SectionNarrative",
    "class_of",
    "expand",
    "root_node",
]
