"""Take a dispensation: what a pharmacist abroad gave on one of our prescriptions.

Spec: eHDSI XDR profile, DispensationService initialize / eHDSI eDispensation
(inFulfillmentOf 1..1).
"""

from __future__ import annotations

from ncp.country_a.submitted import Provided, carry_out, checked_content
from ncp.errors import PolicyError, Refusal
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationRegister,
    DispensationResult,
)


def dispense(register: DispensationRegister, provided: Provided) -> DispensationResult:
    """Take a dispensation; raises NcpError where it is refused."""
    content, facts = checked_content(provided)
    if not facts.fulfilled_orders:
        raise PolicyError(
            Refusal.PRESCRIPTION_NOT_NAMED,
            "the dispensation names no prescription that it fulfils",
        )
    return carry_out(register, provided, DispensationOperation.DISPENSE, content)
