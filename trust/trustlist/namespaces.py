"""XML namespaces and signature identifiers of trust lists.

Spec: ETSI TS 119 612 §5.2, Annex C / ETSI EN 319 132-1 §4.2 (XAdES) / XML Signature 1.1
§4.4.3.
"""

from __future__ import annotations

from typing import Final

TSL: Final = "http://uri.etsi.org/02231/v2#"
ADDITIONAL: Final = "http://uri.etsi.org/02231/v2/additionaltypes#"
EXTENSIONS: Final = (
    "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
)
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
INCLUSIVE_C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
