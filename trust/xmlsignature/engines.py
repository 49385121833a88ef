"""The engines that verify signatures, by name; all stand behind one port.

Spec: XML Signature 1.1 §3.2 (core validation).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trust.xmlsignature.port import SignatureVerifier
from trust.xmlsignature.verify import verify_enveloped
from trust.xmlsignature.with_xmlsec import verify_with_xmlsec

# Messages are decided by the first; the second loads its library when it is asked.
ENGINES: Final[Mapping[str, SignatureVerifier]] = MappingProxyType(
    {"strict": verify_enveloped, "xmlsec": verify_with_xmlsec}
)
