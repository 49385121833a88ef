"""How the token service answers what it refuses: a row per kind of condition.

Who asks here is the country's own software, already known by its token: it may read
why.

Spec: WS-Trust 1.3 §11 (fault codes) / WS-Security 1.1.1 §12 / SOAP 1.2 Part 1 §5.4.6.
"""

from __future__ import annotations

from typing import Final

from ncp.answers.rows import FAULT_STATUS
from ncp.errors import Condition, NcpError, Refusal
from ncp.ihe import namespaces as ns
from ncp.ihe.answer import Answer, Place
from ncp.ihe.codes import FaultCode
from trust.decision import Reason


def _wst(name: str) -> str:
    return f"{{{ns.WST}}}{name}"


INVALID_REQUEST: Final = _wst("InvalidRequest")
BAD_REQUEST: Final = _wst("BadRequest")
FAILED_AUTHENTICATION: Final = _wst("FailedAuthentication")
REQUEST_FAILED: Final = _wst("RequestFailed")

_SUBCODES: Final[dict[Condition, str]] = {
    Refusal.ISSUE_UNSUPPORTED: BAD_REQUEST,
    Refusal.ISSUE_CLAIMS_INVALID: INVALID_REQUEST,
    Refusal.ISSUE_REQUESTOR_OTHER: FAILED_AUTHENTICATION,
    Refusal.ISSUE_LIMIT_REACHED: REQUEST_FAILED,
    Refusal.ACTION_UNKNOWN: f"{{{ns.WSA}}}ActionNotSupported",
}
_FAULTS: Final[dict[Condition, FaultCode]] = {
    Refusal.NOT_SOAP_12: FaultCode.VERSION_MISMATCH,
    Refusal.HEADER_NOT_UNDERSTOOD: FaultCode.MUST_UNDERSTAND,
    Refusal.RECORD_UNAVAILABLE: FaultCode.RECEIVER,
    Refusal.SERVICE_UNAVAILABLE: FaultCode.RECEIVER,
    Refusal.INTERNAL: FaultCode.RECEIVER,
}
# Where HTTP has a word that says more than SOAP's binding.
_STATUSES: Final[dict[Condition, int]] = {
    Refusal.ISSUE_LIMIT_REACHED: 429,
    Refusal.MESSAGE_TOO_LARGE: 413,
    Refusal.MEDIA_TYPE_UNSUPPORTED: 415,
    Refusal.RECORD_UNAVAILABLE: 503,
}


def sts_answer_for(error: NcpError) -> Answer:
    """Return the fault that an error is answered with; total."""
    condition = error.refusal
    fault = _FAULTS.get(condition, FaultCode.SENDER)
    status = _STATUSES.get(condition)
    return Answer(
        condition,
        None,
        Place.FAULT if status is None else Place.HTTP,
        _subcode(condition, fault),
        f"{error.public_message} {error.remedy}".strip(),
        http_status=status or FAULT_STATUS[fault],
        fault=fault,
    )


def _subcode(condition: Condition, fault: FaultCode) -> str:
    if condition in _SUBCODES:
        return _SUBCODES[condition]
    if isinstance(condition, Reason):
        return FAILED_AUTHENTICATION
    return REQUEST_FAILED if fault is FaultCode.RECEIVER else ""
