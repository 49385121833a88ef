"""Who wrote, keeps and vouches for the document; every role is always filled.

Spec: eHDSI common header (EH.1.3, Wave 8): author 1..*, custodian 1..1,
legalAuthenticator 1..1 with a named person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from transformations.cda import CdaNode
from transformations.header.facts import Custodian
from transformations.header.people import (
    AUTHORS,
    ORGANIZATION,
    PARTIES,
)
from transformations.hl7v3.timestamps import to_ts
from transformations.mapping import (
    TS,
    Const,
    Context,
    Follow,
    Row,
    Severity,
    Table,
)
from transformations.mapping.ledger import Site
from transformations.mapping.terms_fixed import Fill

_AUTHOR = Table("author", "Reference", "Author", Follow(".", AUTHORS))
_CUSTODIAN = Table(
    "custodian",
    "Composition",
    "Custodian",
    Follow(
        "custodian",
        {"Organization": ORGANIZATION},
        "assignedCustodian/representedCustodianOrganization",
    ),
)
_ATTESTER = Table(
    "legalAuthenticator",
    "CompositionAttester",
    "LegalAuthenticator",
    Row("time", "time", TS),
    Const("signatureCode", code="S"),
    Follow("party", PARTIES),
)
_FILL_AUTHOR = Table(
    "author",
    "Composition",
    "Author",
    Fill("assignedAuthor/id", "NA"),
    Fill("assignedAuthor/addr", "NI"),
    Fill("assignedAuthor/telecom", "NI"),
)
_FILL_ENTITY = Table(
    "legalAuthenticator",
    "Composition",
    "LegalAuthenticator",
    Fill("assignedEntity/addr", "NI"),
    Fill("assignedEntity/telecom", "NI"),
)


def write_custodian(
    composition: Any, document: CdaNode, fallback: Custodian, cx: Context
) -> None:
    """Write the Composition's custodian, or the one given."""
    cx.site = Site("header: custodian", "ClinicalDocument/custodian")
    custodian = CdaNode(document.kind.child("custodian"))
    if not _CUSTODIAN.write(composition, custodian, cx):
        custodian.children.clear()
        keeper = custodian.add("assignedCustodian")
        _write_given(keeper.add("representedCustodianOrganization"), fallback, cx)
        cx.find(
            Severity.INFORMATION,
            "custodian-given",
            "the document names no custodian; the gateway's own stands in",
        )
    document.graft(custodian)


def write_authors(
    references: Iterable[Any], dated: Any, document: CdaNode, cx: Context
) -> None:
    """Write an author for each reference, and at least one.

    Parameters
    ----------
    dated
        When they wrote, as FHIR writes it; ``time`` is unknown where it is none.
    """
    cx.site = Site("header: author", "ClinicalDocument/author")
    written = []
    for reference in references:
        author = CdaNode(document.kind.child("author"))
        if isinstance(reference, dict) and _AUTHOR.write(reference, author, cx):
            written.append(author)
    if not written:
        cx.find(
            Severity.CRITICAL,
            "author-missing",
            "the document names no author that can be written",
        )
        written.append(CdaNode(document.kind.child("author")))
    for author in written:
        _complete_author(author, dated, document, cx)
        document.graft(author)


def _complete_author(
    author: CdaNode, dated: Any, document: CdaNode, cx: Context
) -> None:
    """Add what every author has: a time, a person or device, an organization."""
    moment = to_ts(str(dated))
    if moment is None:
        author.add("time", nullFlavor="UNK")
    else:
        author.add("time", value=moment)
    _FILL_AUTHOR.write({}, author, cx)
    assigned = author.first("assignedAuthor")
    if assigned is None:  # pragma: no cover - filled above
        return
    if not (
        assigned.first("assignedPerson") or assigned.first("assignedAuthoringDevice")
    ):
        # An organization wrote it: its system stands for it.
        device = assigned.add("assignedAuthoringDevice")
        device.add("softwareName", _name_of(assigned, document))
    if assigned.first("representedOrganization") is None:
        _copy_organization(assigned.add("representedOrganization"), document)


