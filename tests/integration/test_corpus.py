"""Everybody's summaries cross the border: valid, and with every leaf accounted for."""

from __future__ import annotations

import json
from collections import Counter

from lxml import etree

from ncp.demo.kept import kept_exchanges
from tests.capabilities import require_data, require_schemas
from tests.integration.corpus import prepared_corpus
from transformations.fhir import json_leaves


def test_every_summary_crosses_the_border(scene, envoy):
    require_data("fhir-dev")
    schema = etree.XMLSchema(file=str(require_schemas() / "CDA_Pharma.xsd"))
    corpus = prepared_corpus()
    crossed = 0
    # Some are versions of one another: one patient, several documents.
    for patient in dict.fromkeys(prepared.patient for prepared in corpus):
        assert len(envoy.identify(patient).matches()) == 1
        for request in envoy.documents_of(patient):
            [document] = envoy.fetch(patient, request).documents()
            schema.assertValid(etree.fromstring(document.content))
            crossed += 1
    assert crossed == len(corpus) >= 24
    exchanges = [
        exchange
        for exchange in kept_exchanges(scene.luxembourg.ground.exchanges)
        if exchange.file("ledger.json") is not None
    ]
    assert len(exchanges) >= crossed
    for exchange in exchanges:
        ledger = json.loads(exchange.file("ledger.json"))
        source = json.loads(exchange.file("source.json"))
        booked = Counter(entry["path"] for entry in ledger["entries"])
        leaves = Counter(leaf.path for leaf in json_leaves(source, "Bundle"))
        assert booked == leaves
        assert ledger["leaves"] == leaves.total()
