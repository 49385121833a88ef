"""Trust lists to test with: written and signed here, nothing of it the code's own."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import xmlsec
from cryptography import x509
from lxml import etree

from tests.trust import pki
from tests.trust.pki import NOW
from trust.certificates import SigningKey

TSL = "http://uri.etsi.org/02231/v2#"
ADDITIONAL = "http://uri.etsi.org/02231/v2/additionaltypes#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
DS = "http://www.w3.org/2000/09/xmldsig#"
NS = {"t": TSL, "ds": DS, "x": XADES, "a": ADDITIONAL}
TYPES = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
QUALIFIER = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
SERVICE = "http://uri.etsi.org/TrstSvc/Svctype/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MEDIA = "application/vnd.etsi.tsl+xml"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = DS + "enveloped-signature"
SHA_256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA_1 = DS + "sha1"
PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
Change = Callable[[etree._Element], object]

DAY = dt.timedelta(days=1)
OPERATOR = pki.seal("list-operator")
STRANGER = pki.seal("list-stranger")
LOTL_SIGNER = pki.seal("lotl-signer")
NEW_LOTL_SIGNER = pki.seal("new-lotl-signer")


@dataclass(frozen=True)
class Period:
    status: str = "granted"
    starts: dt.datetime = NOW - 100 * DAY
    kind: str = "CA/QC"


@dataclass(frozen=True)
class Entry:
    """A service: its certificates, what it is now, and what it was."""

    certificates: Sequence[x509.Certificate]
    now: Period = Period()
    history: Sequence[Period] = ()
    issues_for: Sequence[str] = ()


@dataclass(frozen=True)
class Pointer:
    location: str
    signers: Sequence[x509.Certificate]
    territory: str | None = "LU"
    kind: str = "EUgeneric"
    media: str = MEDIA


@dataclass(frozen=True)
class Draft:
    """A list as its operator means it; a test changes what it is about."""

    territory: str | None = "LU"
    kind: str = "EUgeneric"
    sequence: int = 7
    issued: dt.datetime = NOW - 10 * DAY
    next_update: dt.datetime | None = NOW + 100 * DAY
    entries: Sequence[Entry] = ()
    pointers: Sequence[Pointer] = ()
    information: Sequence[str] = ()


def list_of_lists(pointers: Iterable[Pointer], **changes) -> Draft:
    return replace(
        Draft(territory="EU", kind="EUlistofthelists", pointers=tuple(pointers)),
        **changes,
    )


# Writing ----------------------------------------------------------------------------


def element(tag: str, *children: etree._Element | str, **attributes: str):
    made = etree.Element(tag if "{" in tag else f"{{{TSL}}}{tag}", attributes)
    for child in children:
        if isinstance(child, str):
            made.text = child
        else:
            made.append(child)
    return made


def english(tag: str, text: str):
    made = element(tag, text)
    made.set(XML_LANG, "en")
    return made


def moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(certificates: Sequence[x509.Certificate]):
    return element(
        "ServiceDigitalIdentity",
        *(
            element("DigitalId", element("X509Certificate", b64(pki.der(each))))
            for each in certificates
        ),
    )


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _period(tag: str, period: Period, certificates: Sequence[x509.Certificate]):
    kind = period.kind if "://" in period.kind else SERVICE + period.kind
    return element(
        tag,
        element("ServiceTypeIdentifier", kind),
        element("ServiceName", english("Name", "An authority")),
        identity(certificates),
        element("ServiceStatus", STATUS + period.status),
        element("StatusStartingTime", moment(period.starts)),
    )


def _service(entry: Entry):
    information = _period("ServiceInformation", entry.now, entry.certificates)
    if entry.issues_for:
        information.append(
            element(
                "ServiceInformationExtensions",
                *(
                    element(
                        "Extension",
                        element(
                            "AdditionalServiceInformation",
                            english("URI", QUALIFIER + each),
                        ),
                        Critical="true",
                    )
                    for each in entry.issues_for
                ),
            )
        )
    parts = [information]
    if entry.history:
        past = [
            _period("ServiceHistoryInstance", each, entry.certificates)
            for each in entry.history
        ]
        parts.append(element("ServiceHistory", *past))
    return element("TSPService", *parts)


def _pointer(pointer: Pointer):
    told = [element("TSLType", TYPES + pointer.kind)]
    if pointer.territory is not None:
        told.append(element("SchemeTerritory", pointer.territory))
    told.append(element(f"{{{ADDITIONAL}}}MimeType", pointer.media))
    return element(
        "OtherTSLPointer",
        element("ServiceDigitalIdentities", *(identity([c]) for c in pointer.signers)),
        element("TSLLocation", pointer.location),
        element(
            "AdditionalInformation",
            *(element("OtherInformation", each) for each in told),
        ),
    )


def written(draft: Draft) -> etree._Element:
    """The list, not signed yet."""
    update = (
        []
        if draft.next_update is None
        else [element("dateTime", moment(draft.next_update))]
    )
    scheme = [
        element("TSLVersionIdentifier", "6"),
        element("TSLSequenceNumber", str(draft.sequence)),
        element("TSLType", TYPES + draft.kind),
        element("SchemeOperatorName", english("Name", "The operator")),
        element(
            "SchemeInformationURI",
            *(english("URI", each) for each in draft.information),
        ),
        *([element("SchemeTerritory", draft.territory)] if draft.territory else []),
        element("PointersToOtherTSL", *map(_pointer, draft.pointers)),
        element("ListIssueDateTime", moment(draft.issued)),
        element("NextUpdate", *update),
    ]
    root = etree.Element(
        f"{{{TSL}}}TrustServiceStatusList", nsmap={None: TSL, "ds": DS}
    )
    root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
    root.set("Id", "list")
    root.append(element("SchemeInformation", *scheme))
    if draft.entries:
        provider_name = english("Name", "A provider")
        provider = element(
            "TrustServiceProvider",
            element("TSPInformation", element("TSPName", provider_name)),
            element("TSPServices", *map(_service, draft.entries)),
        )
        root.append(element("TrustServiceProviderList", provider))
    return root


# Signing ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Manner:
    """How a list is signed; each field is something a signer may do otherwise."""

    uri: str = ""
    transforms: Sequence[str] = (ENVELOPED, EXCLUSIVE)
    properties_transforms: Sequence[str] | None = (EXCLUSIVE,)
    named: x509.Certificate | None = None
    digest: str = SHA_256
    version: str = "V2"
    shown: Sequence[x509.Certificate] | None = None
    list_type: str | None = None
    canonicalization: str = EXCLUSIVE
    signature_method: str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def signed(
    draft: Draft | etree._Element,
    key: SigningKey = OPERATOR,
    manner: Manner | None = None,
    change: Change | None = None,
) -> bytes:
    """Sign a list with another program's signer.

    ``change`` bends the signature before it is made, as only its rightful owner could.
    """
    root = written(draft) if isinstance(draft, Draft) else draft
    manner = manner or Manner()
    signature = _signature(key, manner)
    root.append(signature)
    if change is not None:
        change(root)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        pki.key_pem(key.private_key), xmlsec.constants.KeyDataFormatPem, None
    )
    context.sign(root.find("ds:Signature", NS))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _ds(name: str, *children, **attributes: str):
    return element(f"{{{DS}}}{name}", *children, **attributes)


def _xades(name: str, *children, **attributes: str):
    return element(f"{{{XADES}}}{name}", *children, **attributes)


def _reference(
    uri: str, transforms: Sequence[str] | None, **attributes: str
) -> etree._Element:
    parts = [
        _ds("DigestMethod", Algorithm=SHA_256),
        _ds("DigestValue"),
    ]
    if transforms is not None:
        listed = (_ds("Transform", Algorithm=each) for each in transforms)
        parts.insert(0, _ds("Transforms", *listed))
    return _ds("Reference", *parts, URI=uri, **attributes)


def _signature(key: SigningKey, manner: Manner) -> etree._Element:
    list_type = {} if manner.list_type is None else {"Type": manner.list_type}
    info = _ds(
        "SignedInfo",
        _ds("CanonicalizationMethod", Algorithm=manner.canonicalization),
        _ds("SignatureMethod", Algorithm=manner.signature_method),
        _reference(manner.uri, manner.transforms, **list_type),
        _reference("#properties", manner.properties_transforms, Type=PROPERTIES),
    )
    shown = manner.shown or [key.certificate]
    certificates = (_ds("X509Certificate", b64(pki.der(each))) for each in shown)
    return _ds(
        "Signature",
        info,
        _ds("SignatureValue"),
        _ds("KeyInfo", _ds("X509Data", *certificates)),
        _ds("Object", _qualifying(manner, manner.named or key.certificate)),
        Id="signature",
    )


def _qualifying(manner: Manner, named: x509.Certificate) -> etree._Element:
    der = pki.der(named)
    algorithm = hashlib.sha1 if manner.digest == SHA_1 else hashlib.sha256
    digest = _xades(
        "CertDigest",
        _ds("DigestMethod", Algorithm=manner.digest),
        _ds("DigestValue", b64(algorithm(der).digest())),
    )
    suffix = "V2" if manner.version == "V2" else ""
    properties = _xades(
        "SignedSignatureProperties",
        _xades("SigningTime", moment(NOW - 10 * DAY)),
        _xades(f"SigningCertificate{suffix}", _xades("Cert", digest)),
    )
    return _xades(
        "QualifyingProperties",
        _xades("SignedProperties", properties, Id="properties"),
        Target="#signature",
    )
