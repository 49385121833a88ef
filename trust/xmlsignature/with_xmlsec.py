"""The second engine: xmlsec does the canonical forms and the cryptography.

The form of the signature, the identifiers and the certificate are judged exactly as the
strict verifier judges them, before xmlsec sees the element: left to itself it follows
references to files and runs any transform. It takes part in no message by default; an
operator who doubts a verdict, and the tests, compare the two engines.

Spec: XML Signature 1.1 §3.2 (core validation) / SAML 2.0 Core §5.4.
"""

from __future__ import annotations

from types import ModuleType

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from trust.decision import Reason
from trust.xmlsignature.form import SignatureForm, read_form
from trust.xmlsignature.port import (
    CertificateJudge,
    VerifiedElement,
    refuse_repeated,
    strong_certificate,
)
from trust.xmlsignature.refused import SignatureRefused


class EngineMissingError(RuntimeError):
    """The second engine cannot be loaded; the text says why and what to do."""


def verify_with_xmlsec(
    element: etree._Element, judge: CertificateJudge = strong_certificate
) -> VerifiedElement:
    """Verify the one enveloped signature of an element, with xmlsec.

    Takes and gives what :func:`~trust.xmlsignature.verify.verify_enveloped` does.
    xmlsec does not say which of the two was wrong, digest or value: where it refuses,
    the reason is that of the value.

    Raises
    ------
    EngineMissingError
        xmlsec is not installed, or was built on another libxml2 than lxml.
    SignatureRefused
        The form is refused, or the signature does not hold.
    TrustRefused
        The judge refused the certificate.
    """
    xmlsec = _load()
    form = read_form(element)
    refuse_repeated(element)
    certificate = judge(form.certificate_der)
    _verify(xmlsec, element, form, certificate)
    return VerifiedElement(element, form.certificate_der, certificate)


def _load() -> ModuleType:
    try:
        import xmlsec  # noqa: PLC0415 - only who asks for this engine needs it
    except Exception as error:  # it has an error class of its own for a wrong pair
        raise EngineMissingError(
            f"the signature engine xmlsec cannot be loaded ({error}); install a build "
            "of xmlsec that uses the same libxml2 as lxml, or do without this engine"
        ) from error
    module: ModuleType = xmlsec
    return module


def _verify(
    xmlsec: ModuleType,
    element: etree._Element,
    form: SignatureForm,
    certificate: x509.Certificate,
) -> None:
    context = xmlsec.SignatureContext()
    # With a key given, nothing of KeyInfo is used.
    context.key = xmlsec.Key.from_memory(
        certificate.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        ),
        xmlsec.constants.KeyDataFormatPem,
    )
    context.register_id(element, "ID")
    try:
        context.verify(form.signature)
    except xmlsec.Error:
        raise SignatureRefused(
            Reason.SIGNATURE_VALUE_INVALID,
            "xmlsec does not verify the signature: the element was altered, or another "
            "key signed it",
        ) from None
