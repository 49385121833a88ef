"""Object identifiers that assertions carry.

Spec: eHDSI SAML profile (Wave 7), role and purpose of use. Seen: OpenNCP 9 XSPARole.
"""

from __future__ import annotations

from typing import Final

# Code system of health professionals' roles.
ISCO: Final = "2.16.840.1.113883.2.9.6.2.7"
# Code system of the purpose of use; a UUID, not an OID, in the eHDSI profile.
PURPOSE_OF_USE: Final = "3bc18518-d305-46c2-a8d6-94bd59856e9e"
