"""A session of requests that takes nothing from its surroundings and goes nowhere else.

The environment brings no proxies, passwords or trust anchors; no cookie is kept; no
answer is a redirect; and nothing is reached but over an adapter that was mounted.
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy

import requests


class StrictSession(requests.Session):
    """A session as strict as :mod:`ncp.peers.strict_session` says; mount adapters."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Find no target: the base class reads a redirect's body, however long it is.

        The status is judged by the caller, like any other.
        """
        return None
