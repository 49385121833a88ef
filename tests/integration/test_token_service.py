"""A national portal asks for a TRC by WS-Trust, and the other country believes it."""

from __future__ import annotations

import uuid
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.ihe.wstrust import read_token_response, write_token_request
from tests.integration.memory import Memory
from trust.sts import TreatmentClaims

PATH = "/TRC-STS/SecurityTokenService"


@pytest.fixture(scope="module")
def portugal(scene):
    opened = Memory(scene.portugal.ground)
    yield opened
    opened.close()


def ask(scene, payload: HttpPayload, token: str) -> tuple[int, HttpPayload]:
    address = urlsplit(scene.portugal.national_door)
    connection = HTTPConnection(str(address.hostname), address.port, timeout=30)
    headers = {
        "Content-Type": payload.content_type,
        "Authorization": f"Bearer {token}",
        "SOAPAction": '""',
    }
    connection.request("POST", PATH, payload.body, headers)
    response = connection.getresponse()
    answer = HttpPayload(response.headers.get("Content-Type", ""), response.read())
    connection.close()
    return response.status, answer


def test_a_treatment_confirmed_through_a_portal_opens_the_list_abroad(
    scene, envoy, agreeing, portugal
):
    hcp, message_id = envoy.hcp(), uuid.uuid4().urn
    request = write_token_request(
        TreatmentClaims(agreeing), assertion=hcp, message_id=message_id, to=PATH
    )
    status, answer = ask(scene, request, scene.portugal.tokens.professional)
    assert status == 200, answer.body
    trc = read_token_response(answer, message_id).assertion
    body = envoy.list_body(agreeing)
    reply = envoy.ask(Transaction.ITI_38, body, [hcp, trc])
    assert reply.entries()
    [event] = [each for each in portugal.trail() if message_id.encode() in each.dicom]
    assert (event.event, event.side, event.outcome) == ("EHDSI-92", "B", 0)


def test_without_the_professional_s_token_the_portal_gets_nothing(
    scene, envoy, agreeing
):
    request = write_token_request(
        TreatmentClaims(agreeing),
        assertion=envoy.hcp(),
        message_id=uuid.uuid4().urn,
        to=PATH,
    )
    status, answer = ask(scene, request, "x" * 40)
    assert status == 401
    assert b"saml" not in answer.body
