"""What entries of original documents say beside the rest: authors and event codes.

Spec: IHE ITI TF-3 §4.2.3.1.4 (author), §4.2.3.2.8 (eventCodeList), §4.2.3.1.7 (XCN) /
eHDSI XCA Profile (metadata of original clinical documents).
Seen: OpenNCP reads the first value of the first slot of every classification; an
author's is ``authorPerson``, and its node representation is empty.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from ncp.ihe.codes import EntryScheme
from ncp.ihe.document_entry import EntryAuthor, EventCode
from ncp.ihe.ebxml import (
    classification,
    coded,
    derived_urn,
    open_slot,
    slot,
    slot_values,
)
from ncp.ihe.nodes import attribute, form
from ncp.ihe.registry_object import Classifications, read_localized, read_slots
from trust.xml import INSIDE, Blank, Written

_PERSON = "authorPerson"
_SPECIALTY = "authorSpecialty"
_SEPARATORS = re.compile(r"[\^&|~\\]")
_MOMENT = re.compile(r"\d{4}(\d{2}){0,5}", re.ASCII)


def write_moment(moment: datetime) -> str:
    """Write a moment as metadata do: 14 digits, UTC, no zone (TF-3 Table 4.2.3.1.7)."""
    utc = moment.astimezone(UTC)
    # Not by strftime: it takes longer, and early years lose their zeros.
    date = f"{utc.year:04}{utc.month:02}{utc.day:02}"
    return f"{date}{utc.hour:02}{utc.minute:02}{utc.second:02}"


def read_moment(value: str | None) -> datetime | None:
    """Read a moment that nothing depends on; what is none is as good as absent."""
    if value is None or not _MOMENT.fullmatch(value):
        return None
    shortest = "00000101000000"
    try:
        moment = datetime.strptime(  # noqa: DTZ007 - the zone is agreed
            value + shortest[len(value) :], "%Y%m%d%H%M%S"
        )
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


_AUTHOR: Final = form(
    classification(
        EntryScheme.AUTHOR,
        Blank("own"),
        Blank("entry"),
        "",
        slot(_PERSON, Blank("person")),
        INSIDE,
    )
)
_SPECIALTIES: Final = form(open_slot(_SPECIALTY))
_EVENT: Final = form(
    coded(
        EntryScheme.EVENT_CODE,
        Blank("own"),
        Blank("entry"),
        Blank("code"),
        Blank("coding_scheme"),
        Blank("name"),
    )
)


def author_classifications(
    entry: uuid.UUID, authors: Sequence[EntryAuthor]
) -> Iterator[Written]:
    """Write one classification for each author."""
    for number, author in enumerate(authors):
        specialties = slot_values(author.specialties)
        yield _AUTHOR.fill(
            None if specialties is None else _SPECIALTIES.fill(specialties),
            own=derived_urn(entry, f"{EntryScheme.AUTHOR}#{number}"),
            entry=entry.urn,
            person=_xcn(author),
        )


def _xcn(author: EntryAuthor) -> str:
    """Write a person as XCN without an id: ``^Family^Given``."""
    family, given = (
        _SEPARATORS.sub(" ", part).strip() for part in (author.family, author.given)
    )
    return f"^{family}^{given}" if given else f"^{family}"


def event_classifications(
    entry: uuid.UUID, events: Sequence[EventCode]
) -> Iterator[Written]:
    """Write one classification for each event code."""
    for event in events:
        yield _EVENT.fill(
            # Several codes of one scheme on one entry: each needs an id of its own.
            own=derived_urn(entry, f"{EntryScheme.EVENT_CODE}#{event.code}"),
            entry=entry.urn,
            code=event.code,
            coding_scheme=event.coding_scheme,
            name=event.name,
        )


def read_authors(classifications: Classifications) -> tuple[EntryAuthor, ...]:
    """Read the authors of an entry; one without a name is left out."""
    found = map(_author, classifications.get(EntryScheme.AUTHOR, ()))
    return tuple([author for author in found if author is not None])


def _author(source: etree._Element) -> EntryAuthor | None:
    slots = read_slots(source)
    person = next(iter(slots.get(_PERSON, [])), "")
    # An XCN, or a plain name.
    parts = [part.strip() for part in person.split("^")]
    family, given = (*parts[1:3], "", "")[:2] if len(parts) > 1 else (person, "")
    family = family or parts[0]
    if not family and not given:
        return None
    return EntryAuthor(family, given, tuple(slots.get(_SPECIALTY, [])))


def read_events(classifications: Classifications) -> tuple[EventCode, ...]:
    """Read the event codes of an entry."""
    return tuple(map(_event, classifications.get(EntryScheme.EVENT_CODE, ())))


def _event(source: etree._Element) -> EventCode:
    return EventCode(
        attribute(source, "nodeRepresentation") or "",
        next(iter(read_slots(source).get("codingScheme", [])), ""),
        read_localized(source, "Name"),
    )
