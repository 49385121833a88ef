"""Assertions of a professional's session, as of now: OpenNCP looks at the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.trust.assertions.cast import (
    DOCTOR,
    HCP_ID,
    PATIENT,
    hcp_bytes,
    nok_bytes,
    own_hcp,
    trc_bytes,
)
from trust.assertions import ROLES
from trust.assertions.codes import CLERICAL
from trust.assertions.permissions import permissions_of


class Session:
    """A session of a professional, begun so long ago by the clock of the machine."""

    def __init__(self, role=ROLES["221"], ago=timedelta(minutes=5), hcp_id=HCP_ID):
        self._now = datetime.now(UTC) - ago
        professional = replace(
            DOCTOR,
            role=role,
            permissions=permissions_of(role),
            on_behalf_of=ROLES["221"] if role is CLERICAL else None,
        )
        self.hcp = hcp_bytes(professional, now=self._now, assertion_id=hcp_id)

    def trc(self, patient=PATIENT):
        return trc_bytes(own_hcp(self.hcp), now=self._now, patient=patient)

    def nok(self):
        return nok_bytes(hcp=own_hcp(self.hcp), now=self._now)
