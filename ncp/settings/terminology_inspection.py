"""Finds what is unfit about the terminology of a gateway, before it opens its doors.

Spec: ARCHITECTURE "``ncp serve`` refuses in production what ``ncp check`` calls stop".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ncp.settings.finding import Finding, stop, warning
from ncp.settings.model import Settings
from transformations.terminology.catalogue import CatalogueRefused, Releases

_KEY = "terminology.folder"
_BRING_IN = "Bring a release in and activate it: see ncp terminology --help."


def inspect_terminology(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Find what stops codes from being pivoted and translated."""
    folder = settings.terminology.folder
    if folder is None:
        yield warning(
            _KEY,
            "no catalogue is named: codes leave as the source has them, and received "
            "documents are told as they came",
            "Name a folder in [terminology], and bring a release in.",
        )
        return
    releases = Releases(folder)
    try:
        active = releases.active(now)
        if active is None:
            yield stop(_KEY, "no release of terminology is active", _BRING_IN)
            return
        with releases.open(active) as catalogue:
            is_demo = catalogue.is_demo
    except CatalogueRefused as error:
        yield stop(_KEY, str(error), _BRING_IN)
        return
    if is_demo and settings.gateway.is_production:
        yield stop(
            _KEY, "the sample terminology speaks, which is not for patients", _BRING_IN
        )
