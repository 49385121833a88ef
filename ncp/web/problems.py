"""Errors as JSON problems, for the doors that speak JSON.

Spec: RFC 9457. The members ``remedy``, ``codes``, ``told``, ``trace`` and ``messageId``
are extensions of ours (3.2); ``trace`` stands in the log's lines about the request too,
``messageId`` is of the question to the other country that ended so.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ncp.errors import (
    ConfigurationError,
    NcpError,
    PeerRefused,
    PeerUnavailable,
    PolicyError,
    ProtocolError,
    Refusal,
    SemanticError,
    TrustError,
)
from ncp.peer_words import PeerWords
from ncp.telemetry import current_trace, get_logger

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:ncp:refusal:"

_OF_REFUSAL: Final[dict[StrEnum, HTTPStatus]] = {
    Refusal.PATIENT_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.PATIENT_AMBIGUOUS: HTTPStatus.CONFLICT,
    Refusal.PATIENT_ID_ABSENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.PEER_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.PEER_ANSWER_INVALID: HTTPStatus.BAD_GATEWAY,
    Refusal.TREATMENT_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.TREATMENT_NOT_CONFIRMED: HTTPStatus.CONFLICT,
    Refusal.ISSUE_LIMIT_REACHED: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.RESPONDER_BUSY: HTTPStatus.TOO_MANY_REQUESTS,
    Refusal.ISSUE_CLAIMS_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.SUBMISSION_CHANGED: HTTPStatus.CONFLICT,
    Refusal.SUBMISSION_INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.SUBMISSION_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.ORDER_KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.DIFFERENCES_NOT_CONFIRMED: HTTPStatus.CONFLICT,
    Refusal.DISPENSATION_IN_PROGRESS: HTTPStatus.CONFLICT,
    Refusal.DISPENSATION_NOT_MADE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.NOTHING_TO_DISCARD: HTTPStatus.CONFLICT,
    Refusal.DISCARD_WINDOW_OVER: HTTPStatus.CONFLICT,
    Refusal.SEARCH_FORM_UNFIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Refusal.SEARCH_FORM_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.DOCUMENTS_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Refusal.DOCUMENT_UNKNOWN: HTTPStatus.NOT_FOUND,
    Refusal.CONSENT_REFUSED: HTTPStatus.FORBIDDEN,
    Refusal.MESSAGE_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.RECORD_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.SERVICE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Refusal.NATIONAL_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_OF_KIND: Final = (
    (PeerRefused, HTTPStatus.BAD_GATEWAY),
    (PeerUnavailable, HTTPStatus.BAD_GATEWAY),
    (PolicyError, HTTPStatus.FORBIDDEN),
    (TrustError, HTTPStatus.FORBIDDEN),
    (ProtocolError, HTTPStatus.BAD_REQUEST),
    (SemanticError, HTTPStatus.BAD_GATEWAY),
    (ConfigurationError, HTTPStatus.CONFLICT),
)


def status_of(error: NcpError) -> HTTPStatus:
    """Return the HTTP status that tells the caller whose turn it is."""
    if isinstance(error, PeerRefused) and error.refusal is Refusal.PEER_ANSWERED_ERROR:
        return HTTPStatus.BAD_GATEWAY
    if error.refusal in _OF_REFUSAL:
        return _OF_REFUSAL[error.refusal]
    for kind, status in _OF_KIND:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    remedy: str = "",
    codes: Sequence[str] = (),
    told: Sequence[PeerWords] = (),
    message_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Build the answer; members that say nothing are left out."""
    content: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{kind}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if remedy:
        content["remedy"] = remedy
    if codes:
        content["codes"] = list(codes)
    if trace := current_trace():
        content["trace"] = trace
    if message_id:
        content["messageId"] = message_id
    if told:
        content["told"] = [each.as_json() for each in told]
    return JSONResponse(
        content,
        status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


async def on_ncp_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer an error of the gateway's own tree."""
    assert isinstance(error, NcpError)  # noqa: S101 - registered for this class only
    status = status_of(error)
    get_logger().warning(
        "national.refused", status=int(status), reason=error.refusal.value
    )
    codes, told = (
        (error.codes, error.told) if isinstance(error, PeerRefused) else ((), ())
    )
    return problem(
        status,
        error.refusal.value,
        error.public_message,
        remedy=error.remedy,
        codes=codes,
        told=told,
        message_id=error.message_id,
    )


async def on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    """Name the fields that are wrong, never their values: they are a patient's."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = sorted({_place(fault["type"], fault["loc"]) for fault in error.errors()})
    return problem(
        422,
        "request-invalid",
        "Missing, unknown or of the wrong form: " + ", ".join(fields) + ".",
        remedy="The form of each request is described at /openapi.json.",
    )


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework refuses: unknown paths, wrong methods."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return problem(
        error.status_code,
        "http",
        "This door has nothing of that name and method.",
        headers=dict(error.headers or {}),
    )


async def on_defect(_request: Request, error: Exception) -> JSONResponse:
    """Answer a defect of ours without a word of its text."""
    get_logger().error("request.failed", door="national", exc_info=error)
    return problem(500, "internal", "The gateway failed on this request.")


def unauthorised(holder: str) -> JSONResponse:
    """Ask for a token; the answer is the same for none and for a wrong one."""
    return problem(
        401,
        "unauthorised",
        f"This door needs the token of {holder}.",
        remedy="Send the header `Authorization: Bearer <token>`.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def forbidden() -> JSONResponse:
    """Refuse a token that is known, and not good for what is asked."""
    return problem(
        403,
        "forbidden",
        "This token is not good for that.",
        remedy="Give its holder the right in `rights` of [[operators]].",
    )


def _place(kind: str, location: Sequence[int | str]) -> str:
    """Write where a fault is; names that the caller made up are not repeated."""
    if kind == "extra_forbidden":
        return "a field that is not known here"
    parts = [str(part) for part in location if isinstance(part, str) and part != "body"]
    return ".".join(parts) or "the body"
