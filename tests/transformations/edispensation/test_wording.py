"""A dispensation speaks the language of its document; what it cannot say is English."""

import pytest

from tests.transformations.edispensation.prepared import Written
from tests.transformations.edispensation.test_conservation import rich

PLAIN = "narrative-in-english"


def spoken(language):
    bundle = rich()
    bundle["entry"][0]["resource"]["language"] = language
    return Written(bundle)


@pytest.mark.parametrize("language", ["fr-LU", "de-LU", "pt-PT"])
def test_everything_we_say_has_words_in_the_language(language):
    assert PLAIN not in spoken(language).rules("information")


def test_a_language_without_words_is_said_to_have_none():
    assert PLAIN in spoken("et-EE").rules("information")


def test_labels_are_said_in_it():
    text = "".join(spoken("fr-LU").one("//c:section/c:text").itertext())
    assert "Emballages: 2" in text
    assert "Prescrit" in text
