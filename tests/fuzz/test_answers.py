"""What peers answer, bent: country B understands it or refuses it, and records both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

import pytest
from hypothesis import strategies as st

from ncp.country_b.treatment import SoughtPatient, SubmitOperation
from ncp.errors import NcpError, Refusal
from ncp.exchange import HttpPayload
from tests.conformance.rules.samples import Register
from tests.fuzz.bending import Cut, bends, bent, cuts
from tests.fuzz.door import INSIDE, forget_what_was_asked, lasting
from tests.fuzz.running_time import PATIENCE_S
from tests.fuzz.targets import fuzz
from tests.ncp.country_a.scene import DOCTOR, EVA, CountryA
from tests.ncp.country_a.submissions import dispensation_cda
from tests.ncp.country_b.scene import LUXEMBOURG, CountryB

pytestmark = [
    pytest.mark.timeout(PATIENCE_S),
    pytest.mark.spec("fact sheet 11 2.3, 2.6, 2.8"),
]
Step = Callable[[], object]
Bending = Callable[[HttpPayload], HttpPayload]


@pytest.fixture(scope="module")
def country_b(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CountryB]:
    folder = tmp_path_factory.mktemp("both")
    country_a = lasting(CountryA(folder, dispensations=Register(), offer_pdf=True))
    country = CountryB(folder, country_a)
    yield country
    country.store.close()
    country_a.store.close()


def steps_of(country_b: CountryB) -> dict[str, Step]:
    gateway = country_b.gateway
    handle = country_b.treating(EVA)
    [coded, *_] = gateway.documents(DOCTOR, handle).documents
    number = iter(range(1_000_000))

    def submit() -> object:
        content = dispensation_cda(f"2.25.{100 + next(number)}")
        return gateway.submit(DOCTOR, handle, SubmitOperation.DISPENSE, content)

    return {
        "identify": lambda: gateway.identify(DOCTOR, LUXEMBOURG, SoughtPatient((EVA,))),
        "list": lambda: gateway.documents(DOCTOR, handle),
        "fetch": lambda: gateway.fetch(DOCTOR, handle, coded.document),
        "submit": submit,
    }


def trees() -> st.SearchStrategy[Bending]:
    """Draw changes of an answer as a tree."""
    return bends().map(lambda drawn: lambda answer: bent(answer, drawn) or answer)


def byte_strings() -> st.SearchStrategy[Bending]:
    """Draw changes of an answer as bytes."""

    def bending(drawn: list[Cut]) -> Bending:
        return lambda answer: HttpPayload(
            answer.content_type,
            reduce(lambda held, each: each.apply(held), drawn, answer.body),
        )

    return cuts().map(bending)


def refusal_of(step: Step) -> NcpError | None:
    """Take a step; return why it was refused, if it was."""
    try:
        step()
    except NcpError as error:
        return error
    return None


def recorded(country_b: CountryB, newest: list[int]) -> int:
    """Return how many records came since the newest one, and note which is it now."""
    found = [each.sequence for each in country_b.store.messages(newest[0])]
    newest[0] = max(found, default=newest[0])
    return len(found)


def test_whatever_a_peer_answers_it_is_understood_or_refused(country_b):
    steps = steps_of(country_b)
    newest = [0]
    recorded(country_b, newest)

    def example(data: st.DataObject) -> None:
        step = data.draw(st.sampled_from(sorted(steps)))
        country_b.line.bend = data.draw(trees() | byte_strings())
        sent = len(country_b.line.sent)
        error = refusal_of(steps[step])
        country_b.line.bend = lambda payload: payload
        if error is not None:
            assert error.refusal is not Refusal.INTERNAL
            assert len(error.public_message) < 2_000
            assert not INSIDE.search(error.public_message.encode())
        asked = len(country_b.line.sent) - sent
        country_b.line.sent.clear()
        forget_what_was_asked(country_b.country_a)
        assert recorded(country_b, newest) == asked

    fuzz("answers", example)
