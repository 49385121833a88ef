"""Messages of ITI-55 as peers write them."""

from __future__ import annotations

from lxml import etree

from ncp.answers import answer_for
from ncp.errors import Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.codes import Transaction
from ncp.ihe.iti55_xcpd import (
    PatientDiscoveryResponse,
    read_patient_discovery_response,
    write_patient_discovery_response,
)
from tests.ncp.ihe.messages import (
    LUXEMBOURG,
    MATCH,
    NOW,
    QUESTION,
    CountedIds,
    through_xml,
)
from trust.decision import Reason
from trust.xml import DOCUMENT_LIMITS, parse_xml


def parse(text: str) -> etree._Element:
    return parse_xml(text.encode(), DOCUMENT_LIMITS)


def question(parameters: str, extra: str = "", act: str = "") -> str:
    """A question as small as Denmark's, with slots."""
    return f"""
<PRPA_IN201305UV02 xmlns="{ns.HL7}" ITSVersion="XML_1.0">
  <id root="11" extension="12"/>
  <sender typeCode="SND"><device><id root="2.16.17.710.820.1000.990.1"/></device>
  </sender>
  <receiver typeCode="RCV"><device><id root="1.3.182.2.12.10000734.6.1"/></device>
  </receiver>{extra}
  <controlActProcess classCode="CACT" moodCode="EVN">
    <queryByParameter><statusCode code="new"/><queryId root="1.2"/>{act}
      <parameterList>{parameters}</parameterList>
    </queryByParameter>
  </controlActProcess>
</PRPA_IN201305UV02>"""


ID = (
    '<livingSubjectId><value root="1.3.182.4.4" extension="1893120105732"/>'
    "<semanticsText>LivingSubject.id</semanticsText></livingSubjectId>"
)


def answered(
    subjects: str = "",
    *,
    kind: str = "AA",
    response: str = "OK",
    detail: str = "",
    reason: str = "",
) -> str:
    return f"""
<PRPA_IN201306UV02 xmlns="{ns.HL7}" ITSVersion="XML_1.0">
  <id root="21"/><processingCode code="D"/>
  <acknowledgement><typeCode code="{kind}"/><targetMessage><id root="11"/>
    </targetMessage>{detail}</acknowledgement>
  <controlActProcess>{subjects}{reason}
    <queryAck><statusCode code="completed"/><queryId root="1.2"/>
      <queryResponseCode code="{response}"/></queryAck>
  </controlActProcess>
</PRPA_IN201306UV02>"""


def subject(person: str = "<name><family>Weber</family></name>", id_: str = "") -> str:
    own = id_ or '<id root="1.3.182.4.4" extension="X110571344|ABC123"/>'
    return (
        "<subject><registrationEvent><subject1><patient>"
        f"{own}<patientPerson>{person}</patientPerson>"
        "</patient></subject1></registrationEvent></subject>"
    )


def respond(answer_to: Refusal | Reason | None) -> PatientDiscoveryResponse:
    answer = None if answer_to is None else answer_for(answer_to, Transaction.ITI_55)
    body = write_patient_discovery_response(
        QUESTION,
        [] if answer else [MATCH],
        answer,
        own=LUXEMBOURG,
        ids=CountedIds(),
        now=NOW,
    )
    return read_patient_discovery_response(through_xml(body))
