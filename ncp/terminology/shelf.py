"""What an operator does with releases: bring in, compare, tell what is there.

Spec: eHDSI MVC releases per wave; national additions on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from ncp.errors import ConfigurationError
from transformations.terminology import value_set_name
from transformations.terminology.catalogue import (
    Built,
    CatalogueRefused,
    Releases,
    StoredCatalogue,
    build_catalogue,
)
from transformations.terminology.facts import Fact, SourceRefused
from transformations.terminology.importers import (
    DEMO_FILES,
    read_source,
    read_supplement,
)

Tell = Callable[[str], None]
DEMO = "demo"


@contextmanager
def refusals_told(remedy: str = "") -> Iterator[None]:
    """Turn refusals of sources and catalogues into errors of the command line."""
    try:
        yield
    except (SourceRefused, CatalogueRefused) as error:
        raise ConfigurationError(f"terminology was refused: {error}", remedy) from error


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be brought in under which name.

    Attributes
    ----------
    version
        Of value sets whose source does not say.
    is_overlay
        National names and mappings on top of a release, instead of a release.
    """

    name: str
    files: tuple[Path, ...]
    version: str = ""
    is_overlay: bool = False
    is_demo: bool = False


def bring_in(releases: Releases, wanted: Import, now: datetime, tell: Tell) -> Built:
    """Build a release or overlay from files; what speaks now is not touched."""
    facts = chain.from_iterable(
        read_source(file, tell, version=wanted.version) for file in wanted.files
    )
    sources = ", ".join(file.name for file in wanted.files)
    return build(releases, wanted, facts, sources, now)


def build(
    releases: Releases,
    wanted: Import,
    facts: Iterable[Fact],
    sources: str,
    now: datetime,
) -> Built:
    """Build a release or overlay from facts."""
    path = (
        releases.overlay_path(wanted.name)
        if wanted.is_overlay
        else releases.release_path(wanted.name)
    )
    if not wanted.is_overlay:
        facts = chain(facts, read_supplement())
    meta = {
        "release": wanted.name,
        "kind": _kind_of(wanted),
        "sources": sources,
        "imported": now.isoformat(timespec="seconds"),
    }
    return build_catalogue(path, facts, meta)


def bring_in_demo(releases: Releases, now: datetime) -> Built:
    """Build the sample catalogue and let it speak at once."""
    wanted = Import(DEMO, DEMO_FILES, is_demo=True)
    built = bring_in(releases, wanted, now, _nobody_listens)
    releases.activate(DEMO, (), now)
    return built


def _nobody_listens(_sentence: str) -> None:
    """Drop it: the sample has nothing that could not be taken over."""


def _kind_of(wanted: Import) -> str:
    if wanted.is_demo:
        return "demo"
    return "overlay" if wanted.is_overlay else "release"


@dataclass(frozen=True, slots=True)
class Difference:
    """What one catalogue has and the other has not, in one value set."""

    value_set: str
    added: int
    removed: int
    examples: tuple[str, ...]


def compare(before: Path, after: Path) -> list[Difference]:
    """Compare the memberships of two catalogues, value set by value set."""
    old, new = _members(before), _members(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        gone = old.get(key, set()) - new.get(key, set())
        come = new.get(key, set()) - old.get(key, set())
        if gone or come:
            examples = [f"- {code}" for code in sorted(gone)[:3]]
            examples += [f"+ {code}" for code in sorted(come)[:3]]
            name = value_set_name(key)
            found.append(Difference(name, len(come), len(gone), tuple(examples)))
    return found


@dataclass(frozen=True, slots=True)
class NamesDifference:
    """How many names and mappings were added, removed or changed."""

    added: int
    removed: int
    changed: int


def compare_names(before: Path, after: Path) -> NamesDifference:
    """Compare the names of all languages."""
    old, new = _names(before), _names(after)
    changed = sum(1 for key in old.keys() & new.keys() if old[key] != new[key])
    return NamesDifference(
        len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed
    )


def compare_mappings(before: Path, after: Path) -> NamesDifference:
    """Compare the mappings; one whose target changed counts as one out, one in."""
    with StoredCatalogue(before) as old, StoredCatalogue(after) as new:
        left, right = set(old.mappings()), set(new.mappings())
    return NamesDifference(len(right - left), len(left - right), 0)


def dangling(overlay: StoredCatalogue, release: StoredCatalogue) -> list[str]:
    """Return the mappings of an overlay whose target the release does not hold."""
    return [
        f"{source} in {source_system} -> {target} in {target_system}"
        for source_system, source, target_system, target in overlay.mappings()
        if release.concept(target, target_system) is None
    ]


def status_lines(releases: Releases, now: datetime) -> Iterator[str]:
    """Tell what is here, what speaks now, and what will."""
    active = releases.active(now)
    for name in releases.release_names():
        mark = "*" if active is not None and active.release == name else " "
        yield from _lines_of(f"{mark} release {name}", releases.release_path(name))
    for name in releases.overlay_names():
        mark = "*" if active is not None and name in active.overlays else " "
        yield from _lines_of(f"{mark} overlay {name}", releases.overlay_path(name))
    for one in releases.activations():
        when = "from" if one.since > now else "since"
        overlays = f" + {' + '.join(one.overlays)}" if one.overlays else ""
        yield f"  {when} {one.since:%Y-%m-%d %H:%M}Z  {one.release}{overlays}"
    if active is None:
        yield "  nothing is active: see ncp terminology activate"


def _lines_of(title: str, path: Path) -> Iterator[str]:
    with StoredCatalogue(path) as catalogue:
        names = catalogue.names_by_language()
        told = ", ".join(f"{tag} {count:,}" for tag, count in names.items())
        value_sets = len(catalogue.value_sets())
        codes = sum(row.concepts for row in catalogue.code_systems())
        mappings = sum(1 for _ in catalogue.mappings())
        yield (
            f"{title}: {value_sets} value sets, {codes:,} codes, {mappings:,} mappings"
        )
        yield f"      names: {told or 'none'}"
        if catalogue.is_demo:
            yield "      sample terminology: not for patients"


def licence_lines(paths: Sequence[Path]) -> Iterator[str]:
    """Tell under whose terms the codes may be used."""
    for path in paths:
        with StoredCatalogue(path) as catalogue:
            for row in catalogue.code_systems():
                if row.owner or row.notice:
                    yield f"  {row.name or row.system}: {row.owner}. {row.notice}"


def _members(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with StoredCatalogue(path) as catalogue:
        for value_set, system, code in catalogue.members():
            found.setdefault(value_set, set()).add(f"{code} ({system})")
    return found


def _names(path: Path) -> dict[tuple[str, str, str], str]:
    with StoredCatalogue(path) as catalogue:
        return {
            (system, code, language): text
            for system, code, language, text in catalogue.names()
        }
