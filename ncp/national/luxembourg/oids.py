"""Luxembourg's object identifiers, arc 1.3.182.

Seen: OpenNCP configuration ``traits/lu.xml`` and ``pn-oid.xml``, the international
search mask Luxembourg published.
"""

from __future__ import annotations

from typing import Final

from trust.identifiers import Oid

MATRICULE: Final = Oid("1.3.182.4.4")
"""The national identification number of a natural person, 13 digits."""

HEALTH_PROFESSIONAL: Final = Oid("1.3.182.4.1")
"""Identifiers of health professionals."""

DISPENSABLE_MEDICATION: Final = Oid("1.3.182.5.48")
"""Codes of medicinal products that may be dispensed.

Seen: profile ``EPMedicationDispensation`` of Luxembourg's prescriptions.
"""
