"""A dispensation as another country sends it: written by hand, and changed by tests."""

from __future__ import annotations

from lxml import etree

NS = {"c": "urn:hl7-org:v3", "pharm": "urn:hl7-org:pharm"}

RECEIVED = b"""<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:pharm="urn:hl7-org:pharm"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.1.2"/>
  <id root="2.999.620.1" extension="d-1"/>
  <code code="60593-1" codeSystem="2.16.840.1.113883.6.1"
    displayName="Medication dispensed.extended Document"/>
  <title>Dispensa</title><effectiveTime value="20260304101112+0000"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="pt-PT"/>
  <recordTarget><patientRole><id root="1.3.182.4.4" extension="1893120105732"/>
    <addr nullFlavor="NI"/><telecom nullFlavor="NI"/>
    <patient><name><given>Ana</given><family>Thill</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="18931201"/></patient></patientRole></recordTarget>
  <author><functionCode code="2262" codeSystem="2.16.840.1.113883.2.9.6.2.7"
      displayName="Pharmacists"/><time value="20260304101112+0000"/>
    <assignedAuthor><id root="2.999.620.2" extension="p-7"/>
      <addr><country>PT</country></addr><telecom nullFlavor="NI"/>
      <assignedPerson><name><given>Rui</given><family>Dias</family></name>
      </assignedPerson><representedOrganization><id root="2.999.620.3" extension="f-3"/>
        <name>Farm\xc3\xa1cia Central</name><telecom nullFlavor="NI"/>
        <addr><country>PT</country></addr></representedOrganization>
    </assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="2.999.620"/><name>NCP</name><telecom nullFlavor="NI"/>
    <addr><country>PT</country></addr>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <inFulfillmentOf typeCode="FLFS"><order classCode="ACT" moodCode="RQO">
    <id root="1.3.182.99.5" extension="rx-1"/></order></inFulfillmentOf>
  <component><structuredBody><component><section>
    <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.2.2"/>
    <id root="2.999.620.4" extension="s-1"/>
    <code code="60590-7" codeSystem="2.16.840.1.113883.6.1"/><title>Dispensa</title>
    <text>Amoxicilina</text>
    <entry typeCode="COMP"><supply classCode="SPLY" moodCode="EVN">
      <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.3.3"/>
      <id root="2.999.620.5" extension="i-1"/>
      <quantity value="2" unit="1"/>
      <product><manufacturedProduct><manufacturedMaterial>
        <code code="5440987" codeSystem="2.999.620.6" displayName="Amoxicilina"/>
        <name>Amoxicilina Exemplo</name><pharm:desc>500 mg</pharm:desc>
        <pharm:formCode code="10221000" codeSystem="0.4.0.127.0.16.1.1.2.1"/>
        <pharm:asContent><pharm:quantity value="8" unit="1"/>
          <pharm:containerPackagedProduct><pharm:formCode nullFlavor="NI"/>
            <pharm:asContent><pharm:quantity value="3" unit="1"/>
              <pharm:containerPackagedProduct>
                <pharm:code code="4711" codeSystem="2.999.620.7"/>
                <pharm:name>Amoxicilina Exemplo 3 x 8</pharm:name>
                <pharm:formCode nullFlavor="NI"/></pharm:containerPackagedProduct>
            </pharm:asContent></pharm:containerPackagedProduct></pharm:asContent>
        <pharm:asSpecializedKind classCode="GRIC"><pharm:generalizedMaterialKind>
          <pharm:code code="J01CA04" codeSystem="2.16.840.1.113883.6.73"
            displayName="amoxicillin"/></pharm:generalizedMaterialKind>
        </pharm:asSpecializedKind>
      </manufacturedMaterial></manufacturedProduct></product>
      <performer typeCode="PRF"><time value="20260304100000+0000"/><assignedEntity>
        <id root="2.999.620.2" extension="p-7"/><addr><country>PT</country></addr>
        <telecom nullFlavor="NI"/><assignedPerson><name><given>Rui</given>
          <family>Dias</family></name></assignedPerson>
        <representedOrganization><id root="2.999.620.3" extension="f-3"/>
          <name>Farm\xc3\xa1cia Central</name></representedOrganization>
      </assignedEntity></performer>
      <entryRelationship typeCode="REFR"><substanceAdministration classCode="SBADM"
          moodCode="INT"><id root="1.3.182.99.5" extension="rx-1-1"/>
        <consumable><manufacturedProduct><manufacturedMaterial>
          <name>Clamoxyl</name></manufacturedMaterial></manufacturedProduct></consumable>
        <entryRelationship typeCode="SUBJ" inversionInd="true"><observation>
          <code code="SUBST" codeSystem="2.16.840.1.113883.5.6"/>
          <value xsi:type="CE" code="G" codeSystem="2.16.840.1.113883.5.1070"/>
        </observation>
        </entryRelationship>
      </substanceAdministration></entryRelationship>
      <entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN">
        <code code="SUBST" codeSystem="2.16.840.1.113883.5.6"/></act>
      </entryRelationship>
    </supply></entry>
  </section></component></structuredBody></component>
</ClinicalDocument>"""


def changed(path: str, **attributes: str | None) -> bytes:
    """Return the document with attributes of one element set, or taken away."""
    root = etree.fromstring(RECEIVED)
    (element,) = root.xpath(path, namespaces=NS)
    for name, value in attributes.items():
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)
    return etree.tostring(root)


def without(*paths: str) -> bytes:
    """Return the document without the elements of some paths."""
    root = etree.fromstring(RECEIVED)
    for path in paths:
        found = root.xpath(path, namespaces=NS)
        assert found, path
        for element in found:
            element.getparent().remove(element)
    return etree.tostring(root)


def twice(path: str, **attributes: str) -> bytes:
    """Return the document with an element repeated, its own id changed."""
    root = etree.fromstring(RECEIVED)
    (element,) = root.xpath(path, namespaces=NS)
    copy = etree.fromstring(etree.tostring(element))
    for name, value in attributes.items():
        next(iter(copy.iter("{*}id"))).set(name, value)
    element.addnext(copy)
    return etree.tostring(root)
