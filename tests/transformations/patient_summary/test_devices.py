"""Devices: which one, whose, and since when."""

from tests.transformations.patient_summary.summaries import (
    PATIENT,
    SCT,
    carry,
    concept,
    url,
)
from transformations.mapping import Fate

SUPPLY = "//c:supply"
ROLE = f"{SUPPLY}/c:participant[@typeCode='DEV']/c:participantRole[@classCode='MANU']"


def use(**more):
    return {
        "resourceType": "DeviceUseStatement",
        "id": "u1",
        "status": "active",
        "subject": {"reference": PATIENT},
        "device": {"reference": url(4)},
        **more,
    }


def device(**more):
    return {
        "resourceType": "Device",
        "id": "d1",
        "type": concept("14106009", SCT, "Cardiac pacemaker"),
        **more,
    }


def test_the_type_of_the_device_is_what_plays():
    result = carry(use(), others=[device()])
    assert result.one(f"{ROLE}/c:playingDevice/c:code/@code") == "14106009"
    assert "Cardiac pacemaker" in result.said("46264-8")


def test_the_barcode_text_is_the_id_of_the_device():
    carrier = {"deviceIdentifier": "0321", "carrierHRF": "(01)0321(21)7"}
    result = carry(use(), others=[device(udiCarrier=[carrier])])
    assert result.one(f"{ROLE}/c:id/@extension") == "(01)0321(21)7"


def test_the_device_identifier_stands_in_for_a_missing_barcode():
    carriers = [{"deviceIdentifier": "0321", "issuer": "https://www.gs1.org/"}]
    result = carry(use(), others=[device(udiCarrier=carriers)])
    assert result.one(f"{ROLE}/c:id/@extension") == "0321"


def test_the_period_of_use_is_carried():
    period = {"start": "2014-01-17", "end": "2016-01-17"}
    result = carry(use(timingPeriod=period), others=[device()])
    assert result.one(f"{SUPPLY}/c:effectiveTime/c:low/@value") == "20140117"
    assert result.one(f"{SUPPLY}/c:effectiveTime/c:high/@value") == "20160117"


def test_a_date_of_use_is_its_begin():
    result = carry(use(timingDateTime="2014-01-17"), others=[device()])
    assert result.one(f"{SUPPLY}/c:effectiveTime/c:low/@value") == "20140117"


def test_a_use_without_dates_has_an_unknown_begin_and_if_ended_an_unknown_end():
    result = carry(use(), others=[device()])
    assert result.one(f"{SUPPLY}/c:effectiveTime/c:low/@nullFlavor") == "UNK"
    assert result.find(f"{SUPPLY}/c:effectiveTime/c:high") == []
    ended = carry(use(status="completed"), others=[device()])
    assert ended.one(f"{SUPPLY}/c:effectiveTime/c:high/@nullFlavor") == "UNK"
    assert "completed" in ended.said("46264-8")


def test_serial_number_lot_and_maker_are_told():
    known = device(serialNumber="SN-7", lotNumber="L-9", manufacturer="Maker")
    result = carry(use(), others=[known])
    for words in ("SN-7", "L-9", "Maker"):
        assert words in result.said("46264-8")


def test_a_use_of_a_device_that_is_missing_is_not_written():
    result = carry(use(device={"reference": url(77)}))
    assert result.lost("status") == "critical"
    assert result.one(f"{ROLE}/c:playingDevice/c:code/@code") == "no-device-info"


def test_a_device_of_another_patient_is_not_written():
    stranger = {"resourceType": "Patient", "id": "x"}
    foreign = device(patient={"reference": url(5)})
    result = carry(use(), others=[foreign, stranger])
    assert "subject-of-another-patient" in result.rules()
    assert result.lost("status") == "critical"
    assert result.find("//c:code[@code='14106009']") == []


def test_a_contained_device_is_followed():
    inner = device(id="inner")
    result = carry(use(device={"reference": "#inner"}, contained=[inner]))
    assert result.one(f"{ROLE}/c:playingDevice/c:code/@code") == "14106009"
    assert result.fate("contained[0].type.coding[0].code") is Fate.MAPPED


def test_an_absence_of_devices_is_stated():
    none = device(type=concept("787483001", SCT, "No known device use"))
    result = carry(use(), others=[none])
    assert result.one(f"{ROLE}/c:playingDevice/c:code/@code") == "no-known-devices"
    assert result.one(f"{SUPPLY}/c:effectiveTime/c:low/@nullFlavor") == "NA"


def test_what_was_entered_in_error_is_not_written():
    result = carry(use(status="entered-in-error"), others=[device()])
    assert result.find("//c:code[@code='14106009']") == []
