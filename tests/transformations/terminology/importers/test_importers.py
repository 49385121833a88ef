"""Each form of terminology gives its facts, or is refused with file and place."""

import io
import json
import tarfile

import pytest

from tests.capabilities import require_data
from tests.transformations.terminology.catalogue.samples import ICD_10, SNOMED_CT
from transformations.terminology import mvc
from transformations.terminology.catalogue import StoredCatalogue, build_catalogue
from transformations.terminology.facts import (
    ConceptFact,
    DesignationFact,
    MappingFact,
    SourceRefused,
    ValueSetFact,
)
from transformations.terminology.importers import read_source


def facts(path, told=None, **options):
    tell = pytest.fail if told is None else told.append
    return list(read_source(path, tell, **options))


def written(tmp_path, name, content):
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def value_set(**more):
    return {
        "resourceType": "ValueSet",
        "id": "severity",
        "url": "http://terminology.ehdsi.eu/ValueSet/eHDSISeverity",
        "name": "eHDSISeverity",
        "version": "9.1.0",
        **more,
    }


MODERATE = {
    "code": "6736007",
    "display": "Moderate",
    "designation": [{"language": "fr-LU", "value": "Modérée"}],
}


def test_lines_of_json_are_value_sets_by_oid(tmp_path):
    line = {"vs": mvc(13), "sys": None, "uri": "http://snomed.info/sct"}
    path = written(
        tmp_path, "a.ndjson", json.dumps({**line, "code": "1", "display": "x "}) + "\n"
    )
    assert facts(path, version="8.1.0") == [
        ValueSetFact(mvc(13), "eHDSISeverity", version="8.1.0"),
        ConceptFact("http://snomed.info/sct", "1", mvc(13), "x "),
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"vs":"1","sys":null,"uri":null}'])
def test_a_broken_line_is_refused_with_its_number(tmp_path, line):
    good = '{"vs":"1.2","sys":"1.3","uri":"","code":"1"}'
    path = written(tmp_path, "a.ndjson", f"{good}\n{line}\n")
    with pytest.raises(SourceRefused, match=r"a\.ndjson, line 2"):
        facts(path)


@pytest.mark.spec("FHIR R4 4.9")
def test_a_value_set_gives_codes_and_names_in_all_languages(tmp_path):
    resource = value_set(
        compose={
            "include": [{"system": "http://snomed.info/sct", "concept": [MODERATE]}]
        }
    )
    assert facts(written(tmp_path, "a.json", resource)) == [
        ValueSetFact(mvc(13), "eHDSISeverity", resource["url"], "9.1.0"),
        ConceptFact("http://snomed.info/sct", "6736007", mvc(13), "Moderate"),
        DesignationFact("http://snomed.info/sct", "6736007", "fr-LU", "Modérée"),
    ]


def test_an_expansion_is_taken_and_its_grouping_nodes_are_not(tmp_path):
    node = {"system": "http://snomed.info/sct", **MODERATE}
    resource = value_set(
        expansion={"contains": [{"abstract": True, "code": "g", "contains": [node]}]}
    )
    codes = facts(written(tmp_path, "a.json", resource))
    assert [one.code for one in codes if isinstance(one, ConceptFact)] == ["6736007"]


@pytest.mark.parametrize(
    "compose",
    [
        {"include": [{"system": "http://loinc.org"}]},
        {"include": [{"system": "http://loinc.org", "filter": [{"property": "x"}]}]},
        {"include": [{"valueSet": ["http://example.org/other"]}]},
        {
            "include": [{"system": "http://snomed.info/sct", "concept": [MODERATE]}],
            "exclude": [{"system": "http://snomed.info/sct"}],
        },
    ],
)
def test_a_value_set_that_is_only_described_is_told_and_left_out(tmp_path, compose):
    told = []
    assert not facts(written(tmp_path, "a.json", value_set(compose=compose)), told)
    assert "ValueSet severity: only described" in told[0]


def package(tmp_path, *resources):
    path = tmp_path / "mvc.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for index, resource in enumerate(resources):
            data = json.dumps(resource).encode()
            member = tarfile.TarInfo(f"package/resource-{index}.json")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.spec("FHIR R4 4.8")
