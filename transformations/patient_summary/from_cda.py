"""A CDA of any wave in, a FHIR document and the account of every leaf out.

Spec: eHDSI Patient Summary (EH.1.3, Waves 1 to 8) / FHIR R4 §3.3 Documents /
HL7 Europe EPS 1.0.0 (which imposes IPS 2.0).
"""

from __future__ import annotations

import time
from typing import Any

import simplejson

from transformations.cda.source import CdaSource, read_cda
from transformations.header.reading import read_header
from transformations.mapping import Policy
from transformations.mapping.cda_context import CdaContext
from transformations.mapping.cda_ledger import CdaLedger
from transformations.patient_summary.body_reading import read_body, settle_frame
from transformations.transformed import Transformed

_PROFILES = "http://hl7.eu/fhir/eps/StructureDefinition/"


def patient_summary_to_fhir(
    data: bytes, *, language: str = "en-GB", is_strict: bool = False
) -> Transformed:
    """Translate an eHDSI patient summary to a FHIR document Bundle.

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
    bundle = build_bundle(source, cx)
    mapped = time.perf_counter()
    document = write_json(bundle)
    written = time.perf_counter()
    identity = source.root.first("id")
    ledger = CdaLedger(
        source.root,
        f"/{source.root.name}",
        cx.bookings,
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


def build_bundle(source: CdaSource, cx: CdaContext) -> dict[str, Any]:
    """Make the Bundle of the context's document."""
    document = source.root
    bundle, composition = read_header(document, cx)
    patient = cx.made.index(next(one for one in cx.made if one[0] == cx.patient))
    composition["section"] = read_body(document, cx)
    composition.setdefault("language", cx.policy.language)
    cx.stand_at(document)
    settle_frame(document, cx)
    entries = [_composition(composition, cx), cx.made.pop(patient), *cx.made]
    return {
        "resourceType": "Bundle",
        "id": cx.new_id("Bundle"),
        **_claim("bundle-eu-eps", composition),
        **{key: bundle[key] for key in ("identifier",) if key in bundle},
        "type": "document",
        **{key: bundle[key] for key in ("timestamp",) if key in bundle},
        "entry": [
            {"fullUrl": full_url, "resource": resource}
            for full_url, resource in entries
        ],
    }


def _composition(
    composition: dict[str, Any], cx: CdaContext
) -> tuple[str, dict[str, Any]]:
    resource = {
        "resourceType": "Composition",
        "id": cx.composition.removeprefix("urn:uuid:"),
        **_claim("composition-eu-eps", composition),
        **composition,
    }
    return cx.composition, resource


def _claim(profile: str, composition: dict[str, Any]) -> dict[str, Any]:
    """Claim a profile that wants entries, or the reason of none, in every section."""
    is_kept = all(
        "entry" in section or "emptyReason" in section
        for section in composition["section"]
    )
    return {"meta": {"profile": [f"{_PROFILES}{profile}"]}} if is_kept else {}


def write_json(bundle: Any) -> bytes:
    """Write plain JSON values with every digit of their numbers."""
    text: str = simplejson.dumps(
        bundle, use_decimal=True, ensure_ascii=False, separators=(",", ":")
    )
    return text.encode()
