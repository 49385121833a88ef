"""Questions to directories, changes there, lists: as OpenNCP's readers know them."""

from __future__ import annotations

import base64

import pytest

from ncp.audit import DirectoryAct
from tests.ncp.audit.samples import MOMENT, directory, refused_directory
from tests.ncp.audit.test_dicom import details, objects, participants, read


def coded(element) -> tuple[str, str, str, str]:
    names = ("csd-code", "codeSystemName", "displayName", "originalText")
    return tuple(element.get(name) for name in names)


@pytest.mark.spec("fact sheet 06 1.2")
@pytest.mark.parametrize(
    ("act", "code", "name"),
    [
        (DirectoryAct.QUERY, "EHDSI-193", "SMP::Query"),
        (DirectoryAct.PUSH, "EHDSI-194", "SMP::Push"),
    ],
)
def test_what_is_done_to_a_directory_bears_both_type_codes(act, code, name):
    identification = read(directory(act)).find("EventIdentification")
    smp = ("SMP", code, name, name)
    assert coded(identification.find("EventID")) == smp
    assert list(map(coded, identification.findall("EventTypeCode"))) == [
        (code, "IHE Transactions", name, name),
        smp,
    ]
    assert identification.get("EventActionCode") == "E"
    assert identification.get("EventOutcomeIndicator") == "0"


@pytest.mark.spec("fact sheet 06 1.2")
def test_the_import_of_a_list_is_a_query_of_its_own_kind():
    root = read(directory(DirectoryAct.IMPORT))
    name = "ncpConfigurationManager::ImportNSL"
    identification = root.find("EventIdentification")
    assert coded(identification.find("EventID")) == ("110112", "DCM", name, "Query")
    [kind] = identification.findall("EventTypeCode")
    assert coded(kind) == ("EHDSI-93", "IHE Transactions", name, name)
    [(code, _)] = objects(root)
    assert code == "NSL"


@pytest.mark.spec("fact sheet 06 1.3")
def test_the_metadata_is_named_by_its_address_in_base64():
    event = directory()
    root = read(event)
    address = base64.b64encode(event.address.encode()).decode()
    assert objects(root) == [("SMP", address)]
    [element] = root.findall("ParticipantObjectIdentification")
    assert element.get("ParticipantObjectTypeCode") == "2"
    assert element.get("ParticipantObjectTypeCodeRole") is None


@pytest.mark.spec("fact sheet 06 1.3")
def test_consumer_and_provider_took_part_and_no_human():
    found = participants(read(directory()))
    assert list(found) == ["ServiceConsumer", "ServiceProvider"]
    consumer, provider = found.values()
    assert consumer.get("UserIsRequestor") == "true"
    assert consumer.get("NetworkAccessPointID") == "ncp.example.lu"
    assert provider.get("UserID") == "smp.example.eu"
    assert provider.get("NetworkAccessPointTypeCode") == "1"


def test_the_operator_who_had_it_done_is_named():
    found = participants(read(refused_directory()))
    assert found["110153"].get("UserID") == "ann"
    assert found["110153"].get("UserIsRequestor") == "true"


def test_a_country_that_is_nowhere_has_no_provider():
    found = participants(read(directory(provider=None)))
    assert list(found) == ["ServiceConsumer"]


def test_a_refusal_says_why():
    root = read(refused_directory())
    assert [code for code, _ in objects(root)] == ["9", "SMP"]
    assert details(root, "errormsg") == [b"the element was altered"]
    identification = root.find("EventIdentification")
    assert identification.get("EventOutcomeIndicator") == "12"
    assert identification.findtext("EventOutcomeDescription") == "digest-mismatch"


def test_a_moment_without_a_zone_is_no_moment():
    with pytest.raises(ValueError, match="zone"):
        directory(moment=MOMENT.replace(tzinfo=None))
