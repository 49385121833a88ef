"""What does not map is counted by element and code, the most frequent first."""

import csv
import io

import pytest

from tests.transformations.terminology.passes.documents import (
    ICD_10,
    NATIONAL,
    catalogue,
    problem,
    summary,
)
from transformations.terminology.coverage import (
    Coverage,
    as_csv,
    as_html,
    as_text,
)


def value(code, system=NATIONAL, words="Eppes"):
    return problem(
        f'<value code="{code}" codeSystem="{system}" displayName="{words}"/>'
    )


@pytest.fixture
def coverage(tmp_path):
    terms = catalogue(tmp_path)
    found = Coverage("r")
    found.add("one", summary(value("A"), value("A"), value("J45", ICD_10)), terms)
    found.add("two", summary(value("A"), value("B", words="=1+1")), terms)
    return found


def test_gaps_are_counted_over_elements_and_documents(coverage):
    (first, gap), (second, _) = coverage.by_frequency()
    assert (first.element, first.code, first.code_system) == ("problem", "A", NATIONAL)
    assert (gap.count, len(gap.documents)) == (3, 2)
    assert second.code == "B"
    assert ("problem", 1, 4) in coverage.elements()


def test_csv_names_value_sets_and_words_and_is_inert_in_a_spreadsheet(coverage):
    rows = list(csv.DictReader(io.StringIO(as_csv(coverage))))
    assert rows[0]["value sets"].startswith("eHDSIIllnessandDisorder")
    assert (rows[0]["words"], rows[0]["times"]) == ("Eppes", "3")
    assert rows[1]["words"] == "'=1+1"


def test_the_table_tells_the_whole_and_each_code(coverage):
    lines = list(as_text(coverage))
    assert lines[0].startswith("2 documents against r: ")
    assert lines[0].endswith("covered, 4 not")
    assert any("problem" in line and "Eppes" in line for line in lines)


def test_a_long_table_says_that_there_is_more(coverage):
    assert list(as_text(coverage, most=1))[-1].startswith("... and 1 more")


def test_the_page_escapes_the_words_of_documents(tmp_path):
    found = Coverage("r")
    found.add("one", summary(value("A", words="&lt;script&gt;")), catalogue(tmp_path))
    page = as_html(found)
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "default-src 'none'" in page


def test_where_everything_maps_there_is_nothing_to_list(tmp_path):
    found = Coverage("r")
    found.add("one", summary(value("J45", ICD_10)), catalogue(tmp_path))
    assert not found.gaps
    assert len(list(as_text(found))) == 1
    assert "<p>None.</p>" in as_html(found)
