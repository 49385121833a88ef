"""What a peer tells with an error reaches who asked, and the record; never a log."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from ncp.country_b.treatment import SoughtPatient
from ncp.errors import PeerRefused
from ncp.exchange import HttpPayload
from ncp.ihe.codes import Transaction
from ncp.peer_words import LONGEST, PeerWords, fit_words
from tests.ncp.country_a.scene import DOCTOR, EVA, LUC
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB

CONTEXT = "Der Patient hat nicht zugestimmt"


def replacing(*pairs: tuple[bytes, bytes]) -> Callable[[HttpPayload], HttpPayload]:
    """Answer with other words."""

    def bend(payload: HttpPayload) -> HttpPayload:
        body = payload.body
        for old, new in pairs:
            assert old in body
            body = body.replace(old, new)
        return HttpPayload(payload.content_type, body)

    return bend


@pytest.fixture
def refusal_of(country_b: CountryB) -> Callable[..., PeerRefused]:
    def refused(transaction: Transaction, *pairs: tuple[bytes, bytes]) -> PeerRefused:
        handle = country_b.treating(EVA)
        country_b.country_a.nation.consent_given = False
        country_b.line.bend = replacing(*pairs)
        steps = {
            Transaction.ITI_55: lambda: country_b.gateway.identify(
                DOCTOR, LUXEMBOURG, SoughtPatient((LUC,))
            ),
            Transaction.ITI_38: lambda: country_b.gateway.documents(DOCTOR, handle),
        }
        with pytest.raises(PeerRefused) as error:
            steps[transaction]()
        return error.value

    return refused


@pytest.mark.spec("ITI TF-2 3.55.4.2.2.7")
def test_the_words_of_an_acknowledgement_reach_who_asked(refusal_of) -> None:
    error = refusal_of(
        Transaction.ITI_55,
        (b"WARNING_PI_NO_CONSENT", b"ERROR_PI_OF_TOMORROW"),
        (b"InsufficientRights", b"RightsOfTomorrow"),
        (b"</hl7:text>", b" !</hl7:text><hl7:location>Zeile 7</hl7:location>"),
    )
    [words] = error.told
    assert (words.code, words.reason) == ("ERROR_PI_OF_TOMORROW", "RightsOfTomorrow")
    assert words.text.endswith("!")
    assert words.location == "Zeile 7"
    assert error.codes == ("ERROR_PI_OF_TOMORROW",)


@pytest.mark.spec("ITI TF-3 4.2.4.1")
def test_the_words_of_a_registry_error_reach_who_asked_and_the_record(
    refusal_of, country_b: CountryB
) -> None:
    error = refusal_of(
        Transaction.ITI_38,
        (b"ERROR_PS_NO_CONSENT", b"Ein Fehler (neu)"),
        (b'codeContext="', b'codeContext="&lt;b>' + CONTEXT.encode() + b"&lt;/b> "),
        (b'location="urn:oid:', b'location="at eu.europa.ec.X.y(X.java:1) urn:oid:'),
    )
    [words] = error.told
    assert words.code == "Ein Fehler (neu)"
    assert error.codes == ("unreadable",)
    assert words.text.startswith(CONTEXT)
    assert "<" not in words.text
    assert words.location.startswith("at eu.europa.ec.X.y(X.java:1)")
    *_, event = country_b.store.audit_trail()
    assert CONTEXT.encode() in decoded(event.dicom)


def decoded(dicom: bytes) -> bytes:
    """Return the event with the values of its details decoded."""
    found = [part.split(b'"')[0] for part in dicom.split(b'value="')[1:]]
    values = []
    for each in found:
        try:
            values.append(base64.b64decode(each, validate=True))
        except ValueError:
            continue
    return b"\n".join(values)


@pytest.mark.spec("SOAP 1.2 Part 1 5.4.2")
def test_the_reason_of_a_fault_reaches_who_asked(country_b: CountryB) -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
        b"<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>"
        b'<s:Text xml:lang="de">Bitte sp\xc3\xa4ter</s:Text></s:Reason></s:Fault>'
        b"</s:Body></s:Envelope>"
    )
    country_b.line.bend = lambda _: HttpPayload("application/soap+xml", fault)
    with pytest.raises(PeerRefused) as refused:
        country_b.handle_of(EVA)
    assert refused.value.told == (PeerWords(code="s:Sender", text="Bitte später"),)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (None, ""),
        ("  a\r\n\tb  ", "a b"),
        ("<script>alert(1)</script>x", "alert(1) x"),
        ("1 < 2 > 0", "1 2 0"),
        ("\u202eevil\u2066 \u200bx\x00", "evil x"),
        ("é" * 299, "é" * 299),
        ("x" * 5_000, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_words_are_shown_on_one_line_without_markup_and_not_at_any_length(told, shown):
    assert fit_words(told) == shown


def test_words_stay_out_of_representations(refusal_of) -> None:
    error = refusal_of(Transaction.ITI_38)
    assert error.told[0].text
    assert error.told[0].text not in repr(error.told)
