"""``ncp audit report``: who had access to one patient's data, for the patient.

Spec: GDPR Art. 15 / sheet 06 §5.6 (18), §6.2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ncp.accesses.report import AccessReport
from ncp.assembly.access_reporting import Ordered, read_report, written
from ncp.cli.audit_search import opened_to_look
from ncp.errors import ConfigurationError
from ncp.ports import SystemClock
from ncp.private_file import open_private
from ncp.settings import Settings, load_settings

_APPLICATION: Final = "ncp audit report"


def write_report(settings_file: Path, ordered: Ordered, output: Path) -> int:
    """Write the report into a new private file; return how many accesses it tells.

    Raises
    ------
    ConfigurationError
        The settings cannot be used, or the file exists.
    """
    settings = load_settings(settings_file)
    report = look(settings, ordered)
    data = written(report, settings, ordered)
    try:
        with open_private(output) as file:
            file.write(data)
    except OSError as error:
        raise ConfigurationError(
            f"{output} cannot be made: {error.strerror}.", "Name a new file."
        ) from None
    return len(report.accesses)


def look(settings: Settings, ordered: Ordered) -> AccessReport:
    """Read who had access; the look itself is on record before anything is seen."""
    # The look of this report itself is later than what it tells of.
    now = SystemClock().now()
    with opened_to_look(
        settings, _APPLICATION, ordered.question, ordered.terms
    ) as store:
        return read_report(store, settings, ordered, now)
