"""Assertions that do not belong together, or are taken for one another.

Spec: eHDSI SAML profile (Wave 7), TRC assertion (CP-064) / SAML 2.0 Core §2.5.1 /
WS-Security SAML Token Profile 1.1.1 §3.3.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from conformance.attacks.attack import Mutation
from conformance.attacks.changes import (
    append,
    at,
    attribute_value,
    drop,
    drop_attribute,
    parsed,
    set_attribute,
    set_text,
    together,
    twice,
)
from conformance.attacks.message import Message, Seal
from conformance.attacks.sealing import resealed
from conformance.attacks.statements import (
    hcp_says,
    hours,
    seconds,
    trc_says,
    window,
)

_SUBJECT_ID: Final = attribute_value("urn:oasis:names:tc:xspa:1.0:subject:subject-id")
_ADVICE: Final = "s:Advice/s:AssertionIDRef"
_NAME_ID: Final = "s:Subject/s:NameID"
_HCP: Final = "urn:ehdsi:assertions:hcp"
_TRC: Final = "urn:ehdsi:assertions:trc"
_NOK: Final = "urn:ehdsi:assertions:nok"
_FORMATS: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:"


def without_hcp(message: Message) -> Message:
    """Send no HCP assertion."""
    return message.without(message.hcp)


def without_trc(message: Message) -> Message:
    """Send no TRC assertion."""
    return message.without(message.the_trc)


def without_any(message: Message) -> Message:
    """Send an empty security header."""
    bare = message.without(message.hcp)
    return bare if message.trc is None else bare.without(message.trc)


def trc_alone(message: Message) -> Message:
    """Send a TRC assertion in the place of the HCP assertion."""
    return message.with_hcp(message.ground.same_session_trc)


def hcp_of_other_session(message: Message) -> Message:
    """Keep the TRC assertion, send it with another HCP assertion."""
    return message.with_hcp(message.ground.other_hcp)


def trc_of_other_session(message: Message) -> Message:
    """Keep the HCP assertion, send a TRC assertion of another session."""
    return message.with_trc(message.ground.other_trc)


def trc_of_other_patient(message: Message) -> Message:
    """Send a good TRC assertion of this session, about another patient."""
    return message.with_trc(message.ground.same_session_trc)


def second_hcp(message: Message) -> Message:
    """Send two HCP assertions, both sealed and valid."""
    return message.with_hcp(message.hcp + message.ground.other_hcp)


def second_trc(message: Message) -> Message:
    """Send two TRC assertions of the session, both sealed and valid."""
    return message.with_trc(message.the_trc + message.ground.same_session_trc)


def same_hcp_twice(message: Message) -> Message:
    """Send the same HCP assertion twice."""
    return message.with_hcp(message.hcp * 2)


def trc_first(message: Message) -> Message:
    """Send the TRC assertion before the HCP assertion."""
    bare = message.without(message.the_trc)
    return bare.with_hcp(message.the_trc + message.hcp)


def kinds_swapped(message: Message) -> Message:
    """Call the HCP assertion a TRC assertion, and the other way round."""
    key = message.ground.seals[Seal.OWN]
    as_trc = set_attribute("s:Issuer", "NameQualifier", _TRC)
    as_hcp = set_attribute("s:Issuer", "NameQualifier", _HCP)
    swapped = message.with_hcp(resealed(message.hcp, key, as_trc))
    return swapped.with_trc(resealed(message.the_trc, key, as_hcp))


def next_of_kin_beside(message: Message) -> Message:
    """Send a next-of-kin assertion that says nothing of a relation."""
    key = message.ground.seals[Seal.OWN]
    change = together(
        set_attribute("s:Issuer", "NameQualifier", _NOK),
        set_attribute(".", "ID", "_next-of-kin"),
    )
    return message.with_hcp(message.hcp + resealed(message.hcp, key, change))


def same_id_in_both(message: Message) -> Message:
    """Give the TRC assertion the ID of the HCP assertion."""
    change = set_attribute(".", "ID", str(parsed(message.hcp).get("ID")))
    return trc_says(change)(message)


def patient_as(form: str) -> Mutation:
    """Write the patient of the TRC assertion in another form; ``{}`` is the id."""

    def change(root: etree._Element) -> None:
        value = at(root, _SUBJECT_ID)
        value.text = form.format(value.text)

    return trc_says(change)


def outliving(message: Message) -> Message:
    """Let the relationship outlive the session it belongs to."""
    key = message.ground.seals[Seal.OWN]
    moment = message.ground.moment
    short = window(seconds(0), hours(0.5))(moment)
    return message.with_hcp(resealed(message.hcp, key, short))


def qualifier(value: str) -> Mutation:
    """Call the HCP assertion something else."""
    return hcp_says(set_attribute("s:Issuer", "NameQualifier", value))


MUTATIONS: Final[dict[str, Mutation]] = {
    # What is there
    "hcp-absent": without_hcp,
    "trc-absent": without_trc,
    "assertions-absent": without_any,
    "trc-in-place-of-hcp": trc_alone,
    "two-hcp": second_hcp,
    "same-hcp-twice": same_hcp_twice,
    "two-trc": second_trc,
    "trc-before-hcp": trc_first,
    "next-of-kin-without-relation": next_of_kin_beside,
    "same-id-in-both": same_id_in_both,
    # What is what
    "hcp-called-trc": qualifier(_TRC),
    "trc-called-hcp": trc_says(set_attribute("s:Issuer", "NameQualifier", _HCP)),
    "kinds-swapped": kinds_swapped,
    "kind-in-capitals": qualifier(_HCP.upper()),
    "kind-with-blank": qualifier(f"{_HCP} "),
    "kind-unknown": qualifier("urn:ehdsi:assertions:other"),
    "kind-absent": hcp_says(drop_attribute("s:Issuer", "NameQualifier")),
    "trc-kind-absent": trc_says(drop_attribute("s:Issuer", "NameQualifier")),
    # What belongs to what
    "hcp-of-other-session": hcp_of_other_session,
    "trc-of-other-session": trc_of_other_session,
    "trc-of-other-name": trc_says(set_text(_NAME_ID, "somebody-else")),
    "trc-of-other-name-format": trc_says(
        set_attribute(_NAME_ID, "Format", f"{_FORMATS}emailAddress")
    ),
    "trc-refers-elsewhere": trc_says(set_text(_ADVICE, "_somewhere-else")),
    "trc-refers-by-address": trc_says(
        append("s:Advice", "s:AssertionURIRef", "https://example.org/assertion")
    ),
    "trc-refers-twice": trc_says(twice(_ADVICE)),
    "trc-refers-to-nothing": trc_says(drop("s:Advice")),
    "trc-outlives-hcp": outliving,
    # Whom it is about
    "trc-of-other-patient": trc_of_other_patient,
    "trc-patient-with-more-carets": patient_as("{}^^^"),
    "trc-patient-with-urn": patient_as("0^^^&urn:oid:1.3.182.4.4&ISO"),
    "trc-patient-twice": trc_says(twice(_SUBJECT_ID)),
    "trc-patient-absent": trc_says(set_text(_SUBJECT_ID, " ")),
}
"""The mutations of this module by the id of their attack."""
