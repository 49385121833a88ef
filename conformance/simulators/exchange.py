"""One exchange of a simulated country A, as it is told to whoever tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conformance.simulators.http_messages import Fault


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and how it was answered; it holds no person but a magic one.

    ``remarks`` say which rules the question broke.
    """

    moment: datetime
    transaction: str
    patient: str
    outcome: str
    codes: tuple[str, ...]
    message_id: str | None
    fault: Fault | None = None
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = ", ".join(self.codes) or "no error"
        happens = f", {self.fault}" if self.fault else ""
        remarks = "".join(f"; remark: {each}" for each in self.remarks)
        return (
            f"{self.moment:%H:%M:%S} {self.transaction} {self.patient}: "
            f"{self.outcome} ({told}{happens}){remarks}"
        )
