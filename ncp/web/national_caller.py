"""Who calls at the national door, and the form of what is said there.

Spec: fact sheet 01 6.2 (what a portal needs of country B).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator
from pydantic.alias_generators import to_camel

from ncp.web.tokens import TokenRing
from ncp.web.unauthorised import Unauthorised
from trust.assertions.model import HealthProfessional
from trust.xml import refuse_forbidden


def _says_something(value: str) -> str:
    if not value.strip():
        raise ValueError("blanks alone name nobody")
    return value


Name = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(_says_something)
]
Opaque = Annotated[str, Field(min_length=1, max_length=200)]


class Message(BaseModel):
    """JSON in camel case, closed to fields it does not know.

    What is said here goes on in XML: characters that XML cannot carry are refused.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )

    @field_validator("*")
    @classmethod
    def _can_be_carried(cls, value: object) -> object:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, str):
                refuse_forbidden(each, "field")
        return value


class Answer(BaseModel):
    """JSON in camel case, made of the values of ``ncp.country_b.treatment``."""

    model_config = ConfigDict(
        from_attributes=True, alias_generator=to_camel, populate_by_name=True
    )


def authenticate(request: Request) -> HealthProfessional:
    """Return whose token the request carries."""
    ring: TokenRing[HealthProfessional] = request.app.state.professionals
    professional = ring.holder(request.headers.get("authorization"))
    if professional is None:
        raise Unauthorised
    return professional


Professional = Annotated[HealthProfessional, Depends(authenticate)]
