from __future__ import annotations

import pytest

from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_server import FhirDocumentSource, FhirPatientIndex
from ncp.national.ports import PatientRecord
from ncp.national.server_base import ServerBase
from tests.ncp.national.fhir_server.resources import ASKED, NATIONAL


@pytest.fixture
def client(server):
    return FhirClient(ServerBase.parse(server.base))


@pytest.fixture
def index(client):
    return FhirPatientIndex(client, preferred=NATIONAL)


@pytest.fixture
def source(client):
    return FhirDocumentSource(client)


@pytest.fixture
def record():
    return PatientRecord(id=ASKED, identifiers=(ASKED,), source="Patient/p1")
