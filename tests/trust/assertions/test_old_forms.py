"""Forms of before XUA revision 19: read where the settings say so, and noted."""

from __future__ import annotations

import pytest

from tests.trust.assertions.cast import (
    PATIENT,
    decide,
    envelope,
    hcp_bytes,
    trc_bytes,
)
from tests.trust.assertions.old import (
    EPSOS,
    OLD_PATIENT,
    OLD_SUBJECT,
    as_text,
    old_hcp,
    old_issuer,
    old_trc,
    renamed,
)
from tests.trust.resign import append, resign, set_attribute, set_text, together
from trust.assertions import ROLES, AssertionPolicy, AttributeName, PurposeOfUse
from trust.assertions.old_forms import OLD_ATTRIBUTE_NAMES
from trust.decision import Reason

OLD = AssertionPolicy(accept_old_forms=True)


def add_attribute(name: str, value: str):
    return append(
        "//s:AttributeStatement",
        f'<s:Attribute Name="{name}"><s:AttributeValue>{value}</s:AttributeValue>'
        "</s:Attribute>",
    )


def hcp_belief(*changes, policy=OLD):
    message = envelope(resign(hcp_bytes(), together(*changes)))
    return decide(message, policy=policy, trc_required=False)


def test_a_message_of_the_first_years_is_believed_where_the_settings_say_so():
    belief = decide(envelope(old_hcp(), old_trc()), policy=OLD)
    assert belief.decision.is_accepted, belief.decision
    assert belief.hcp.subject_name == "Kirsten Ægir & <Søn>"
    assert belief.hcp.role is ROLES["221"]
    assert belief.hcp.purpose_of_use is PurposeOfUse.TREATMENT
    assert belief.hcp.issuer_country is None
    assert belief.trc.patient == PATIENT
    assert belief.trc.purpose_of_use is PurposeOfUse.TREATMENT


def renaming(name: str, old: str) -> str:
    return f"old form: the attribute {name} stands under the name {old}"


def test_every_old_form_is_noted_in_the_evidence():
    belief = decide(envelope(old_hcp(), old_trc()), policy=OLD)
    evidence = {each.subject: each.evidence for each in belief.decisions}
    assert [e for e in evidence["HCP assertion"] if e.startswith("old form")] == [
        "old form: the kind is told by the text of the Issuer alone",
        renaming(AttributeName.SUBJECT_ID, OLD_SUBJECT),
        renaming(AttributeName.FACILITY_TYPE, f"{EPSOS}healthcare-facility-type"),
        "old form: the role is a text, read as ISCO 221",
        "old form: the purpose of use is a text, not a coded element",
    ]
    assert [e for e in evidence["TRC assertion"] if e.startswith("old form")] == [
        "old form: the kind is told by the text of the Issuer alone",
        renaming(AttributeName.SUBJECT_ID, OLD_PATIENT),
        "old form: the purpose of use is a text, not a coded element",
    ]


def test_a_refusal_notes_them_too():
    late = AssertionPolicy(accept_old_forms=True, accept_absent_audience=False)
    message = envelope(old_hcp(set_text("//s:Audience", "urn:other")))
    belief = decide(message, policy=late, trc_required=False)
    assert belief.decision.reason is Reason.AUDIENCE_WRONG
    assert any(each.startswith("old form") for each in belief.decision.evidence)


def test_what_is_in_today_s_form_is_noted_nowhere():
    belief = decide(envelope(hcp_bytes(), trc_bytes()), policy=OLD)
    assert belief.decision.is_accepted
    assert belief.hcp.old_forms == belief.trc.old_forms == ()


def test_by_default_nothing_old_is_read():
    belief = decide(envelope(old_hcp(), old_trc()))
    assert belief.decision.reason is Reason.ASSERTION_KIND_UNKNOWN


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (renamed(AttributeName.SUBJECT_ID, OLD_SUBJECT), "MISSING"),
        (
            renamed(AttributeName.FACILITY_TYPE, f"{EPSOS}healthcare-facility-type"),
            "MISSING",
        ),
        (as_text(AttributeName.ROLE, "physician"), "MISSING"),
        (as_text(AttributeName.PURPOSE_OF_USE, "TREATMENT"), "MISSING"),
    ],
)
def test_each_old_form_is_refused_by_default_and_read_where_allowed(change, reason):
    strict = hcp_belief(change, policy=AssertionPolicy())
    assert strict.decision.reason is Reason[f"ASSERTION_FIELD_{reason}"]
    belief = hcp_belief(change)
    assert belief.decision.is_accepted
    assert len(belief.hcp.old_forms) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dentist", "2261"),
        ("nurse", "2221"),
        ("Nurse  Midwife", "2222"),
        ("PHARMACIST", "2262"),
        ("physician", "221"),
        ("ancillary services", "2269"),
        ("clinical services", "2269"),
        ("Licensed Health Care Providers", "2269"),
        ("Non-Licensed Health Care Providers", "2269"),
    ],
)
def test_an_old_role_is_read_as_an_isco_group(text, code):
    belief = hcp_belief(as_text(AttributeName.ROLE, text))
    assert belief.decision.is_accepted
    assert belief.hcp.role is ROLES[code]


