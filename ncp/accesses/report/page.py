"""What stands on the report for people, as plain values for the template.

Spec: sheet 06 §6.2 (who, when, what document class, purpose, outcome).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ncp.accesses.access import Access, Act, Ending
from ncp.accesses.report.report import AccessReport, Period, Visit, given, visits
from ncp.accesses.report.words import Words, words_in
from ncp.audit import Side

Page = dict[str, Any]
_SUBMITTING: Final = frozenset({Act.SUBMITTED, Act.DISCARDED})
_UNKNOWN_END: Final = frozenset({Ending.FAILED, Ending.REFUSED})


def page_of(report: AccessReport, language: str) -> Page:
    """Return what the template shows, in words and order."""
    return _Writer(report, words_in(language)).page(language)


class _Writer:
    """Writes one report in one language."""

    def __init__(self, report: AccessReport, words: Words) -> None:
        self._report = report
        self._words = words

    def page(self, language: str) -> Page:
        words, report = self._words, self._report
        foreign, ours, looks = _parts(report.accesses)
        return {
            "lang": language,
            "title": words["title"],
            "intro": [
                each.format(organisation=report.organisation) for each in words["intro"]
            ],
            "about": list(self._about()),
            "summary": {
                "title": words["summary"]["title"],
                "lines": list(self._summary(foreign, ours, looks)),
            },
            "parts": [
                self._part("foreign", foreign),
                self._part("ours", ours),
                self._part("looks", looks),
            ],
            "rights": {
                "title": words["rights"]["title"],
                "text": [
                    each.format(contact=report.contact)
                    for each in words["rights"]["text"]
                ],
            },
            "reference": words["reference"],
            "organisation": report.organisation,
            "made": self._moment(report.made_at),
            "moment": _of_file(report.made_at),
            "page": words["page"],
        }

    def _about(self) -> Iterator[tuple[str, str]]:
        report, labels = self._report, self._words["about"]
        yield labels["identifier"], report.patient.extension
        yield labels["period"], self._period(report.period)
        yield labels["made"], self._moment(report.made_at)
        yield labels["times"], report.zone.key

    def _period(self, period: Period) -> str:
        until = self._moment(period.until)
        if period.since is None:
            return str(self._words["period"]["until"].format(until=until))
        since = self._moment(period.since)
        return str(self._words["period"]["both"].format(since=since, until=until))

    def _summary(
        self, foreign: list[Access], ours: list[Access], looks: list[Access]
    ) -> Iterator[str]:
        told = self._words["summary"]
        for name, part in (("foreign", foreign), ("ours", ours)):
            yield told[name].format(asked=len(part), given=given(part))
        countries = {each.peer for each in (*foreign, *ours) if each.peer}
        if countries:
            names = sorted(self._country(each) for each in countries)
            yield told["countries"].format(countries=", ".join(names))
        yield told["looks"].format(asked=len(looks))

    def _part(self, name: str, accesses: list[Access]) -> Page:
        return {
            **self._words["parts"][name],
            "visits": [
                self._visit(each) for each in visits(accesses, self._report.zone)
            ],
        }

    def _visit(self, visit: Visit) -> Page:
        return {
            "day": self._day(visit.day),
            "who": list(self._who(visit)),
            "deeds": [self._deed(each) for each in visit.accesses],
        }

    def _who(self, visit: Visit) -> Iterator[tuple[str, str]]:
        first, labels = visit.first, self._words["who"]
        if first.act is Act.RECORD_SEARCHED:
            return
        unknown = self._words["not_known"]
        asking = "asked-by" if first.side is Side.A else "asked"
        yield labels[asking], self._country(visit.peer) if visit.peer else unknown
        yield labels["organisation"], first.organisation or unknown
        yield labels["professional"], self._professional(first) or unknown
        why = self._why(visit)
        if why:
            yield labels["why"], why

    def _professional(self, access: Access) -> str:
        who = access.professional
        if who is None:
            return ""
        role = self._words["roles"].get(who.role_code, who.role_name)
        return ", ".join(each for each in (who.name or who.user_id, role) if each)

    def _why(self, visit: Visit) -> str:
        told = self._words["why"]
        reasons = [told.get(visit.first.purpose)]
        reasons += [told["next-of-kin"]] if visit.is_for_next_of_kin else []
        return ", ".join(each for each in reasons if each)

    def _deed(self, access: Access) -> Page:
        return {
            "time": self._time(access.moment),
            "what": self._what(access),
            "ending": self._ending(access),
            "is_given": access.ending.has_disclosed,
            "reference": str(UUID(access.event_id)),
        }

    def _what(self, access: Access) -> str:
        act = str(self._words["acts"][access.act.value])
        if access.kind is None or access.act in {Act.IDENTIFIED, Act.DISCARDED}:
            return act
        kind = self._words["kinds"][access.kind.value]
        return str(self._words["of_kind"].format(act=act, kind=kind))

    def _ending(self, access: Access) -> str:
        if access.act in _SUBMITTING and access.ending in _UNKNOWN_END:
            return str(self._words["uncertain"])
        told = str(self._words["endings"][access.ending.value])
        if access.act is Act.LISTED and access.documents:
            return f"{told} {self._count(len(access.documents))}."
        return told

    def _count(self, number: int) -> str:
        form = "one" if number == 1 else "many"
        return str(self._words["documents"][form].format(count=number))

    def _country(self, code: str) -> str:
        known = self._words["countries"]
        return str(known.get({"GR": "EL", "GB": "UK"}.get(code, code), code))

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(self._report.zone)
        return f"{self._day(local.date())}, {self._time(moment)}"

    def _day(self, day: date) -> str:
        told = self._words["first_day"] if day.day == 1 else str(day.day)
        month = self._words["months"][day.month - 1]
        return str(self._words["date"].format(day=told, month=month, year=day.year))

    def _time(self, moment: datetime) -> str:
        """Write the time of day; in the hour that comes twice, which one it is."""
        local = moment.astimezone(self._report.zone)
        told = f"{local:%H:%M}"
        first, second = local.replace(fold=0), local.replace(fold=1)
        if first.utcoffset() == second.utcoffset():
            return told
        return f"{told} ({_zone(local.utcoffset() or timedelta())})"


def _parts(
    accesses: Iterable[Access],
) -> tuple[list[Access], list[Access], list[Access]]:
    """Tell apart what other countries asked, what was asked here, and looks."""
    foreign: list[Access] = []
    ours: list[Access] = []
    looks: list[Access] = []
    for each in accesses:
        if each.side is None:
            looks.append(each)
        else:
            (foreign if each.side is Side.A else ours).append(each)
    return foreign, ours, looks


def _of_file(moment: datetime) -> dict[str, int]:
    """Return what stands as date in the file's own data."""
    names = ("year", "month", "day", "hour", "minute", "second")
    utc = moment.astimezone(UTC)
    return {name: getattr(utc, name) for name in names}


def _zone(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
