"""What the services of the international door are, for whoever wants to call them.

A description is the same for everybody; it is given out at ``?wsdl``, and its schemas
at ``?xsd=NAME``, behind the same mutual TLS as the services.

Spec: WSDL 1.1 §3 / WS-Addressing 1.0 WSDL Binding §4 / IHE ITI TF-2 Appendix V.2.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import quoteattr

from ncp.exchange import HttpPayload

_FOLDER: Final = files("ncp.web") / "wsdl"
_SCHEMAS: Final = ("hl7", "lcm", "query", "rim", "rs", "xds")
_QUERIES: Final = {f"xsd={name}.xsd": f"{name}.xsd" for name in _SCHEMAS}
# What a client called us; anything else is not put into a document of ours.
_HOST: Final = re.compile(
    r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?"
)
_XML: Final = "text/xml; charset=utf-8"


def describe(
    service: str, query: str, host: str | None, path: str
) -> HttpPayload | None:
    """Return what a query of a service asks for, or None.

    Parameters
    ----------
    service
        ``XCPD``, ``XCA`` or ``XDR``.
    host, path
        Where the client found the service: the address that the description names.
    """
    asked = query.lower()
    if asked == "wsdl":
        text = _text(f"{service.lower()}.wsdl")
        return HttpPayload(
            _XML, text.replace('"ADDRESS"', _address(host, path)).encode()
        )
    name = _QUERIES.get(asked)
    return None if name is None else HttpPayload(_XML, _text(name).encode())


def _address(host: str | None, path: str) -> str:
    named = host if host is not None and _HOST.fullmatch(host) else "localhost"
    return quoteattr(f"https://{named}{path}")


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