@pytest.mark.parametrize("text", ["patient", "wizard", "221"])
def test_a_role_of_no_old_list_is_refused(text):
    belief = hcp_belief(as_text(AttributeName.ROLE, text))
    assert belief.decision.reason is Reason.ROLE_UNKNOWN


def test_a_functional_role_makes_a_structural_one_exact():
    licensed = as_text(AttributeName.ROLE, "Licensed Health Care Providers")
    for functional, code in (
        ("Pharmacist", "2262"),
        ("Registered Nurse", "2221"),
        ("Midwives", "2222"),
        ("wizard", "2269"),
    ):
        beside = add_attribute(AttributeName.FUNCTIONAL_ROLE, functional)
        assert hcp_belief(licensed, beside).hcp.role is ROLES[code]


def test_a_clerk_of_old_needs_a_principal_too():
    clerk = as_text(AttributeName.ROLE, "Clerical and Administrative Personnel")
    missing = hcp_belief(clerk)
    assert missing.decision.reason is Reason.ASSERTION_FIELD_MISSING
    principal = add_attribute(f"{EPSOS}on-behalf-of", "Physician")
    belief = hcp_belief(clerk, principal)
    assert belief.decision.is_accepted
    assert belief.hcp.on_behalf_of is ROLES["221"]
    assert "on-behalf-of is a text, read as ISCO 221" in belief.hcp.old_forms
    strict = hcp_belief(
        set_attribute("//h:Role", "code", "44"),
        set_attribute("//h:Role", "displayName", "Other Clerical Support Workers"),
        add_attribute(AttributeName.ON_BEHALF_OF, "Physician"),
        policy=AssertionPolicy(),
    )
    assert strict.decision.reason is Reason.ASSERTION_FIELD_MISSING


@pytest.mark.parametrize("old", OLD_ATTRIBUTE_NAMES["urn:ehdsi:assertions:hcp"])
def test_an_attribute_under_both_its_names_is_refused(old):
    belief = hcp_belief(
        add_attribute(AttributeName.ON_BEHALF_OF, "221"), add_attribute(old, "x")
    )
    assert belief.decision.reason is Reason.ASSERTION_FIELD_INVALID


def test_an_old_purpose_of_use_is_still_one_of_the_list():
    belief = hcp_belief(as_text(AttributeName.PURPOSE_OF_USE, "CURIOSITY"))
    assert belief.decision.reason is Reason.PURPOSE_OF_USE_UNKNOWN


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("urn:idp:countryB", Reason.ACCEPTED),
        ("urn:idp:DK:countryB", Reason.ACCEPTED),
        ("urn:idp:FI:countryB", Reason.ISSUER_OF_ANOTHER_COUNTRY),
        ("urn:initgw:countryB", Reason.HCP_ABSENT),
        ("urn:nobody", Reason.ASSERTION_KIND_UNKNOWN),
        ("", Reason.ASSERTION_KIND_UNKNOWN),
    ],
)
def test_an_issuer_without_a_kind_tells_it_by_its_text(issuer, reason):
    assert hcp_belief(old_issuer(issuer)).decision.reason is reason


def test_a_kind_that_is_stated_and_wrong_stays_wrong():
    for wrong in ("", "urn:ehdsi:assertions:HCP"):
        belief = hcp_belief(set_attribute("//s:Issuer", "NameQualifier", wrong))
        assert belief.decision.reason is Reason.ASSERTION_KIND_UNKNOWN


def test_an_issuer_of_another_country_does_not_pass_for_an_old_one():
    belief = hcp_belief(set_text("//s:Issuer", "urn:initgw:FI:countryB"))
    assert belief.decision.reason is Reason.ISSUER_OF_ANOTHER_COUNTRY


def test_an_old_treatment_assertion_is_bound_like_any_other():
    for change, reason in (
        (set_text("//s:AssertionIDRef", "_other"), Reason.TRC_OF_ANOTHER_HCP),
        (set_text("//s:NameID", "dr-2"), Reason.TRC_OF_ANOTHER_PROFESSIONAL),
    ):
        belief = decide(envelope(old_hcp(), old_trc(change)), policy=OLD)
        assert belief.decision.reason is reason
