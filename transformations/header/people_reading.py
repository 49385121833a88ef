"""Who wrote, keeps and vouches for a CDA, as resources of FHIR.

A role in CDA is one element; in FHIR it is a PractitionerRole with the person and the
organization behind it. The ids of the role are the person's.

Spec: eHDSI common header (EH.1.3): author, custodian, legalAuthenticator /
FHIR R4 Practitioner, PractitionerRole, Organization, Device.
"""

from __future__ import annotations

from typing import Any

from transformations.cda.structure import CdaNode
from transformations.mapping import (
    ADDRESS,
    CE,
    IDENTIFIER,
    NAME,
    ST,
    TEL,
    Row,
    Severity,
    Table,
)
from transformations.mapping.context import Context
from transformations.mapping.ledger import Site
from transformations.mapping.place import Term

_ORGANIZATION: tuple[Term, ...] = (
    Row("identifier[]", "id", IDENTIFIER, absent="NI"),
    Row("name", "name", ST),
    Row("telecom[]", "telecom", TEL),
    Row("address[]", "addr", ADDRESS),
)


def _organization(kind: str) -> Table:
    return Table("organization", "Organization", kind, *_ORGANIZATION)


_REPRESENTED = _organization("Organization")
_KEEPER = _organization("CustodianOrganization")


def _person(kind: str) -> Table:
    return Table(
        "person",
        "Practitioner",
        kind,
        Row("identifier[]", "id", IDENTIFIER),
        Row("name[]", "assignedPerson/name", NAME),
        Row("address[]", "addr", ADDRESS),
    )


def _role(kind: str) -> Table:
    return Table(
        "role",
        "PractitionerRole",
        kind,
        Row("specialty[]", "code", CE),
        Row("telecom[]", "telecom", TEL),
    )


_TABLES = {
    kind: (_person(kind), _role(kind)) for kind in ("AssignedAuthor", "AssignedEntity")
}
_FUNCTIONS = {
    kind: Table("role", "PractitionerRole", kind, Row("code[]", "functionCode", CE))
    for kind in ("Author", "Performer1")
}
_STAND_IN = Site("what CDA demands and nobody said", "")
_DEVICE = Table(
    "author",
    "Device",
    "AssignedAuthor",
    Row("identifier[]", "id", IDENTIFIER),
    Row("type", "assignedAuthoringDevice/code", CE),
    Row("modelNumber", "assignedAuthoringDevice/manufacturerModelName", ST),
    Row("contact[]", "telecom", TEL),
)
_DEVICE_NAME = Table(
    "author", "DeviceDeviceName", "AuthoringDevice", Row("name", "softwareName", ST)
)


def read_author(author: CdaNode, cx: Context) -> str:
    """Read an author; returns the reference, empty where nobody is named."""
    assigned = author.first("assignedAuthor")
    if assigned is None:
        return ""
    device = assigned.first("assignedAuthoringDevice")
    if device is None or assigned.first("assignedPerson") is not None:
        return _read_role(assigned, author, cx)
    if _stands_for_organization(assigned, device):
        cx.site = _STAND_IN
        for software in device.elements("softwareName"):
            cx.derive(software, "text()")
        cx.settle(device, ".")
        return _read_role(assigned, author, cx)
    return _read_device(assigned, device, cx)


def _stands_for_organization(assigned: CdaNode, device: CdaNode) -> bool:
    """Whether a device is but the name of the organization that wrote.

    CDA wants a person or a device: we write the organization's name as its software.
    """
    organization = assigned.first("representedOrganization")
    software = device.first("softwareName")
    if organization is None or software is None or len(list(device.elements())) > 1:
        return False
    name = organization.first("name")
    return name is not None and name.text == software.text


def read_party(authenticator: CdaNode, cx: Context) -> str:
    """Read who vouches for a document; empty where nobody is named."""
    entity = authenticator.first("assignedEntity")
    return "" if entity is None else _read_role(entity, None, cx)


def read_performer(performer: CdaNode, cx: Context) -> str:
    """Read who gave the care, with the function; empty where nobody is named."""
    entity = performer.first("assignedEntity")
    return "" if entity is None else _read_role(entity, performer, cx)


def read_custodian(custodian: CdaNode, cx: Context) -> str:
    """Read who keeps a document; empty where it names nobody."""
    assigned = custodian.first("assignedCustodian")
    keeper = (
        None if assigned is None else assigned.first("representedCustodianOrganization")
    )
    return "" if keeper is None else _make_organization(keeper, _KEEPER, cx)


def read_organization(organization: CdaNode, cx: Context) -> str:
    """Read an organization; returns the reference, empty where it says nothing."""
    return _make_organization(organization, _REPRESENTED, cx)


def _make_organization(node: CdaNode, table: Table, cx: Context) -> str:
    resource: dict[str, Any] = {"resourceType": "Organization"}
    return cx.make_resource(resource) if table.read(node, resource, cx) else ""


def _read_role(assigned: CdaNode, author: CdaNode | None, cx: Context) -> str:
    person_table, role_table = _TABLES[assigned.kind.name]
    person: dict[str, Any] = {"resourceType": "Practitioner"}
    role: dict[str, Any] = {"resourceType": "PractitionerRole"}
    before = cx.savepoint()
    if assigned.first("assignedPerson") is None:
        organization = assigned.first("representedOrganization")
        if organization is not None:
            return read_organization(organization, cx)
    if person_table.read(assigned, person, cx):
        role["practitioner"] = {"reference": cx.make_resource(person)}
    organization = assigned.first("representedOrganization")
    reference = "" if organization is None else read_organization(organization, cx)
    if reference:
        role["organization"] = {"reference": reference}
    role_table.read(assigned, role, cx)
    if author is not None:
        _FUNCTIONS[author.kind.name].read(author, role, cx)
    if len(role) == 1:
        cx.rollback(before)
        return ""
    return cx.make_resource(role)


def _read_device(assigned: CdaNode, device: CdaNode, cx: Context) -> str:
    resource: dict[str, Any] = {"resourceType": "Device"}
    passed = _DEVICE.read(assigned, resource, cx)
    name: dict[str, Any] = {}
    if _DEVICE_NAME.read(device, name, cx):
        resource["deviceName"] = [{**name, "type": "user-friendly-name"}]
        passed = True
    organization = assigned.first("representedOrganization")
    owner = "" if organization is None else read_organization(organization, cx)
    if owner:
        resource["owner"] = {"reference": owner}
    if not passed and not owner:
        cx.find(
            Severity.WARNING, "author-not-named", "an author says nothing of itself"
        )
        return ""
    return cx.make_resource(resource)
