"""Which prescriptions cross the border, and which may be dispensed there."""

from ncp.country_a.prescriptions.crossing import (
    CROSSING,
    NARCOTIC_ATC,
    Circumstances,
    CrossingPolicy,
    CrossingRule,
    Rule,
    Verdict,
    judge,
)
from ncp.country_a.prescriptions.dispensable import DispensabilityJudge
from ncp.country_a.prescriptions.keys import (
    KeyNeeded,
    PrescriptionKey,
    opened,
    require_key,
)
from ncp.country_a.prescriptions.offered import (
    Judged,
    OfferedPrescriptions,
    why_left_out,
)

__all__ = [
    "CROSSING",
    "NARCOTIC_ATC",
    "Circumstances",
    "CrossingPolicy",
    "CrossingRule",
    "DispensabilityJudge",
    "Judged",
    "KeyNeeded",
    "OfferedPrescriptions",
    "PrescriptionKey",
    "Rule",
    "Verdict",
    "judge",
    "opened",
    "require_key",
    "why_left_out",
]
