"""The notation says what it says, and refuses everything else."""

import pytest

from transformations.rules.compiled import compile_template
from transformations.rules.constraint import Binding, CountOf, HasTemplates, SomeOf
from transformations.rules.notation import read_source, read_templates
from transformations.rules.notation_lines import NotationError


def read(*lines, **blocks):
    text = "\n".join(["== EH.9.9 Trial", *lines])
    for name, block in blocks.items():
        text += f"\n\n-- {name}\n{block}"
    (template,) = read_templates(read_source(text, "trial"))
    return template


def test_a_line_is_an_element_with_how_often_type_and_attributes():
    template = read(
        "act<EH.9.9> {@classCode=ACT; @moodCode=EVN,INT?}", "  id 1..*M :II"
    )
    root = template.root
    assert root.step.tests == (HasTemplates(("1.3.6.1.4.1.12559.11.10.1.3.1.9.9",)),)
    assert [(a.name, a.values, a.is_optional) for a in root.attributes] == [
        ("classCode", ("ACT",), False),
        ("moodCode", ("EVN", "INT"), True),
    ]
    (child,) = root.children
    assert (child.minimum, child.maximum, child.is_mandatory) == (1, None, True)
    assert child.datatype == "II"


def test_a_bound_code_may_be_null_unless_it_is_mandatory():
    template = read(
        "act", "  code 1..1R {in eHDSISeverity}", "  value 1..1M {in eHDSISeverity}"
    )
    code, value = template.root.children
    assert code.step.binding == Binding(value_sets=("eHDSISeverity",), or_null=True)
    assert value.step.binding == Binding(value_sets=("eHDSISeverity",))


def test_rules_and_hints_stand_below_their_line():
    template = read(
        "act",
        "  ! 1..* of id | code[=1^LOINC]",
        "  ! some of @nullFlavor | id",
        "  ? Do.",
    )
    count, some = template.root.rules
    assert isinstance(count, CountOf)
    assert [step.name for step in count.steps] == ["id", "code"]
    assert some == SomeOf(("@nullFlavor", "id"))
    assert template.root.hints == ("Do.",)


def test_a_block_stands_where_it_is_named():
    template = read("act", "  author 0..* -> person", person="name 1..1 :PN")
    (author,) = template.root.children
    assert [child.step.name for child in author.children] == ["name"]


@pytest.mark.parametrize(
    "lines",
    [
        ("act 1..x",),
        ("act {classCode}",),
        ("act", "   id 1..1"),
        ("act", "  ! always of id"),
        ("act[id",),
        ("act -> nowhere",),
        ("act", "  id", "act"),
        ("4act",),
        ("act[=1^LOINC] {in eHDSISeverity}",),
    ],
    ids=lambda lines: lines[-1],
)
def test_what_is_not_of_the_notation_is_refused_with_its_line(lines):
    with pytest.raises(NotationError, match=r"trial:\d"):
        read(*lines)


@pytest.mark.parametrize("line", ["id 1..1 :XX", "code 1..1 {in noSuchSet}"])
def test_an_unknown_datatype_or_value_set_is_refused(line):
    with pytest.raises(NotationError, match="trial:3"):
        compile_template(read("act", f"  {line}"), {})


def test_a_block_that_no_line_uses_is_refused():
    with pytest.raises(NotationError, match="no line uses"):
        read("act", person="name 1..1")
