"""What an operator should know of the settings about prescriptions abroad.

Spec: ``ncp.country_a.dispensing``: whoever works on a deed asks the register up to
three times, and has it alone for so long.
"""

from __future__ import annotations

from collections.abc import Iterator

from ncp.settings.finding import Finding, warning
from ncp.settings.model import Settings

_CALLS = 3


def inspect_prescriptions(settings: Settings) -> Iterator[Finding]:
    """Find settings that do not fit together."""
    national, stated = settings.national, settings.prescriptions
    if national is None:
        return
    if stated.offered and national.dispensations.register_name == "none":
        yield warning(
            "prescriptions.offered",
            "prescriptions are given out, and no dispensation of them is taken",
            'Set national.dispensations.register_name to "fhir".',
        )
    longest = _CALLS * (national.connect_timeout_s + national.read_timeout_s)
    if stated.claim_s < longest:
        yield warning(
            "prescriptions.claim_s",
            "another process takes a dispensation over while the register may still "
            "answer the first",
            f"Three calls to the national server may take {longest:g} seconds: "
            "allow no less.",
        )
