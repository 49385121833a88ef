"""Ask another country who a patient is (ITI-55), asking side.

Spec: IHE ITI TF-2 §3.55.4 / eHDSI XCPD profile: only a unique match is used.
"""

from __future__ import annotations

from ncp.answers import codes_for
from ncp.country_b.ask import ask, refuse_errors
from ncp.country_b.question import Question, Understood
from ncp.country_b.services import InitiatingServices
from ncp.errors import PolicyError, Refusal, answer_invalid
from ncp.ihe.codes import QueryResponse, Transaction
from ncp.ihe.iti55_xcpd import (
    InstanceId,
    PatientDiscoveryRequest,
    PatientDiscoveryResponse,
    PatientMatch,
    PatientTraits,
    read_patient_discovery_response,
    write_patient_discovery_request,
)
from ncp.ihe.soap import SoapMessage
from ncp.peers.directory import Peer
from trust.assertions import HcpAssertion

# Every implementation's code for nobody; IHE says NF without an error.
NO_MATCH_CODES = codes_for(Refusal.PATIENT_UNKNOWN, Transaction.ITI_55)
_NOBODY = frozenset({None, QueryResponse.OK, QueryResponse.NOT_FOUND})


def identify(
    services: InitiatingServices,
    peer: Peer,
    traits: PatientTraits,
    hcp: HcpAssertion,
    assertions: tuple[bytes, ...],
) -> PatientMatch | None:
    """Return the one patient the other country names, or None where nobody fits.

    Parameters
    ----------
    assertions
        The HCP assertion, and that of a next of kin where one speaks for the patient.

    Raises
    ------
    PolicyError
        It names several: a guess between two people is never made.
    """
    now = services.clock.now()
    request = _request(services, peer, traits)

    def read(answer: SoapMessage) -> Understood[PatientMatch | None]:
        return _understood(request, answer)

    return ask(
        services,
        Question(
            transaction=Transaction.ITI_55,
            peer=peer,
            body=write_patient_discovery_request(request, now),
            assertions=assertions,
            hcp=hcp,
            patients=traits.ids,
        ),
        read,
    )


def _request(
    services: InitiatingServices, peer: Peer, traits: PatientTraits
) -> PatientDiscoveryRequest:
    fresh = services.fresh_ids
    return PatientDiscoveryRequest(
        id=InstanceId(str(fresh.uuid())),
        sender=services.identity.home_community_id,
        receiver=peer.home_community_id,
        query_id=InstanceId(str(fresh.uuid())),
        traits=traits,
    )


def _require_reason(response: PatientDiscoveryResponse) -> None:
    """Refuse an answer that says error and not which."""
    if response.query_response not in _NOBODY and not response.errors:
        raise answer_invalid("the answer is an error without a reason")


def _understood(
    request: PatientDiscoveryRequest, answer: SoapMessage
) -> Understood[PatientMatch | None]:
    response = read_patient_discovery_response(answer.body)
    if response.target is not None and response.target != request.id:
        raise answer_invalid("the answer acknowledges another message")
    if len(response.matches) > 1:
        raise PolicyError(
            Refusal.PATIENT_AMBIGUOUS,
            "the other country names several patients; none was chosen",
            "Ask again with more traits.",
        )
    match = response.matches[0] if response.matches else None
    if match is None and response.query_response is not QueryResponse.NOT_FOUND:
        refuse_errors(response.errors, Transaction.ITI_55, NO_MATCH_CODES)
        _require_reason(response)
    return Understood(
        value=match,
        has_result=match is not None,
        patients=(match.id,) if match else (),
        errors=response.errors,
        is_no_match=match is None,
    )
