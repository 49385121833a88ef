"""``ncp smp ...``: look countries up, and publish this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ncp.cli.recording import directory_record
from ncp.errors import ConfigurationError
from ncp.peers.directory import load_directory
from ncp.peers.directory_terms import DirectoryTerms
from ncp.peers.proposals import Proposals
from ncp.peers.publisher import Publisher, Sealed, told_by
from ncp.peers.trust import load_trust, online_revocation, revocation_terms
from ncp.ports import Clock
from ncp.settings import Settings
from ncp.settings.secrets import read_text_secret
from trust.decision import Reason
from trust.identifiers import CountryCode, IdentifierError
from trust.smp import LookedUp, SmpService, entry_of
from trust.smp.publication import Change, EntryChange
from trust.smp.search_mask import SearchMask


@dataclass(frozen=True, slots=True)
class Told:
    """What a command prints, and whether all is as it should be."""

    lines: tuple[str, ...]
    is_good: bool = True


def look_up(
    settings: Settings, country: str, services: Sequence[str], clock: Clock
) -> Told:
    """Look entries of a country up, past everything that is held."""
    if not settings.directory.is_used:
        raise ConfigurationError(
            "The settings name no directory.", "Set `zone` or `smp_url` in [directory]."
        )
    code = _country(country)
    wanted = tuple(_service(each) for each in services) or tuple(SmpService)
    online = online_revocation(settings.revocation)
    revocation = revocation_terms(settings, online=online)
    seals = load_trust(settings, load_directory(settings.peers), online=online)
    found: dict[SmpService, LookedUp] = {}
    with (
        closing(DirectoryTerms(settings.directory, revocation)) as terms,
        directory_record(settings, clock) as record,
    ):
        lookup = terms.lookup(seals)
        for each in wanted:
            entry = entry_of(each, code)
            found[each] = lookup.look_up(entry, clock.now())
            record.asked(entry, found[each])
    lines = tuple(line for each, what in found.items() for line in _told(each, what))
    is_named = bool(services)
    bad = [each for each in found.values() if _is_bad(each, is_named=is_named)]
    is_found = any(each.decision.is_accepted for each in found.values())
    return Told(lines, is_found and not bad)


def diff(settings: Settings, clock: Clock) -> Told:
    """Compare what is published of this gateway with what the settings say."""
    with _publisher(settings, clock) as publisher:
        plan = publisher.plan()
    is_same = all(each.change is Change.SAME for each in plan)
    return Told(tuple(_planned(plan)), is_same)


def publish(
    settings: Settings, clock: Clock, token_file: Path | None, approved: str | None
) -> Told:
    """Write what differs; with two operators, propose it or approve a proposal."""
    with _publisher(settings, clock, token_file) as publisher:
        if approved is not None:
            return _approve(settings, publisher, token_file, approved)
        plan = publisher.plan()
        changes = publisher.seal(plan)
        shown = tuple(_planned(plan))
        if not changes:
            return Told((*shown, "Nothing is to be published."))
        told = _carry_out(settings, publisher, changes, token_file, clock)
    return Told((*shown, *told))


def review(settings: Settings, name: str) -> Told:
    """Show what a proposal would write."""
    proposal = _proposals(settings).read(name)
    lines = [f"Proposed by {proposal.operator} at {proposal.at}:"]
    for each in proposal.changes:
        lines.append(f"{each.service:18}{each.change}")
        if each.document is not None:
            lines += [f"    {said}" for said in told_by(each.document)]
    return Told(tuple(lines))


def withdraw(
    settings: Settings, clock: Clock, services: Sequence[str], token_file: Path | None
) -> Told:
    """Withdraw entries of this gateway."""
    wanted = [_service(each) for each in services]
    with _publisher(settings, clock, token_file) as publisher:
        changes = publisher.withdrawal(wanted)
        return Told(_carry_out(settings, publisher, changes, token_file, clock))


@contextmanager
def _publisher(
    settings: Settings, clock: Clock, token_file: Path | None = None
) -> Iterator[Publisher]:
    """Give a publisher whose doings are recorded under the operator's name."""
    operator = None
    if token_file is not None:
        operator = _proposals(settings).operator_of(_token(token_file))
    with (
        directory_record(settings, clock, operator) as record,
        closing(Publisher(settings, clock, record)) as publisher,
    ):
        yield publisher