def test_a_package_lists_a_whole_code_system_it_holds(tmp_path):
    system = {
        "resourceType": "CodeSystem",
        "url": "http://example.org/forms",
        "content": "complete",
        "version": "3",
        "publisher": "Somebody",
        "copyright": "Ask first",
        "concept": [
            {"code": "a", "display": "A", "concept": [{"code": "b", "display": "B"}]}
        ],
    }
    whole = value_set(compose={"include": [{"system": "http://example.org/forms"}]})
    path = package(tmp_path, system, whole, {"resourceType": "Patient"})
    build_catalogue(tmp_path / "c.sqlite", facts(path), {"release": "r"})
    with StoredCatalogue(tmp_path / "c.sqlite") as catalogue:
        assert catalogue.has("eHDSISeverity", "b", "http://example.org/forms") is True
        assert catalogue.code_systems()[0].notice == "Ask first"


@pytest.mark.spec("FHIR R4 4.10")
def test_a_mapping_to_less_is_taken_and_one_to_more_is_told(tmp_path):
    def to(code, equivalence):
        return {"code": code, "equivalence": equivalence}

    resource = {
        "resourceType": "ConceptMap",
        "id": "m",
        "group": [
            {
                "source": "urn:oid:1.3.182.99.1",
                "target": "http://hl7.org/fhir/sid/icd-10",
                "element": [
                    {"code": "a", "target": [to("J45", "equivalent")]},
                    {
                        "code": "b",
                        "target": [to("J4", "wider"), to("J450", "narrower")],
                    },
                    {"code": "c", "target": [{"equivalence": "unmatched"}]},
                ],
            }
        ],
    }
    told = []
    found = facts(written(tmp_path, "a.json", resource), told)
    assert [(one.source_code, one.target_code, one.rank) for one in found] == [
        ("a", "J45", 0),
        ("b", "J4", 1),
    ]
    assert "2 mappings left out" in told[0]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "{", "not readable as JSON"),
        ("a.json", "[]", "JSON object"),
        ("a.json", '{"resourceType": "Patient"}', "expected a ValueSet"),
        ("a.tgz", "nothing", "no FHIR package"),
        ("a.xls", "", "a name that ends with"),
        ("a.json", '{"resourceType": "CodeSystem", "id": "q"}', "CodeSystem q"),
    ],
)
def test_what_is_no_terminology_is_refused_by_name(tmp_path, name, content, message):
    with pytest.raises(SourceRefused, match=message):
        facts(written(tmp_path, name, content))


def test_the_page_that_stands_for_iso_3166_is_read_as_it(tmp_path):
    page = "http://terminology.hl7.org/5.3.0/CodeSystem-ISO3166Part1.html"
    resource = value_set(
        compose={"include": [{"system": page, "concept": [{"code": "LU"}]}]}
    )
    assert facts(written(tmp_path, "a.json", resource))[1].system == (
        "urn:iso:std:iso:3166"
    )


def test_csv_says_by_its_header_what_it_is(tmp_path):
    names = written(
        tmp_path, "n.csv", f"system;code;language;text\n{SNOMED_CT};1;FR-lu;Modérée\n"
    )
    assert facts(names) == [DesignationFact(SNOMED_CT, "1", "fr-LU", "Modérée")]
    mappings = written(
        tmp_path,
        "m.csv",
        "note,source_system,source_code,target_system,target_code\n"
        f"x,1.3.182.99.1,A,{ICD_10},J45\n",
    )
    assert facts(mappings) == [MappingFact("1.3.182.99.1", "A", ICD_10, "J45")]
    members = written(
        tmp_path,
        "v.csv",
        f"value_set,system,code,display\neHDSISeverity,{ICD_10},1,x\n",
    )
    assert facts(members)[1] == ConceptFact(ICD_10, "1", mvc(13), "x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "n.csv: the header is none of"),
        ("system,code,language,text\n1.2,,fr,x\n", "line 2: the column code is empty"),
        ("system,code,language,text\n1.2,1,français,x\n", "line 2: not a language"),
        ("system,code,language,text\n1.2,1\n", "line 2: the column language"),
    ],
)
def test_a_broken_csv_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(SourceRefused, match=message):
        facts(written(tmp_path, "n.csv", text))


def test_the_whole_public_catalogue_is_imported(tmp_path):
    source = require_data("terminology/mvc.ndjson")
    built = build_catalogue(
        tmp_path / "mvc.sqlite",
        read_source(source, pytest.fail, version="8.1.0"),
        {"release": "mvc-8.1.0"},
    )
    assert (built.value_sets, built.concepts) == (59, 39_465)
    with StoredCatalogue(built.path) as catalogue:
        members = {row.name: row.members for row in catalogue.value_sets()}
        assert members["eHDSIIllnessandDisorder"] == 14_158
        assert catalogue.has("eHDSISection", "48765-2", "http://loinc.org") is True
