"""``ncp figures quarter``: the workbook of key figures, and the transactions of eADC.

Spec: fact sheet 06 §4.1, §4.2.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from ncp.cli.audit_search import opened_to_look
from ncp.errors import ConfigurationError
from ncp.figures.eadc import EadcTable
from ncp.figures.exchange import ExchangeFigure, TestTraffic, read_figure
from ncp.figures.quarter import Quarter
from ncp.figures.sheets import TO_FILL_IN
from ncp.figures.workbook import KpiWorkbook
from ncp.private_file import open_private
from ncp.settings import Settings, load_settings

_APPLICATION: Final = "ncp figures"


def report_quarter(
    settings_file: Path, quarter: str, workbook: Path, transactions: Path | None
) -> Iterator[str]:
    """Write the files of a quarter, and tell what is in them.

    Raises
    ------
    ConfigurationError
        The quarter is not of its form or to come, or a file is there already.
    """
    asked, settings = Quarter.parse(quarter), load_settings(settings_file)
    now = datetime.now(UTC)
    if asked.begin > now:
        raise ConfigurationError(
            f"The quarter {asked} has not begun.", "Ask for one that has."
        )
    counted = _write(settings, asked, workbook, transactions)
    yield f"{counted.exchanges} exchanges of {asked}, {counted.tests} of them tests."
    if asked.end > now:
        yield "The quarter is not over: ask again when it is, into another file."
    yield f"To be filled in by hand: {', '.join(TO_FILL_IN)}."


class _Counted:
    """How many exchanges went by."""

    def __init__(self) -> None:
        self.exchanges = 0
        self.tests = 0

    def add(self, figure: ExchangeFigure) -> None:
        self.exchanges += 1
        self.tests += figure.is_test


def _write(
    settings: Settings, quarter: Quarter, workbook: Path, transactions: Path | None
) -> _Counted:
    gateway, counted = settings.gateway, _Counted()
    with ExitStack() as files:
        table = None
        if transactions is not None:
            opened = files.enter_context(_new_text(transactions))
            table = EadcTable(opened, gateway.country, gateway.home_community_id)
        target = files.enter_context(_new_file(workbook))
        book = KpiWorkbook(gateway.country, quarter)
        for figure in files.enter_context(closing(_figures(settings, quarter))):
            counted.add(figure)
            book.add(figure)
            if table is not None:
                table.add(figure)
        book.save(target)
    return counted


def _figures(settings: Settings, quarter: Quarter) -> Generator[ExchangeFigure]:
    tests = TestTraffic(
        is_everything=not settings.gateway.is_production,
        patients=settings.figures.patients,
        points_of_care=frozenset(settings.figures.test_points_of_care),
    )
    with opened_to_look(settings, _APPLICATION, f"quarter {quarter}") as store:
        for recorded in store.recorded_exchanges(quarter.begin, quarter.end):
            yield read_figure(recorded, settings.gateway.country, tests)


@contextmanager
def _new_text(path: Path) -> Iterator[TextIO]:
    with (
        _new_file(path) as target,
        TextIOWrapper(target, encoding="utf-8", newline="") as file,
    ):
        yield file


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Make a private file; it does not stay when what was to stand in it failed."""
    try:
        target = open_private(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be made: {error.strerror}.",
            "Name a file that is not there yet, in a folder that is.",
        ) from error
    try:
        with target:
            yield target
    except BaseException:
        path.unlink(missing_ok=True)
        raise
