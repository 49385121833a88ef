"""Counting what a document says, independently of what the engine reads."""

import json
import re

import pytest

from tests.capabilities import require_data
from transformations.fhir import json_leaves, leaves, read_fhir_document


def test_every_primitive_counts_once_with_its_place():
    value = {"a": ["x", None, 0], "_a": [{"b": False}], "c": {}, "d": []}
    found = {leaf.path: leaf.value for leaf in json_leaves(value, "R")}
    assert found == {"R.a[0]": "x", "R.a[1]": None, "R.a[2]": 0, "R._a[0].b": False}


def test_the_count_agrees_with_a_count_of_tokens_in_the_text():
    """A key is a string before a colon; every other token is a primitive."""
    folder = require_data("fhir-dev")
    data = (folder / "ips-examples" / "Bundle-bundle-minimal.json").read_bytes()
    text = json.dumps(json.loads(data))
    strings_first = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    strings = len(re.findall(r'""(?!:)', strings_first))
    others = len(re.findall(r"-?\d[\d.eE+-]*|true|false|null", strings_first))
    assert sum(1 for _ in leaves(read_fhir_document(data))) == strings + others


@pytest.mark.parametrize("value", [1, "x", None, True])
def test_a_primitive_alone_is_one_leaf(value):
    assert [leaf.path for leaf in json_leaves(value, "R")] == ["R"]
