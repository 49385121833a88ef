"""What every FHIR resource of a summary may have, and whom it speaks of."""

from __future__ import annotations

from uuid import UUID

from hypothesis import strategies as st

from tests.strategies.datatypes import (
    Json,
    Values,
    absent_reasons,
    ages,
    date_times,
    identifiers,
    lists_of,
    narratives,
    periods,
    some,
    texts,
    unknown_extensions,
)

PATIENT = f"urn:uuid:{UUID(int=1)}"
AUTHOR = f"urn:uuid:{UUID(int=2)}"
ABOUT = st.just({"reference": PATIENT})
ANYBODY = st.sampled_from([{"display": "Dr Klein"}, {"reference": AUTHOR}])


def resource_of(kind: str, required: dict[str, Values], **optional: Values) -> Values:
    """Draw a resource with what every resource may have."""
    always: dict[str, Values] = {
        "identifier": lists_of(identifiers),
        "extension": unknown_extensions,
        "text": narratives,
        "language": st.just("fr-LU"),
        **optional,
    }
    seldom = {name: one for name, one in always.items() if name not in required}
    return some({"resourceType": st.just(kind), **required}, **seldom)


def onset(name: str) -> tuple[dict[str, Values], ...]:
    """Return the members of ``onset[x]`` or ``abatement[x]``."""
    return (
        {f"{name}DateTime": date_times},
        {f"_{name}DateTime": absent_reasons},
        {f"{name}Period": periods},
        {f"{name}Age": ages},
        {f"{name}String": texts},
    )


def holding(resource: Values, held: Values, reference: str) -> Values:
    """Let a resource contain another that it refers to."""

    def put(pair: tuple[Json, Json]) -> Json:
        holder, inside = pair
        name = inside["resourceType"].lower()
        return {
            **holder,
            "contained": [{**inside, "id": name}],
            reference: {"reference": f"#{name}"},
        }

    return st.tuples(resource, held).map(put)
