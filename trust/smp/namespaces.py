"""XML namespaces of service metadata and search masks.

Spec: OASIS BDX SMP 1.0 §2.2 / eHDSI International Search Mask 2023.
"""

from __future__ import annotations

from typing import Final

SMP: Final = "http://docs.oasis-open.org/bdxr/ns/SMP/2016/05"
ISM: Final = "http://ec.europa.eu/sante/ehncp/ism"
