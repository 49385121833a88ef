"""What ITI-55 asks and answers, as values; the wire forms are in ``iti55_*``.

Spec: IHE ITI TF-2 §3.55.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ncp.errors import ProtocolError, Refusal
from ncp.ihe.codes import Acknowledgement, QueryResponse
from ncp.ihe.ebxml import PeerError
from ncp.ihe.person import PostalAddress
from trust.identifiers import HomeCommunityId, Oid, PatientId
from trust.xml import Element

VERSION_CODE = "V3PR1"


@dataclass(frozen=True, slots=True)
class InstanceId:
    """An HL7 instance identifier of a message or a query."""

    root: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class PatientTraits:
    """What country B knows about the patient; nothing of it is shown in ``repr``.

    ``birth_date`` is an ISO date of any precision, ``gender`` one of FHIR's male,
    female and other.
    """

    ids: tuple[PatientId, ...] = field(repr=False)
    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    address: PostalAddress | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PatientDiscoveryRequest:
    """A question about a patient, with all that its answer has to repeat.

    Attributes
    ----------
    receiver
        The home community asked; None where the peer named none.
    sender_organization
        Of the sender's agent; a peer may leave it out.
    echo
        The ``queryByParameter`` as it came, to be repeated in the answer.
    """

    id: InstanceId
    sender: HomeCommunityId
    receiver: HomeCommunityId | None
    query_id: InstanceId | None
    traits: PatientTraits
    sender_organization: Oid | None = None
    version_code: str = VERSION_CODE
    interaction_root: str = "2.16.840.1.113883.1.6"
    echo: Element | None = field(default=None, repr=False, compare=False)


class DiscoveryRefused(ProtocolError):  # noqa: N818 - a refusal is a verdict
    """A question that can be answered only with a refusal.

    ``request`` holds what the answer has to repeat; its traits are empty, so nobody
    can search with half of what was asked.
    """

    def __init__(
        self, refusal: Refusal, sentence: str, request: PatientDiscoveryRequest
    ) -> None:
        super().__init__(refusal, sentence)
        self.request = request


@dataclass(frozen=True, slots=True)
class PatientMatch:
    """A patient found; ``id`` is the one to use from now on."""

    id: PatientId = field(repr=False)
    family: tuple[str, ...] = field(default=(), repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: str | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    address: PostalAddress | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PatientDiscoveryResponse:
    """What a peer answered; no match and no error means that nobody was found."""

    acknowledgement: Acknowledgement | None
    query_response: QueryResponse | None
    matches: tuple[PatientMatch, ...]
    errors: tuple[PeerError, ...]
    target: InstanceId | None = None
