"""Which language stands in for which."""

import pytest

from transformations.terminology.languages import (
    fallback_chain,
    language_tag,
    matching_tags,
)


@pytest.mark.spec("RFC 4647 3.4")
def test_the_chain_drops_the_region_then_takes_the_further_then_english():
    assert fallback_chain("fr-LU") == ("fr-LU", "fr", "en")
    assert fallback_chain("lb-LU", ("de-LU", "fr")) == (
        "lb-LU",
        "lb",
        "de-LU",
        "de",
        "fr",
        "en",
    )


def test_a_language_with_a_region_is_never_served_by_another_region():
    assert matching_tags("fr-LU", ["fr-FR", "fr"]) == []
    assert matching_tags("fr", ["fr-LU", "fr-FR", "fr", "fro"]) == [
        "fr",
        "fr-FR",
        "fr-LU",
    ]


def test_tags_are_brought_to_one_spelling():
    assert language_tag("FR-lu") == "fr-LU"
    assert language_tag("zh-hans-CN") == "zh-Hans-CN"
    with pytest.raises(ValueError, match="fr-LU"):
        language_tag("français")
