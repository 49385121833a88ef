"""Makes the eDispensation of what is handed over, and judges it before it may leave.

The prescription is read as FHIR, the dispensation is prepared on it and written as CDA;
what the rules make mandatory and nobody said is refused here, before anything is sent.

Spec: eHDSI eDispensation EH.1.2 (Wave 8) / HL7 Europe MPD MedicationDispense.
"""

from __future__ import annotations

from typing import Any, Final

import simplejson

from ncp.conformity import Conformity, remark_on
from ncp.country_b.dispensing.writing import Dispensing, WrittenDispensation
from ncp.errors import Refusal, SemanticError
from ncp.identity import GatewayIdentity
from ncp.national.fhir_medication import medication_of
from ncp.terminology.desk import TerminologyDesk
from transformations.edispensation import (
    EDISPENSATION_L3,
    Custodian,
    DispensedItem,
    DocumentHeader,
    Function,
    Identifier,
    NotPrepared,
    Pharmacist,
    Pharmacy,
    Substitution,
    SubstitutionKind,
    dispensations,
    prepare_dispensation,
    write_edispensation,
)
from transformations.eprescription import eprescription_to_fhir, items
from transformations.fhir import FhirBundle, NotFhir, read_fhir_bundle
from transformations.mapping import Severity
from transformations.transformed import Transformed
from trust.assertions import HealthProfessional
from trust.identifiers import URN_OID, Oid
from trust.xml import DOCUMENT_LIMITS, parse_xml

_URI: Final = "urn:ietf:rfc:3986"


class ClinicalDocumentWriter:
    """Writes eDispensations as CDA.

    Parameters
    ----------
    terminology
        Brings codes to those of the catalogue; None where none is named.
    """

    def __init__(
        self, conformity: Conformity, terminology: TerminologyDesk | None = None
    ) -> None:
        self._conformity = conformity
        self._terminology = terminology

    def write(self, dispensing: Dispensing) -> WrittenDispensation:
        """Return the document; the same values give the same bytes.

        Raises
        ------
        SemanticError
            It would lack what is mandatory, or break a rule.
        """
        written = self._written(dispensing)
        lacking = sorted(
            {
                finding.rule
                for finding in written.findings
                if finding.severity is Severity.CRITICAL
            }
        )
        if lacking:
            raise _unfit(
                Refusal.DOCUMENT_LACKS_MANDATORY_FACT,
                f"the dispensation would lack {', '.join(lacking)}",
            )
        made = self._pivoted(written.document)
        report = self._conformity.judge(parse_xml(made.document, DOCUMENT_LIMITS))
        if self._conformity.refuses and not report.is_valid:
            raise _unfit(Refusal.DOCUMENT_UNFIT, remark_on(report))
        return made

    def _written(self, dispensing: Dispensing) -> Transformed:
        identity = dispensing.identity
        try:
            bundle = _prescription(dispensing)
            (prescribed,) = items(bundle)
            prepared = prepare_dispensation(
                bundle,
                prescribed,
                _item(dispensing),
                dispensing.made,
                identity.language,
            )
            (document,) = dispensations(read_fhir_bundle(_json(prepared)))
        except (NotPrepared, NotFhir, ValueError) as error:
            raise _unfit(
                Refusal.DOCUMENT_LACKS_MANDATORY_FACT,
                "no dispensation can be made of this prescription",
            ) from error
        return write_edispensation(document, _header(dispensing))

    def _pivoted(self, document: bytes) -> WrittenDispensation:
        if self._terminology is None:
            return WrittenDispensation(document)
        processed = self._terminology.pivoted(document)
        return WrittenDispensation(processed.document, processed)


def _prescription(dispensing: Dispensing) -> FhirBundle:
    source = eprescription_to_fhir(dispensing.prescription)
    return read_fhir_bundle(source.document)


def _json(resource: dict[str, Any]) -> bytes:
    return simplejson.dumps(resource, use_decimal=True, ensure_ascii=False).encode()


def _header(dispensing: Dispensing) -> DocumentHeader:
    identity = dispensing.identity
    return DocumentHeader(
        document_id=Oid(dispensing.document_id),
        language=identity.language,
        country=identity.country,
        custodian=Custodian(identity.organization, identity.home_community_id),
        created=dispensing.made,
        type=EDISPENSATION_L3,
    )


def _item(dispensing: Dispensing) -> DispensedItem:
    return DispensedItem(
        identifier=Identifier(f"{URN_OID}{dispensing.document_id}", "1"),
        product=medication_of(dispensing.product),
        packages=dispensing.packages,
        handed_over=dispensing.handed_over,
        pharmacist=_pharmacist(dispensing.pharmacist, dispensing.identity),
        pharmacy=_pharmacy(dispensing.pharmacist, dispensing.identity),
        substitution=_substitution(dispensing),
        remark=dispensing.remark,
    )


def _substitution(dispensing: Dispensing) -> Substitution | None:
    if not dispensing.is_substituted:
        return None
    prescribed, ours = dispensing.facts.product.atc, dispensing.product.atc
    is_other = (
        prescribed is not None and ours is not None and (prescribed.code != ours.code)
    )
    return Substitution(
        SubstitutionKind.THERAPEUTIC if is_other else SubstitutionKind.GENERIC
    )


def _pharmacist(who: HealthProfessional, identity: GatewayIdentity) -> Pharmacist:
    *given, family = who.name.split()
    technician = Function.PHARMACEUTICAL_TECHNICIAN
    return Pharmacist(
        # People are known by the numbers of this country's own door.
        Identifier(f"{URN_OID}{identity.home_community_id}", who.identifier),
        family,
        tuple(given) or (family,),
        technician if who.role.code == technician.value else Function.PHARMACIST,
    )


def _pharmacy(who: HealthProfessional, identity: GatewayIdentity) -> Pharmacy:
    named = who.organization_id or ""
    if named.startswith(URN_OID):
        identifier = Identifier(_URI, named)
    else:
        identifier = Identifier(
            f"{URN_OID}{identity.home_community_id}", named or who.organization
        )
    return Pharmacy(identifier, who.organization, identity.country, city=who.locality)


def _unfit(refusal: Refusal, sentence: str) -> SemanticError:
    return SemanticError(
        refusal,
        sentence,
        "Look at the prescription and at the product in the catalogue.",
    )