def _carry_out(
    settings: Settings,
    publisher: Publisher,
    changes: Sequence[Sealed],
    token_file: Path | None,
    clock: Clock,
) -> tuple[str, ...]:
    publication = settings.directory.publication
    if publication is None or publication.approvals == 1:
        return tuple(_write(publisher, changes))
    proposals = _proposals(settings)
    operator = proposals.operator_of(_token(token_file))
    proposal = proposals.propose(changes, operator, clock.now())
    publisher.record.proposed(proposal.name, proposal.digest)
    return (
        f"Proposed by {operator}; nothing is written yet.",
        f"Another operator approves it: ncp smp publish --approve {proposal.name}",
    )


def _approve(
    settings: Settings, publisher: Publisher, token_file: Path | None, name: str
) -> Told:
    proposals = _proposals(settings)
    operator = proposals.operator_of(_token(token_file))
    proposal = proposals.approve(name, operator)
    publisher.record.approved(proposal.name, proposal.digest, proposal.operator)
    lines = [
        f"Proposed by {proposal.operator} at {proposal.at}, approved by {operator}."
    ]
    lines += _write(publisher, proposal.changes)
    proposals.done(proposal)
    return Told(tuple(lines))


def _write(publisher: Publisher, changes: Sequence[Sealed]) -> Iterator[str]:
    for each in changes:
        publisher.write(each)
        done = "withdrawn" if each.document is None else "published"
        yield f"{each.service:18}{done}, and read back through the directory"


def _planned(plan: Sequence[EntryChange]) -> Iterator[str]:
    for each in plan:
        yield f"{each.service:18}{each.change}"
        if each.note:
            yield f"    what is published counts for nothing: {each.note}"
        for field in each.fields:
            yield f"    {field.name}: {field.before or '-'} -> {field.after or '-'}"


def _told(service: SmpService, found: LookedUp) -> Iterator[str]:
    decision = found.decision
    yield f"{service:18}{decision.reason}: {decision.sentence}"
    yield from (f"    {each}" for each in decision.evidence)
    if found.information is None:
        return
    mask = found.information.endpoint.search_mask
    if mask is not None:
        yield from _mask(mask)


def _mask(mask: SearchMask) -> Iterator[str]:
    for field in mask.patient.fields():
        need = "needed" if field.is_mandatory else "optional"
        domain = f" under {field.domain}" if field.domain else ""
        yield f"    {field.label}{domain}: {field.format.text} ({need})"


def _is_bad(found: LookedUp, *, is_named: bool) -> bool:
    is_absent = found.decision.reason is Reason.DIRECTORY_ENTRY_ABSENT
    return not found.decision.is_accepted and (is_named or not is_absent)


def _proposals(settings: Settings) -> Proposals:
    tokens = {
        each.name: read_text_secret(each.token_file, f"operators[{index}].token_file")
        for index, each in enumerate(settings.operators, 1)
    }
    return Proposals(settings.directory.folder, tokens)


def _token(path: Path | None) -> str:
    if path is None:
        raise ConfigurationError(
            "It takes two operators to publish; the gateway must know who you are.",
            "Name the file of your token with --token-file.",
        )
    return read_text_secret(path, "--token-file")


def _country(text: str) -> CountryCode:
    try:
        return CountryCode(text)
    except IdentifierError as error:
        raise ConfigurationError(f"{error}.", "Two letters, such as LU.") from error


def _service(text: str) -> SmpService:
    try:
        return SmpService(text)
    except ValueError:
        known = ", ".join(SmpService)
        raise ConfigurationError(
            f"There is no service {text[:20]!r}.", f"Known are {known}."
        ) from None
