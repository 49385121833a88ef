"""The steps of asking: identify, list, fetch, submit, discard, each told in lines.

Spec: IHE ITI TF-2 §3.55, §3.38, §3.39, §3.41.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ncp.cli.asking import Asker
from ncp.country_b.find import find
from ncp.country_b.identify import identify
from ncp.country_b.retrieve import CheckedDocument, Fetched, retrieve_several
from ncp.country_b.submit import Sender, submit
from ncp.errors import ConfigurationError
from ncp.ihe.codes import ClassCode
from ncp.ihe.document_entry import DocumentEntry
from ncp.ihe.iti38_xca_query import DocumentQuery
from ncp.ihe.iti55_xcpd import PatientMatch, PatientTraits
from ncp.store import ListedEntry
from trust.identifiers import HomeCommunityId, PatientId


@dataclass(frozen=True, slots=True)
class Told:
    """What a command prints; ``is_found`` is its exit status."""

    lines: tuple[str, ...]
    is_found: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Documents to be fetched, by the ids of their list."""

    unique_ids: tuple[str, ...]
    repository: str
    home: HomeCommunityId | None
    class_code: ClassCode


def ask_who(asker: Asker, traits: PatientTraits) -> Told:
    """Ask who a patient is (ITI-55)."""
    data, hcp = asker.hcp()
    match = identify(asker.services, asker.peer, traits, hcp, (data,))
    if match is None:
        return Told(("Nobody fits.",), is_found=False)
    return Told(tuple(_person(match)))


def _person(match: PatientMatch) -> Iterator[str]:
    yield f"patient   {match.id.root}^{match.id.extension}"
    yield f"name      {' '.join((*match.given, *match.family))}"
    for label, value in (("born", match.birth_date), ("gender", match.gender)):
        if value:
            yield f"{label:<10}{value}"
    if match.address is not None:
        address = match.address
        parts = (*address.lines, address.postal_code, address.city, address.country)
        yield f"address   {', '.join(part for part in parts if part)}"


def ask_list(asker: Asker, query: DocumentQuery) -> Told:
    """Ask which documents there are (ITI-38)."""
    assertions, hcp = asker.both(query.patient)
    found = find(asker.services, asker.peer, query, hcp, assertions).entries
    if not found:
        return Told(("There is nothing.",), is_found=False)
    return Told(tuple(line for entry in found for line in _entry(entry)))


def _entry(entry: DocumentEntry) -> Iterator[str]:
    created = entry.creation_time
    yield f"{entry.title or entry.class_code}"
    for label, value in (
        ("document", entry.unique_id),
        ("repository", entry.repository_unique_id),
        ("home", entry.home or ""),
        ("class", entry.class_code),
        ("format", entry.format_code),
        ("created", "" if created is None else created.isoformat()),
        ("language", entry.language or ""),
        ("size", "" if entry.size is None else str(entry.size)),
    ):
        if value:
            yield f"  {label:<12}{value}"


def ask_fetch(asker: Asker, patient: PatientId, wanted: Wanted, output: Path) -> Told:
    """Ask for documents (ITI-39), and write each into a file of its own."""
    assertions, hcp = asker.both(patient)
    listed = [_listed(asker, wanted, each) for each in wanted.unique_ids]
    found = retrieve_several(
        asker.services, asker.peer, patient, listed, hcp, assertions
    )
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [
        line
        for number, (unique_id, each) in enumerate(
            zip(wanted.unique_ids, found, strict=True), 1
        )
        for line in _written(output / f"document-{number}.xml", unique_id, each)
    ]
    return Told(tuple(lines), all(isinstance(each, CheckedDocument) for each in found))


def _listed(asker: Asker, wanted: Wanted, unique_id: str) -> ListedEntry:
    """Make the entry of a list that this command did not ask for itself."""
    services = asker.services
    return ListedEntry(
        handle=uuid.uuid4().hex,
        treatment_handle="",
        home_community_id=wanted.home or asker.peer.home_community_id,
        repository_unique_id=wanted.repository,
        document_unique_id=unique_id,
        class_code=wanted.class_code.value,
        mime_type="text/xml",
        expires=services.clock.now(),
    )


def _written(path: Path, unique_id: str, fetched: Fetched) -> Iterator[str]:
    yield unique_id
    if not isinstance(fetched, CheckedDocument):
        yield f"  refused     {fetched.public_message}"
        return
    path.write_bytes(fetched.content)
    path.chmod(0o600)
    yield f"  written     {path} ({len(fetched.content):,} bytes)"
    if not fetched.names_patient:
        yield "  patient     the document names another id than was asked with"


def ask_submit(
    asker: Asker, patient: PatientId, operation: ClassCode, file: Path
) -> Told:
    """Submit a dispensation, or discard one (ITI-41)."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{file.name} cannot be read: {error.strerror}."
        ) from None
    assertions, hcp = asker.both(patient)
    sender = Sender(asker.peer, patient, hcp, assertions)
    sent = submit(asker.services, sender, operation, content)
    return Told((f"Taken: {sent.document_unique_id}",))


def class_codes(values: Sequence[str]) -> tuple[ClassCode, ...]:
    """Read class codes of the command line."""
    known = {each.value: each for each in ClassCode if not each.is_submitted}
    unknown = [each for each in values if each not in known]
    if unknown:
        raise ConfigurationError(
            f"There is no class code {unknown[0][:40]!r}.",
            f"Known are {', '.join(known)}.",
        )
    return tuple(known[each] for each in values)
