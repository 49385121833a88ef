"""Whatever a pharmacy may say of a dispensation, for properties that always hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from tests.corpus.prescriptions.parts import (
    BOX,
    LU_PRODUCT,
    concept,
    ingredient,
    medication,
    pack,
    strength,
)
from transformations.edispensation import (
    DispensedItem,
    Function,
    Identifier,
    Pharmacist,
    Pharmacy,
    Substitution,
    SubstitutionKind,
)

# Signs of many scripts, and those that mean something in XML.
_SIGNS = st.characters(categories=("L", "N", "P", "S", "Zs"))
words = (
    st.text(_SIGNS, min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
codes = st.text("ABCDEFGHJKLMNP0123456789-.", min_size=1, max_size=16)
oids = st.lists(st.integers(0, 99_999), min_size=1, max_size=4).map(
    lambda arcs: ".".join(["urn:oid:2.999", *map(str, arcs)])
)
identifiers = st.builds(Identifier, oids, codes)
numbers = st.decimals("0.0001", "99999999", places=4, allow_nan=False)
zones = st.integers(-12 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is drawn beside
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=zones,
).map(lambda moment: moment.replace(microsecond=0))


@st.composite
def products(draw: st.DrawFn) -> dict:
    """Draw a product with a code, a package and a substance."""
    name = draw(words)
    return medication(
        code=concept((LU_PRODUCT, draw(codes), name), text=name),
        amount=pack(draw(numbers), BOX),
        ingredient=[ingredient("C08CA01", "amlodipine", strength(draw(numbers), "mg"))],
    )


items = st.builds(
    DispensedItem,
    identifier=identifiers,
    product=products(),
    packages=st.integers(1, 999_999),
    handed_over=moments,
    pharmacist=st.builds(
        Pharmacist,
        identifiers,
        words,
        st.lists(words, min_size=1, max_size=3).map(tuple),
        st.sampled_from(Function),
    ),
    pharmacy=st.builds(
        Pharmacy,
        identifiers,
        words,
        st.just("LU"),
        st.lists(words, max_size=2).map(tuple),
    ),
    substitution=st.none()
    | st.builds(Substitution, st.sampled_from(SubstitutionKind), words),
    remark=st.just("") | words,
    lot=st.just("") | codes,
    expires=st.none() | st.dates(date(2020, 1, 1), date(2060, 1, 1)),
)
