"""What changes while the gateway runs: keys, pins, anchors, and what directories say.

Both sides are put together anew for each set; requests that have begun go on with the
set they began with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from ncp.assembly.renewal_record import RenewalRecord
from ncp.assembly.shared import Shared
from ncp.assembly.sides import Sides, SidesBuilder
from ncp.country_a.responding_gateway import RespondingGateway
from ncp.country_b.dispensing import Pharmacy
from ncp.country_b.initiating_gateway import TreatmentGateway
from ncp.errors import InternalError, NcpError, Refusal
from ncp.peers.client import PeerClient
from ncp.rotation import (
    Current,
    MaterialLoader,
    Rotation,
    TrustMaterial,
    soonest_ends,
    take_over,
    watched_files,
)
from ncp.settings import load_settings
from ncp.settings.model import Settings
from ncp.store import record_alone
from ncp.telemetry import get_logger
from trust.certificates import RevocationAlarm
from trust.identifiers import CountryCode

_Part = TypeVar("_Part")


class Renewal:
    """Holds both sides as they are now, and replaces them."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._adopting = threading.Lock()
        self._builder = SidesBuilder(
            shared, self.look_again, lambda: self.sides.get().material, self._client
        )
        self._loader = MaterialLoader(
            shared.clock, self._alarm, shared.discovery, shared.trust_lists
        )
        self._record = RenewalRecord(
            partial(record_alone, shared.store),
            shared.clock,
            shared.settings.gateway.audit_source,
        )
        self.retired: list[PeerClient] = []
        first = self._loader.load(shared.settings)
        self.sides: Current[Sides] = Current(self._builder.build(first))

    @property
    def material(self) -> TrustMaterial:
        """The set of now."""
        return self.sides.get().material

    def country_a(self) -> RespondingGateway:
        """Return country A as it is now."""
        return _present(self.sides.get().responding)

    def country_b(self) -> TreatmentGateway:
        """Return country B as it is now."""
        return _present(self.sides.get().treatment)

    def pharmacy(self) -> Pharmacy:
        """Return what pharmacies can do, as it is now."""
        return _present(self.sides.get().pharmacy)

    def rotation(self, settings_file: Path | None) -> Rotation:
        """Build what notices new keys, pins and anchors."""

        def files() -> Iterator[Path]:
            yield from () if settings_file is None else (settings_file,)
            yield from watched_files(self.material.settings)

        def adopt() -> int:
            before = self.material
            try:
                return self._adopt(
                    before.settings
                    if settings_file is None
                    else load_settings(settings_file)
                )
            except NcpError as error:
                self._record.refused(before, error.public_message)
                raise

        watch_s = self._shared.settings.rotation.watch_s
        return Rotation(files, adopt, self._shared.metrics, watch_s=watch_s)

    def renew(self) -> None:
        """Renew what is known about revocation, and tell how long certificates last."""
        material, now = self.material, self._shared.clock.now()
        self._record.catch_up()
        material.trust.renew(now)
        if self._shared.discovery is not None:
            self._shared.discovery.renew(now)
        days_left = soonest_ends(material.holdings, now)
        self._shared.metrics.tell_days_left(days_left)

    def look(self) -> None:
        """Ask directories for what is no longer fresh, and adopt what is new."""
        discovery = self._shared.discovery
        if discovery is not None and discovery.refresh():
            self._adopt(self.material.settings)

    def look_at_lists(self) -> None:
        """Fetch the trust lists again, and adopt what is new."""
        lists = self._shared.trust_lists
        if lists is not None and lists.refresh():
            self._adopt(self.material.settings)

    def look_again(self, country: CountryCode) -> bool:
        """Ask the directory about a country at once; tell whether there was news."""
        discovery = self._shared.discovery
        if discovery is None:
            return False
        if discovery.refresh(country, force=True):
            self._adopt(self.material.settings)
            return True
        # Another request may have found the news a moment ago and be adopting them:
        # whoever goes on from here must go on with those.
        with self._adopting:
            return False

    def hang_up_lines(self) -> None:
        """Close lines of sets before the last: nobody can be using them any more."""
        while self.retired:
            self.retired.pop().close()

    def _adopt(self, settings: Settings) -> int:
        """Put both sides together anew; the old ones finish what they have begun."""
        with self._adopting:
            return self._adopt_alone(settings)

    def _adopt_alone(self, settings: Settings) -> int:
        before = self.material
        taken, waiting = take_over(before.settings, settings)
        fresh = self._builder.build(self._loader.load(taken, before))
        old = self.sides.replace(fresh)
        self.hang_up_lines()
        if old.line is not None:
            self.retired.append(old.line)
        self._record.adopted(before, fresh.material)
        for name in waiting:
            get_logger().warning("rotation.needs-restart", key=name)
        return fresh.material.generation

    def _client(self) -> PeerClient:
        return _present(self.sides.get().line)

    def _alarm(self, alarm: RevocationAlarm) -> None:
        labels = (alarm.country, alarm.purpose.value)
        self._shared.metrics.revocation_unknown.labels(*labels).inc()
        get_logger().error(
            "revocation.unknown",
            country=str(alarm.country),
            purpose=alarm.purpose.value,
            sentence=alarm.sentence,
        )


def _present(part: _Part | None) -> _Part:
    """Return a part that the roles call for."""
    if part is None:
        raise InternalError(
            Refusal.INTERNAL, "a door is open whose side of the border is not played"
        )
    return part
