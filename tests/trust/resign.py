"""Signs with other people's libraries, and signs altered content as its owner would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import xmlsec
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, XMLSigner, methods
from signxml.algorithms import SignatureMethod

from tests.trust import pki
from trust.certificates import SigningKey
from trust.namespaces import DS, SAML

NS = {"s": SAML, "ds": DS, "h": "urn:hl7-org:v3"}
Change = Callable[[etree._Element], object]


@cache
def _xmlsec_key(name: str) -> xmlsec.Key:
    key = pki.seal(name)
    loaded = xmlsec.Key.from_memory(
        pki.key_pem(key.private_key), xmlsec.constants.KeyDataFormatPem, None
    )
    loaded.load_cert_from_memory(
        pki.pem(key.certificate), xmlsec.constants.KeyDataFormatPem
    )
    return loaded


def unsigned(data: bytes) -> etree._Element:
    root = etree.fromstring(data)
    signature = root.find("ds:Signature", NS)
    if signature is not None:
        root.remove(signature)
    return root


def sign_in_place(
    root: etree._Element,
    seal: str = "seal",
    prefix_list: Sequence[str] = (),
    *,
    method: object = xmlsec.Transform.RSA_SHA256,
) -> None:
    """Sign an assertion with xmlsec where it stands in its document."""
    add_template(root, prefix_list, method)
    sign_template(root, seal)


def sign_template(
    root: etree._Element,
    seal: str = "seal",
    signature: etree._Element | None = None,
) -> None:
    """Fill in a signature, by default the one that stands second, with xmlsec."""
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = _xmlsec_key(seal)
    context.sign(root[1] if signature is None else signature)


def add_template(
    root: etree._Element,
    prefix_list: Sequence[str] = (),
    method: object = xmlsec.Transform.RSA_SHA256,
) -> None:
    """Put in a signature that is still to be filled in."""
    signature = xmlsec.template.create(
        root, xmlsec.Transform.EXCL_C14N, method, ns="ds"
    )
    root.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.Transform.SHA256, uri=f"#{root.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    exclusive = xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    if prefix_list:
        xmlsec.template.transform_add_c14n_inclusive_namespaces(
            exclusive, list(prefix_list)
        )
    key_info = xmlsec.template.ensure_key_info(signature)
    xmlsec.template.x509_data_add_certificate(xmlsec.template.add_x509_data(key_info))


def resign(
    data: bytes,
    change: Change | None = None,
    *,
    seal: str = "seal",
    prefix_list: Sequence[str] = (),
) -> bytes:
    """Change an assertion and sign it anew, as its rightful issuer could."""
    root = unsigned(data)
    if change is not None:
        change(root)
    sign_in_place(root, seal, prefix_list)
    return etree.tostring(root)


def signxml_signed(data: bytes, key: SigningKey, method: SignatureMethod) -> bytes:
    root = unsigned(data)
    placeholder = etree.Element(
        f"{{{DS}}}Signature", {"Id": "placeholder"}, nsmap={"ds": DS}
    )
    root.insert(1, placeholder)
    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        root,
        key=key.private_key,
        cert=[key.certificate],
        reference_uri=root.get("ID"),
    )
    return etree.tostring(signed)


def xmlsec_verifies(root: etree._Element, seal: str = "seal") -> None:
    """Verify in place; raises where the signature does not hold."""
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = _xmlsec_key(seal)
    context.verify(root.find("ds:Signature", NS))


def at(path: str) -> Callable[[etree._Element], etree._Element]:
    """Find one element by path, for changes."""

    def find(root: etree._Element) -> etree._Element:
        (found,) = root.xpath(path, namespaces=NS)
        return found

    return find


def set_text(path: str, text: str) -> Change:
    return lambda root: setattr(at(path)(root), "text", text)


def set_attribute(path: str, name: str, value: str) -> Change:
    return lambda root: at(path)(root).set(name, value)


def drop_attribute(path: str, name: str) -> Change:
    return lambda root: at(path)(root).attrib.pop(name)


def drop(path: str) -> Change:
    def change(root: etree._Element) -> None:
        found = at(path)(root)
        found.getparent().remove(found)

    return change


def append(path: str, xml: str) -> Change:
    return lambda root: at(path)(root).append(_parsed(xml))


def insert(path: str, index: int, xml: str) -> Change:
    return lambda root: at(path)(root).insert(index, _parsed(xml))


def twice(path: str) -> Change:
    def change(root: etree._Element) -> None:
        found = at(path)(root)
        found.addnext(etree.fromstring(etree.tostring(found)))

    return change


def together(*changes: Change) -> Change:
    def change(root: etree._Element) -> None:
        for each in changes:
            each(root)

    return change


def attribute_value(name: str) -> str:
    return f"//s:Attribute[@Name='{name}']/s:AttributeValue"


def _parsed(xml: str) -> etree._Element:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())
    return etree.fromstring(f"<r {declared}>{xml}</r>")[0]
