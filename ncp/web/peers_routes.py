"""The operations door's view of the other countries, and its switches.

Spec: ARCHITECTURE "Three doors" (an operator's name stands in the record) / fact sheet
06 §6.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from ncp.web.problems import problem
from trust.identifiers import CountryCode, IdentifierError


class PeerDesk(Protocol):
    """What an operator can see and do about other countries."""

    def overview(self) -> list[dict[str, Any]]:
        """Return every country with its services, entries and health."""
        ...

    def switch(
        self, country: CountryCode, service: str, operator: str, *, off: bool, why: str
    ) -> None:
        """Switch a service of a country, or all of it; raises ConfigurationError."""
        ...

    def refresh(self, country: CountryCode) -> bool:
        """Ask the directory about a country at once; tell whether there was news."""
        ...


class SwitchRequest(BaseModel):
    """What is to be switched."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(default="all", max_length=20)
    why: str = Field(default="", max_length=200)


def peers_routes(desk: PeerDesk, authenticate: Callable[[Request], str]) -> APIRouter:
    """Build the routes; ``authenticate`` gives the operator's name, or raises."""
    operator = Depends(authenticate)
    routes = APIRouter(prefix="/peers")

    @routes.get("")
    def overview(_operator: str = operator) -> list[dict[str, Any]]:
        """List the countries: where they are, how they answer, what is off."""
        return desk.overview()

    @routes.post("/{country}/off", response_model=None)
    def switch_off(country: str, request: SwitchRequest, name: str = operator) -> Any:
        """Switch a country, or one service of it, off at once."""
        return _switched(desk, country, request, name, off=True)

    @routes.post("/{country}/on", response_model=None)
    def switch_on(country: str, request: SwitchRequest, name: str = operator) -> Any:
        """Switch on what an operator switched off."""
        return _switched(desk, country, request, name, off=False)

    @routes.post("/{country}/refresh", response_model=None)
    def refresh(country: str, _operator: str = operator) -> Any:
        """Ask the directory about a country now."""
        code = _country(country)
        if code is None:
            return _unknown()
        return {"country": code, "news": desk.refresh(code)}

    return routes


def _switched(
    desk: PeerDesk, country: str, request: SwitchRequest, operator: str, *, off: bool
) -> Any:
    code = _country(country)
    if code is None:
        return _unknown()
    desk.switch(code, request.service, operator, off=off, why=request.why)
    return {"country": code, "service": request.service, "off": off}


def _country(text: str) -> CountryCode | None:
    try:
        return CountryCode(text)
    except IdentifierError:
        return None


def _unknown() -> Any:
    return problem(404, "peer-unknown", "There is no such country.")
