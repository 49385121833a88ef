"""The table of R4 elements agrees with the models of ``fhir.resources``."""

from __future__ import annotations

import pytest
from fhir.resources.R4B import get_fhir_model_class

from transformations.mapping.fhir_table import DATATYPES, RESOURCES


@pytest.mark.parametrize("name", [*RESOURCES, *DATATYPES])
def test_every_element_exists_and_repeats_as_we_say(name):
    fields = {
        field.alias or key: str(field.annotation)
        for key, field in get_fhir_model_class(name).model_fields.items()
    }
    for word in {**RESOURCES, **DATATYPES}[name].split():
        label = word.partition("=")[0]
        annotation = fields[label.rstrip("*")]
        assert ("List[" in annotation) is label.endswith("*"), label
