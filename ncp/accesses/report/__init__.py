"""The report for one patient: who had access to the data, as FHIR and for people."""

from ncp.accesses.report.asking import ask
from ncp.accesses.report.bundle import report_bundle
from ncp.accesses.report.report import AccessReport, Period
from ncp.accesses.report.setting import report_pdf
from ncp.accesses.report.words import LANGUAGES

__all__ = [
    "LANGUAGES",
    "AccessReport",
    "Period",
    "ask",
    "report_bundle",
    "report_pdf",
]
