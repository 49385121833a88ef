"""A line to responders and distribution points, played by the test."""

from __future__ import annotations

from collections.abc import Callable

from trust.certificates import LineFailed


class Line:
    """Answers what it was given; counts who was asked."""

    def __init__(self, answers: dict[str, bytes | Callable[[], bytes]] | None = None):
        self.answers = dict(answers or {})
        self.asked: list[str] = []

    def get(self, address: str) -> bytes:
        return self._answer(address)

    def post(self, address: str, request: bytes) -> bytes:
        assert request
        return self._answer(address)

    def _answer(self, address: str) -> bytes:
        self.asked.append(address)
        answer = self.answers.get(address)
        if answer is None:
            raise LineFailed("no connection")
        return answer() if callable(answer) else answer
