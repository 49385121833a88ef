"""Cross Gateway Patient Discovery: its values and both of its messages.

Spec: IHE ITI TF-2 §3.55.
"""

from ncp.ihe.iti55_request_reading import read_patient_discovery_request
from ncp.ihe.iti55_request_writing import write_patient_discovery_request
from ncp.ihe.iti55_response_reading import read_patient_discovery_response
from ncp.ihe.iti55_response_writing import write_patient_discovery_response
from ncp.ihe.patient_discovery import (
    DiscoveryRefused,
    InstanceId,
    PatientDiscoveryRequest,
    PatientDiscoveryResponse,
    PatientMatch,
    PatientTraits,
)
from ncp.ihe.person import PostalAddress

__all__ = [
    "DiscoveryRefused",
    "InstanceId",
    "PatientDiscoveryRequest",
    "PatientDiscoveryResponse",
    "PatientMatch",
    "PatientTraits",
    "PostalAddress",
    "read_patient_discovery_request",
    "read_patient_discovery_response",
    "write_patient_discovery_request",
    "write_patient_discovery_response",
]