def write_legal_authenticator(
    composition: Any,
    document: CdaNode,
    country: str,
    cx: Context,
    *,
    is_needed: bool = True,
) -> None:
    """Write the legal attester; without one the custodian stands in, unsigned.

    Parameters
    ----------
    is_needed
        False: without an attester there is no legal authenticator at all.
    """
    cx.site = Site("header: attester", "ClinicalDocument/legalAuthenticator")
    node = CdaNode(document.kind.child("legalAuthenticator"))
    attesters = composition.get("attester") or []
    for index, attester in enumerate(attesters):
        if attester.get("mode") != "legal":
            cx.lose(attesters, index, "only the legal authenticator is written")
        elif node.children:
            cx.lose(attesters, index, "CDA has room for one legal authenticator only")
        elif not _write_attester(attester, node, cx):
            reason = "the legal attester is not in the document"
            cx.find(Severity.WARNING, "legal-authenticator-unknown", reason)
            cx.lose(attesters, index, reason)
    if not node.children and not is_needed:
        return
    if not node.children:
        # Nobody is known to have signed, and nothing may say that somebody did.
        node.add("signatureCode", nullFlavor="NI")
        cx.find(
            Severity.INFORMATION,
            "legal-authenticator-given",
            "the document names no legal authenticator; its custodian stands in, "
            "without a signature",
        )
    _complete_authenticator(node, composition, document, country, cx)
    document.graft(node)


def _write_attester(attester: Any, node: CdaNode, cx: Context) -> bool:
    """Write an attester, or nothing where the document does not say who it is."""
    before = cx.savepoint()
    cx.derive(attester, "mode")
    _ATTESTER.write(attester, node, cx)
    if node.first("assignedEntity") is not None:
        return True
    cx.rollback(before)
    node.clear()
    return False


def _complete_authenticator(
    node: CdaNode, composition: Any, document: CdaNode, country: str, cx: Context
) -> None:
    if node.first("time") is None:
        moment = document.first("effectiveTime")
        node.add("time", **({} if moment is None else moment.attributes))
    _FILL_ENTITY.write(composition, node, cx)
    entity = node.first("assignedEntity")
    if entity is None:  # pragma: no cover - filled above
        return
    if entity.first("representedOrganization") is None:
        _copy_organization(entity.add("representedOrganization"), document)
    if entity.first("assignedPerson") is None:
        # The rules want family and given name and refuse a nullFlavor: the names of
        # the organization and of its gateway, which nobody takes for a person's.
        name = entity.add("assignedPerson").add("name")
        name.add("family", _name_of(entity, document))
        name.add("given", f"NCPeH {country}")
    if entity.first("id") is None:
        _copy_id(entity, document)


def _write_given(organization: CdaNode, given: Custodian, cx: Context) -> None:
    organization.add("id", root=given.id)
    organization.add("name", given.name)
    organization.add("telecom", nullFlavor="NI")
    organization.add("addr").add("country", cx.policy.country)


def _keeper(document: CdaNode) -> CdaNode | None:
    custodian = document.first("custodian")
    assigned = None if custodian is None else custodian.first("assignedCustodian")
    if assigned is None:
        return None
    return assigned.first("representedCustodianOrganization")


def _copy_organization(organization: CdaNode, document: CdaNode) -> None:
    """Let the custodian stand as the organization behind a person."""
    keeper = _keeper(document)
    if keeper is None:  # pragma: no cover - written before
        return
    for child in keeper.elements():
        organization.graft(_copy(child, organization))


def _copy(node: CdaNode, parent: CdaNode) -> CdaNode:
    name = node.tag.rpartition("}")[2]
    copy = CdaNode(parent.kind.child(name), None, dict(node.attributes))
    for child in node.children:
        copy.children.append(
            _copy(child, copy) if isinstance(child, CdaNode) else child
        )
    return copy


def _copy_id(entity: CdaNode, document: CdaNode) -> None:
    keeper = _keeper(document)
    first = None if keeper is None else keeper.first("id")
    entity.add("id", **({"nullFlavor": "NI"} if first is None else first.attributes))


def _name_of(assigned: CdaNode, document: CdaNode) -> str:
    """Return the name of the organization behind, or of the custodian."""
    own = assigned.first("representedOrganization")
    return _text_of_name(own) or keeper_name(document)


def keeper_name(document: CdaNode) -> str:
    """Return the name of the custodian as it was written."""
    return _text_of_name(_keeper(document)) or "unnamed"


def _text_of_name(organization: CdaNode | None) -> str:
    name = None if organization is None else organization.first("name")
    return str(name.children[0]) if name is not None and name.children else ""
