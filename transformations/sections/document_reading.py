"""A CDA of any wave in, a FHIR document and the account of every leaf out.

Spec: eHDSI CDA implementation guide (Waves 1 to 8) / FHIR R4 §3.3 Documents.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import simplejson

from transformations.cda.source import CdaSource, read_cda
from transformations.cda.structure import CdaNode
from transformations.header.facts import DocumentType
from transformations.header.reading import read_header
from transformations.mapping import Policy
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_frame import settle_frame
from transformations.mapping.cda_ledger import CdaLedger
from transformations.sections.body_reading import Tables, read_body
from transformations.transformed import Transformed


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """What tells the reading of one kind of document from that of another.

    Parameters
    ----------
    type
        What it is, and what tells its header from that of another type.
    tables
        The sections whose entries are read, by LOINC code.
    bundle_profile, composition_profile
        What the Bundle and the Composition claim to be; empty claims nothing.
    keeps_profiles
        Whether a Composition is what the profiles want; otherwise none is claimed.
    complete
        What is read of the header once the entries are known: of the document, into
        what was made, beside the Composition.
    """

    type: DocumentType
    tables: Tables
    bundle_profile: str
    composition_profile: str
    keeps_profiles: Callable[[dict[str, Any]], bool]
    complete: Callable[[CdaNode, dict[str, Any], CdaContext], None] | None = None


def document_to_fhir(
    data: bytes, kind: DocumentKind, *, language: str, is_strict: bool
) -> Transformed:
    """Translate a CDA to a FHIR document Bundle.

    Parameters
    ----------
    data
        The CDA, of any wave.
    language
        Language of the document where it names none, ``xx-YY``.
    is_strict
        Raise :class:`MappingDefect` where a table breaks a rule of the engine.

    Raises
    ------
    NotCda
        The bytes are no CDA; the text says why.
    """
    started = time.perf_counter()
    source = read_cda(data)
    read = time.perf_counter()
    cx = CdaContext(source, Policy(language, is_strict=is_strict))
    bundle = build_bundle(source, kind, cx)
    mapped = time.perf_counter()
    document = write_json(bundle)
    written = time.perf_counter()
    identity = source.root.first("id")
    ledger = CdaLedger(
        source,
        cx.account,
        {"format": "eHDSI CDA", "id": "" if identity is None else _said(identity)},
        {"format": "FHIR R4", "type": "Bundle"},
    )
    timings = {
        "read": read - started,
        "map": mapped - read,
        "write": written - mapped,
        "ledger": time.perf_counter() - written,
    }
    return Transformed(document, ledger, tuple(cx.findings), timings)


def _said(identity: Any) -> str:
    attributes = identity.attributes
    return "^".join(
        attributes[name] for name in ("root", "extension") if name in attributes
    )


def build_bundle(
    source: CdaSource, kind: DocumentKind, cx: CdaContext
) -> dict[str, Any]:
    """Make the Bundle of the context's document."""
    document = source.root
    bundle, composition = read_header(document, kind.type, cx)
    patient = cx.made.index(next(one for one in cx.made if one[0] == cx.patient))
    composition["section"] = read_body(document, kind.tables, cx)
    composition.setdefault("language", cx.policy.language)
    cx.stand_at(document)
    if kind.complete is not None:
        kind.complete(document, composition, cx)
    settle_frame(cx)
    is_kept = kind.keeps_profiles(composition)
    profile = kind.composition_profile if is_kept else ""
    entries = [_composition(composition, profile, cx), cx.made.pop(patient), *cx.made]
    return {
        "resourceType": "Bundle",
        "id": cx.new_id("Bundle"),
        **_claim(kind.bundle_profile if is_kept else ""),
        **{key: bundle[key] for key in ("identifier",) if key in bundle},
        "type": "document",
        **{key: bundle[key] for key in ("timestamp",) if key in bundle},
        "entry": [
            {"fullUrl": full_url, "resource": resource}
            for full_url, resource in entries
        ],
    }


def _composition(
    composition: dict[str, Any], profile: str, cx: CdaContext
) -> tuple[str, dict[str, Any]]:
    resource = {
        "resourceType": "Composition",
        "id": cx.composition.removeprefix("urn:uuid:"),
        **_claim(profile),
        **composition,
    }
    return cx.composition, resource


def _claim(profile: str) -> dict[str, Any]:
    return {"meta": {"profile": [profile]}} if profile else {}


def write_json(bundle: Any) -> bytes:
    """Write plain JSON values with every digit of their numbers."""
    return _JSON.encode(bundle).encode()


# It need not ask each list and object whether it is a tuple of some kind.
_JSON = simplejson.JSONEncoder(
    use_decimal=True,
    ensure_ascii=False,
    separators=(",", ":"),
    tuple_as_array=False,
    namedtuple_as_object=False,
)
