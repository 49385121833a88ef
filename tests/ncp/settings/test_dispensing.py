from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ncp.settings import load_settings
from ncp.settings.dispensing import DispensingSettings
from ncp.settings.dispensing_inspection import inspect_dispensing
from ncp.settings.fhir_server import FhirServerSettings
from ncp.settings.model import Environment, Role

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "luxembourg.toml"


def inspected(environment: Environment = Environment.PRODUCTION, **stated):
    settings = load_settings(EXAMPLE)
    gateway = settings.gateway.model_copy(
        update={"environment": environment, "roles": (Role.A, Role.B)}
    )
    dispensing = DispensingSettings(**stated)
    changed = settings.model_copy(update={"gateway": gateway, "dispensing": dispensing})
    return {(each.key, each.severity.value) for each in inspect_dispensing(changed)}


SAMPLES = {
    "products": "sample",
    "register_name": "sample",
    "register_file": Path("foreign.sqlite"),
}


def test_nobody_is_served_unless_it_is_said():
    assert DispensingSettings().products == "none"
    assert inspected() == set()


def test_samples_stop_a_gateway_in_production_and_warn_elsewhere():
    keys = {"dispensing.products", "dispensing.register_name"}
    assert inspected(**SAMPLES) == {(key, "stop") for key in keys}
    assert inspected(Environment.DEVELOPMENT, **SAMPLES) == {
        (key, "warning") for key in keys
    }


def test_a_register_that_nobody_named_is_told():
    assert ("dispensing.register_name", "warning") in inspected(products="sample")


def test_a_server_without_encryption_stops_a_gateway_in_production():
    server = FhirServerSettings(base_url="http://10.0.0.1/fhir")
    found = inspected(
        products="fhir-server", register_name="fhir-server", server=server
    )
    assert found == {("dispensing.server.base_url", "stop")}


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"products": "fhir-server"}, "dispensing.server"),
        ({"register_name": "sample"}, "register_file"),
        ({"undo_window_h": 0}, "greater than 0"),
        ({"products": "shop"}, "none"),
    ],
)
def test_what_does_not_fit_together_is_refused(stated, told):
    with pytest.raises(ValidationError, match=told):
        DispensingSettings(**stated)
