"""Discard a dispensation: it carries the very document that was dispensed by.

Spec: eHDSI CP-036 (eDispensation discard).
"""

from __future__ import annotations

from ncp.country_a.submitted import Provided, carry_out, checked_content
from ncp.national.dispensations import (
    DispensationOperation,
    DispensationRegister,
    DispensationResult,
)


def discard(register: DispensationRegister, provided: Provided) -> DispensationResult:
    """Discard a dispensation; raises NcpError where it is refused."""
    content, _ = checked_content(provided)
    return carry_out(register, provided, DispensationOperation.DISCARD, content)
