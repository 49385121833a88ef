"""SOAP 1.2 messages of the transactions: reading and writing in one place.

Spec: SOAP 1.2 Part 1 §5 / IHE ITI TF-2 Appendix V.3.
"""

from ncp.ihe.addressing import Addressing
from ncp.ihe.mtom import Attachment
from ncp.ihe.soap_keeping import body_hash, canonical_form, security_header_bytes
from ncp.ihe.soap_reading import (
    RESPONSE_LIMITS,
    PlainMessage,
    RequestRefused,
    SoapMessage,
    read_plain,
    read_request,
    read_response,
)
from ncp.ihe.soap_writing import (
    write_fault,
    write_plain,
    write_request,
    write_response,
)

__all__ = [
    "RESPONSE_LIMITS",
    "Addressing",
    "Attachment",
    "PlainMessage",
    "RequestRefused",
    "SoapMessage",
    "body_hash",
    "canonical_form",
    "read_plain",
    "read_request",
    "read_response",
    "security_header_bytes",
    "write_fault",
    "write_plain",
    "write_request",
    "write_response",
]
