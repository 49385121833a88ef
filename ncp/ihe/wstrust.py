"""WS-Trust requests for assertions and their answers, read and written.

A national portal asks its own gateway; nothing of this crosses a border. The reader is
strict: a request that asks for more than an assertion of its kind is refused, because
an answer that leaves out what was asked for would deceive.

Spec: WS-Trust 1.3 §3.1, §4.1, §4.4 / SOAP 1.2 Part 1 §5 / WS-Security 1.1.1 §10
(Timestamp).
Seen: OpenNCP 9 TRC-STS: its own parameter elements, the first of several patient ids,
``LifeTime`` for ``Lifetime``, a SOAPAction of 2005 that nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeAlias

from lxml import etree

from ncp.errors import ProtocolError, Refusal
from ncp.exchange import HttpPayload
from ncp.ihe import namespaces as ns
from ncp.ihe.addressing import Addressing, request_header, response_header
from ncp.ihe.nodes import attribute, children, element, local, required
from ncp.ihe.nodes import text as text_of
from ncp.ihe.soap import (
    PlainMessage,
    body_hash,
    read_plain,
    security_header_bytes,
    write_plain,
)
from trust.assertions import NextOfKin, PurposeOfUse
from trust.assertions.birth_dates import parse_birth_date
from trust.assertions.times import format_instant, parse_instant
from trust.identifiers import IdentifierError, PatientId
from trust.sts import TreatmentClaims
from trust.xml import Element, Verbatim

SAML_ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
ISSUE: Final = f"{ns.WST}/Issue"
LONGEST_CLAIM: Final = 256
_LONGEST_CONTEXT: Final = 512
_ACTIONS: Final = frozenset({ns.RST_ISSUE, ns.RST_ISSUE_OF_2005})
_ASSERTION: Final = f"{{{SAML_ASSERTION}}}Assertion"

Claims: TypeAlias = TreatmentClaims | NextOfKin


def _wst(name: str) -> str:
    return f"{{{ns.WST}}}{name}"


def _trc(name: str) -> str:
    return f"{{{ns.TRC_PARAMETERS}}}{name}"


def _nok(name: str) -> str:
    return f"{{{ns.NOK_PARAMETERS}}}{name}"


_NOK_NAMES: Final[Mapping[str, str]] = {
    "id": "NextOfKinId",
    "family_name": "NextOfKinFamilyName",
    "first_name": "NextOfKinFirstName",
    "gender": "NextOfKinGender",
    "birth_date": "NextOfKinBirthDate",
    "street": "NextOfKinAddressStreet",
    "city": "NextOfKinAddressCity",
    "postal_code": "NextOfKinPostalCode",
    "country": "NextOfKinAddressCountry",
}
_TRC_NAMES: Final = (
    "PurposeOfUse",
    "PatientId",
    "DispensationPinCode",
    "PrescriptionId",
)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request for an assertion, as read; nothing in it has been believed yet.

    Attributes
    ----------
    envelope
        The live tree, in which the HCP assertion is verified.
    claims
        Of a treatment, or a next of kin: that is the kind of assertion asked for.
    context
        What the answer must repeat (WS-Trust 1.3 §4.1).
    """

    envelope: etree._Element = field(repr=False)
    addressing: Addressing
    claims: Claims
    body_hash: str
    context: str | None = None
    security_header: bytes | None = field(default=None, repr=False)

    @property
    def message_id(self) -> str:
        """The MessageID, which a request must have."""
        return self.addressing.message_id or ""


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """An assertion that was issued, byte for byte as it stands in the answer."""

    assertion: bytes = field(repr=False)
    created: datetime
    expires: datetime
    context: str | None = None


# A request -------------------------------------------------------------------------


def read_token_request(payload: HttpPayload, soap_action: str | None) -> TokenRequest:
    """Read a request.

    Raises
    ------
    ProtocolError
        It is malformed, asks for something that is not issued here, or its claims are
        missing, repeated or not of their form.
    """
    message = read_plain(payload)
    _check_action(message, soap_action)
    if message.body.tag != _wst("RequestSecurityToken"):
        raise _unsupported("the Body holds no RequestSecurityToken of WS-Trust 1.3")
    if message.addressing.message_id is None:
        raise ProtocolError(
            Refusal.BODY_INVALID,
            "the request has no wsa:MessageID",
            "send one, so that the answer can say what it relates to",
        )
    return TokenRequest(
        message.envelope,
        message.addressing,
        _claims(message.body),
        body_hash(message),
        _context(message.body),
        security_header_bytes(message),
    )


