"""What the settings say is done about documents that break rules."""

from __future__ import annotations

from typing import Literal

from ncp.assembly.shared import Shared
from ncp.conformity import Conformity
from ncp.terminology.desk import TerminologyDesk
from transformations.rules import waves
from transformations.terminology import ValueSets
from transformations.terminology.catalogue import CatalogueRefused


def conformity(policy: Literal["refuse", "warn"], shared: Shared) -> Conformity:
    """Return the policy, with the wave and the terminology of this gateway."""
    desk = shared.terminology
    wave = waves()[shared.settings.rules.wave]
    return Conformity(policy == "refuse", wave, lambda: _speaking(desk))


def _speaking(desk: TerminologyDesk | None) -> ValueSets | None:
    """Return the catalogue of this moment; None where none speaks: not judged then."""
    try:
        return desk.shelf.get() if desk else None
    except CatalogueRefused:
        return None
