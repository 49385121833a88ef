from __future__ import annotations

import pytest
from pydantic import ValidationError

from ncp.settings.figures import FiguresSettings
from tests.ncp.audit.samples import PATIENT


def test_a_test_patient_is_named_as_the_record_names_patients():
    stated = f"{PATIENT.root}^{PATIENT.extension}"
    assert FiguresSettings(test_patients=(stated,)).patients == {PATIENT.cx}


@pytest.mark.parametrize("stated", ["no-oid^1", "1.3.182", "^1"])
def test_what_names_no_patient_is_refused(stated):
    with pytest.raises(ValidationError):
        FiguresSettings(test_patients=(stated,))