def write_token_request(
    claims: Claims,
    *,
    assertion: bytes,
    message_id: str,
    to: str,
    context: str | None = None,
) -> HttpPayload:
    """Write a request; the HCP assertion is embedded byte for byte."""
    body = element(
        _wst("RequestSecurityToken"),
        element(_wst("RequestType"), ISSUE),
        element(_wst("TokenType"), SAML_ASSERTION),
        _written(claims),
        attributes={} if context is None else {"Context": context},
    )
    header = request_header(ns.RST_ISSUE, message_id, to, [assertion])
    return write_plain(header, body, action=ns.RST_ISSUE)


def _check_action(message: PlainMessage, soap_action: str | None) -> None:
    told = (*message.actions, soap_action, message.addressing.action)
    actions = {(action or "").strip().strip('"') for action in told} - {""}
    if not actions <= _ACTIONS:
        raise ProtocolError(
            Refusal.ACTION_UNKNOWN, "the action is not that of issuing a token"
        )


def _claims(request: etree._Element) -> Claims:
    parts = list(request.iterchildren("*"))
    readers: Mapping[str, Callable[[etree._Element], Claims]] = {
        _trc("TRCParameters"): _read_treatment,
        _nok("NoKParameters"): _read_next_of_kin,
    }
    _only_these(parts, {_wst("RequestType"), _wst("TokenType"), *readers})
    if _value(request, "RequestType") != ISSUE:
        raise _unsupported("the RequestType is not Issue; nothing else is done here")
    if _value(request, "TokenType") != SAML_ASSERTION:
        raise _unsupported("the TokenType is not a SAML 2.0 assertion")
    found = [each for each in parts if each.tag in readers]
    if len(found) != 1:
        raise _claims_invalid("TRCParameters or NoKParameters must stand once")
    return readers[str(found[0].tag)](found[0])


def _only_these(parts: Iterable[etree._Element], allowed: set[str]) -> None:
    seen = set()
    for part in parts:
        if part.tag not in allowed:
            raise _unsupported(
                f"<{local(part)}> is not served: the assertion would be issued "
                "without regard to it"
            )
        if part.tag in seen:
            raise _unsupported(f"<{local(part)}> stands more than once")
        seen.add(part.tag)


def _value(request: etree._Element, name: str) -> str | None:
    return text_of(required(request, _wst(name)))


def _context(request: etree._Element) -> str | None:
    context = attribute(request, "Context")
    if context is not None and len(context) > _LONGEST_CONTEXT:
        raise _unsupported(f"the Context is longer than {_LONGEST_CONTEXT} characters")
    return context


# Claims ----------------------------------------------------------------------------


def _read_treatment(parameters: etree._Element) -> TreatmentClaims:
    told = _texts(parameters, {_trc(name): name for name in _TRC_NAMES})
    patient = told.get("PatientId")
    if patient is None:
        raise _claims_invalid("there is no PatientId")
    return TreatmentClaims(
        _patient(patient),
        _purpose_of_use(told.get("PurposeOfUse")),
        prescription_id=told.get("PrescriptionId"),
        dispensation_pin=told.get("DispensationPinCode"),
    )


def _read_next_of_kin(parameters: etree._Element) -> NextOfKin:
    told = _texts(parameters, {_nok(name): key for key, name in _NOK_NAMES.items()})
    identifier = told.pop("id", None)
    if identifier is None:
        raise _claims_invalid(
            "there is no NextOfKinId, which the assertion cannot do without"
        )
    born = told.pop("birth_date", None)
    birth_date = None if born is None else _birth_date(born)
    return NextOfKin(identifier, birth_date=birth_date, **told)


def _texts(parameters: etree._Element, names: Mapping[str, str]) -> dict[str, str]:
    """Return what is there and not blank; a blank element says nothing."""
    parts = list(parameters.iterchildren("*"))
    _only_these(parts, set(names))
    told = {names[str(part.tag)]: _leaf(part) for part in parts}
    return {name: value for name, value in told.items() if value is not None}


def _leaf(part: etree._Element) -> str | None:
    if len(part):
        raise _claims_invalid(f"<{local(part)}> holds elements instead of a value")
    value = text_of(part)
    if value is not None and len(value) > LONGEST_CLAIM:
        raise _claims_invalid(
            f"<{local(part)}> is longer than {LONGEST_CLAIM} characters"
        )
    return value


def _patient(value: str) -> PatientId:
    try:
        return PatientId.from_cx(value)
    except IdentifierError:
        raise _claims_invalid(
            "the PatientId is not of the form ext^^^&root&ISO"
        ) from None


def _purpose_of_use(value: str | None) -> PurposeOfUse | None:
    try:
        return None if value is None else PurposeOfUse(value)
    except ValueError:
        raise _claims_invalid(
            "the PurposeOfUse is neither TREATMENT nor EMERGENCY"
        ) from None


def _birth_date(value: str) -> date:
    for read in (_day_first, parse_birth_date):
        try:
            return read(value)
        except ValueError:
            continue
    raise _claims_invalid("the NextOfKinBirthDate is no date of the form dd-MM-yyyy")


