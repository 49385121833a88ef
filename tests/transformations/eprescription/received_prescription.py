"""A prescription as another country sends it: written by hand, and changed by tests."""

from __future__ import annotations

RECEIVED = """<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:pharm="urn:hl7-org:pharm"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.1.1"/>
  <id root="2.999.620.1" extension="ep-1"/>
  <code code="57833-6" codeSystem="2.16.840.1.113883.6.1"
    displayName="Prescription for medication"/>
  <title>Receita</title><effectiveTime value="20260301090000+0000"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="pt-PT"/>
  <recordTarget><patientRole><id root="2.999.620.2" extension="284061957"/>
    <addr nullFlavor="NI"/><telecom nullFlavor="NI"/>
    <patient><name><given>Rosa</given><given>Maria</given><family>Nogueira</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="19611124"/></patient></patientRole></recordTarget>
  <author><functionCode code="2211" codeSystem="2.16.840.1.113883.2.9.6.2.7"
      displayName="Generalist medical practitioners"/>
    <time value="20260301083000+0000"/>
    <assignedAuthor><id root="2.999.620.3" extension="m-4"/>
      <addr><country>PT</country></addr><telecom nullFlavor="NI"/>
      <assignedPerson><name><given>Hugo</given><family>Teles</family></name>
      </assignedPerson><representedOrganization><id root="2.999.620.4" extension="c-2"/>
        <name>Centro de Saúde do Rio</name><telecom nullFlavor="NI"/>
        <addr><country>PT</country></addr></representedOrganization>
    </assignedAuthor></author>
  <component><structuredBody><component><section>
    <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.2.1"/>
    <id root="2.999.620.5" extension="rx-7"/>
    <code code="57828-6" codeSystem="2.16.840.1.113883.6.1"/>
    <title>Prescriptions</title>
    <text><table><tbody><tr><th>Medicamento</th><td>Amoxicilina Exemplo</td></tr>
      <tr><th>Posologia</th><td ID="how">1 comprimido de 8 em 8 horas</td></tr>
      </tbody></table></text>
    <entry typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="INT">
      <templateId root="1.3.6.1.4.1.12559.11.10.1.3.1.3.2"/>
      <id root="2.999.620.5" extension="rx-7-1"/>
      <statusCode code="active"/>
      <effectiveTime xsi:type="IVL_TS"><low value="20260301"/><high value="20260308"/>
      </effectiveTime>
      <effectiveTime xsi:type="PIVL_TS" operator="A"><period value="8" unit="h"/>
      </effectiveTime>
      <consumable><manufacturedProduct><manufacturedMaterial>
        <code code="5440987" codeSystem="2.999.620.6" displayName="Amoxicilina"/>
        <name>Amoxicilina Exemplo</name><pharm:desc>500 mg</pharm:desc>
        <pharm:formCode code="10221000" codeSystem="0.4.0.127.0.16.1.1.2.1"
          displayName="Film-coated tablet"/>
        <pharm:asContent><pharm:quantity value="16" unit="1"/>
          <pharm:containerPackagedProduct>
            <pharm:code code="4711" codeSystem="2.999.620.7"/>
            <pharm:name>Amoxicilina Exemplo 16</pharm:name>
            <pharm:formCode code="30009000" codeSystem="0.4.0.127.0.16.1.1.2.1"/>
          </pharm:containerPackagedProduct></pharm:asContent>
        <pharm:asSpecializedKind classCode="GRIC"><pharm:generalizedMaterialKind>
          <pharm:code code="J01CA04" codeSystem="2.16.840.1.113883.6.73"
            displayName="amoxicillin"/></pharm:generalizedMaterialKind>
        </pharm:asSpecializedKind>
        <pharm:ingredient classCode="ACTI"><pharm:quantity>
            <numerator xsi:type="PQ" value="500" unit="mg"/>
            <denominator xsi:type="PQ" value="1" unit="1"/></pharm:quantity>
          <pharm:ingredientSubstance><pharm:code code="J01CA04"
            codeSystem="2.16.840.1.113883.6.73" displayName="amoxicillin"/>
            <pharm:name>amoxicilina</pharm:name></pharm:ingredientSubstance>
        </pharm:ingredient>
      </manufacturedMaterial></manufacturedProduct></consumable>
      <entryRelationship typeCode="COMP"><supply classCode="SPLY" moodCode="RQO">
        <independentInd value="false"/><quantity value="2" unit="1"/></supply>
      </entryRelationship>
      <entryRelationship typeCode="SUBJ" inversionInd="true">
        <observation classCode="OBS" moodCode="EVN">
          <code code="SUBST" codeSystem="2.16.840.1.113883.5.6"/>
          <value xsi:type="CE" code="G" codeSystem="2.16.840.1.113883.5.1070"/>
        </observation></entryRelationship>
      <entryRelationship typeCode="SUBJ" inversionInd="true">
        <act classCode="ACT" moodCode="INT"><code code="PINSTRUCT"
            codeSystem="1.3.6.1.4.1.19376.1.5.3.2"/>
          <text><reference value="#how"/></text><statusCode code="completed"/></act>
      </entryRelationship>
      <entryRelationship typeCode="SUBJ" inversionInd="true">
        <act classCode="ACT" moodCode="INT"><code code="FINSTRUCT"
            codeSystem="1.3.6.1.4.1.19376.1.5.3.2"/>
          <text>Rotular em letra grande</text><statusCode code="completed"/></act>
      </entryRelationship>
    </substanceAdministration></entry>
  </section></component></structuredBody></component>
</ClinicalDocument>""".encode()


def replaced(old: str, new: str) -> bytes:
    """Return the document with one passage changed; it must stand there once."""
    assert RECEIVED.count(old.encode()) == 1, old
    return RECEIVED.replace(old.encode(), new.encode())