def _day_first(value: str) -> date:
    day, month, year = value.split("-")
    if (len(day), len(month), len(year)) != (2, 2, 4):
        raise ValueError("not a date of the form dd-MM-yyyy")
    return date(int(year), int(month), int(day))


def _written(claims: Claims) -> Element:
    if isinstance(claims, TreatmentClaims):
        purpose = claims.purpose_of_use
        values = (
            None if purpose is None else purpose.value,
            claims.patient.cx,
            claims.dispensation_pin,
            claims.prescription_id,
        )
        named = zip(map(_trc, _TRC_NAMES), values, strict=True)
        return _parameters(_trc("TRCParameters"), named)
    born = claims.birth_date
    texts = {
        "birth_date": None if born is None else f"{born:%d-%m-%Y}",
        **{key: getattr(claims, key) for key in _NOK_NAMES if key != "birth_date"},
    }
    ordered = ((_nok(name), texts[key]) for key, name in _NOK_NAMES.items())
    return _parameters(_nok("NoKParameters"), ordered)


def _parameters(tag: str, values: Iterable[tuple[str, str | None]]) -> Element:
    return element(
        tag, *(element(name, value) for name, value in values if value is not None)
    )


# An answer -------------------------------------------------------------------------


def write_token_response(
    assertion: bytes,
    *,
    created: datetime,
    expires: datetime,
    message_id: str,
    relates_to: str,
    context: str | None = None,
) -> HttpPayload:
    """Write the answer to a request; the assertion is embedded byte for byte."""
    security = element(
        f"{{{ns.WSSE}}}Security",
        element(f"{{{ns.WSU}}}Timestamp", *_times(created, expires)),
    )
    response = element(
        _wst("RequestSecurityTokenResponse"),
        element(_wst("RequestedSecurityToken"), Verbatim(assertion)),
        element(_wst("TokenType"), SAML_ASSERTION),
        element(_wst("Lifetime"), *_times(created, expires)),
        attributes={} if context is None else {"Context": context},
    )
    body = element(_wst("RequestSecurityTokenResponseCollection"), response)
    action = ns.RSTRC_ISSUE_FINAL
    header = response_header(action, message_id, relates_to, [security])
    return write_plain(header, body, action=action)


def read_token_response(payload: HttpPayload, relates_to: str) -> TokenResponse:
    """Read the answer to a request of ours.

    Raises
    ------
    PeerRefused
        The service answered with a SOAP fault.
    ProtocolError
        ``PEER_ANSWER_INVALID``: it cannot be read, answers another request, or holds
        anything but one assertion.
    """
    try:
        return _read_response(payload, relates_to)
    except ProtocolError as error:
        raise ProtocolError(
            Refusal.PEER_ANSWER_INVALID,
            f"the answer of the token service was refused: {error.public_message}",
        ) from error


def _read_response(payload: HttpPayload, relates_to: str) -> TokenResponse:
    message = read_plain(payload)
    if message.body.tag != _wst("RequestSecurityTokenResponseCollection"):
        raise _unsupported("the Body holds no RequestSecurityTokenResponseCollection")
    if message.addressing.relates_to != relates_to:
        raise _unsupported("it relates to another request")
    responses = children(message.body, _wst("RequestSecurityTokenResponse"))
    everywhere = sum(1 for _ in message.envelope.iter(_ASSERTION))
    if len(responses) != 1 or everywhere != 1:
        raise _unsupported("it does not hold exactly one assertion")
    assertion = required(responses[0], _wst("RequestedSecurityToken"), _ASSERTION)
    created, expires = _lifetime(responses[0])
    return TokenResponse(
        etree.tostring(assertion, with_tail=False),
        created,
        expires,
        _context(responses[0]),
    )


def _lifetime(response: etree._Element) -> tuple[datetime, datetime]:
    spellings = (_wst("Lifetime"), _wst("LifeTime"))
    found = [each for name in spellings for each in children(response, name)]
    if len(found) != 1:
        raise _unsupported("it has no Lifetime, or more than one")
    created, expires = (
        text_of(required(found[0], f"{{{ns.WSU}}}{name}"))
        for name in ("Created", "Expires")
    )
    return _instant(created), _instant(expires)


def _instant(value: str | None) -> datetime:
    try:
        return parse_instant(value or "")
    except ValueError:
        raise _unsupported("its Lifetime holds no date and time with zone") from None


def _times(created: datetime, expires: datetime) -> tuple[Element, Element]:
    return (
        element(f"{{{ns.WSU}}}Created", format_instant(created)),
        element(f"{{{ns.WSU}}}Expires", format_instant(expires)),
    )


def _unsupported(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.ISSUE_UNSUPPORTED, sentence)


def _claims_invalid(sentence: str) -> ProtocolError:
    return ProtocolError(Refusal.ISSUE_CLAIMS_INVALID, sentence)
