"""Which children each CDA class has, in which order, and which may repeat.

Facts only, one line per class: ``name=Type`` in the order of the schema, ``*`` repeats,
``~`` may stand anywhere among its siblings. Every class of :data:`CLASSES` begins with
``realmCode*``, ``typeId`` and ``templateId*``, which are not repeated here. A test
compares this table with the XSD where that is present.

Spec: CDA R2 with the pharmacy extension, ``CDA_Pharma.xsd`` of 2022-03-14
(``POCD_MT000040_Pharma.xsd``, ``COCT_MT230100UV01_extPHARM.xsd``,
``coreschemas/datatypes.xsd``).
"""

CLASSES = {
    "Act": (
        "id*=II code=CD text=ED statusCode=CS effectiveTime=IVL_TS "
        "priorityCode=CE languageCode=CS subject=Subject specimen*=Specimen "
        "performer*=Performer2 author*=Author informant*=Informant12 "
        "participant*=Participant2 entryRelationship*=EntryRelationship "
        "reference*=Reference precondition*=Precondition"
    ),
    "AssignedAuthor": (
        "id*=II code=CE addr*=AD telecom*=TEL assignedPerson=Person "
        "assignedAuthoringDevice=AuthoringDevice "
        "representedOrganization=Organization"
    ),
    "AssignedCustodian": "representedCustodianOrganization=CustodianOrganization",
    "AssignedEntity": (
        "id*=II code=CE addr*=AD telecom*=TEL assignedPerson=Person "
        "representedOrganization=Organization"
    ),
    "AssociatedEntity": (
        "id*=II code=CE addr*=AD telecom*=TEL associatedPerson=Person "
        "scopingOrganization=Organization"
    ),
    "Authenticator": "time=TS signatureCode=CS assignedEntity=AssignedEntity",
    "Author": "functionCode=CE time=TS assignedAuthor=AssignedAuthor",
    "AuthoringDevice": (
        "code=CE manufacturerModelName=SC softwareName=SC "
        "asMaintainedEntity*=MaintainedEntity"
    ),
    "Authorization": "consent=Consent",
    "Birthplace": "place=Place",
    "ClinicalDocument": (
        "id=II code=CE title=ST effectiveTime=TS confidentialityCode=CE "
        "languageCode=CS setId=II versionNumber=INT copyTime=TS "
        "recordTarget*=RecordTarget author*=Author dataEnterer=DataEnterer "
        "informant*=Informant12 custodian=Custodian "
        "informationRecipient*=InformationRecipient "
        "legalAuthenticator=LegalAuthenticator authenticator*=Authenticator "
        "participant*=Participant1 inFulfillmentOf*=InFulfillmentOf "
        "documentationOf*=DocumentationOf relatedDocument*=RelatedDocument "
        "authorization*=Authorization component=Component2"
    ),
    "Component2": "nonXMLBody=NonXMLBody structuredBody=StructuredBody",
    "Component3": "section=Section",
    "Component4": (
        "sequenceNumber=INT seperatableInd=BL act=Act encounter=Encounter "
        "observation=Observation organizer=Organizer procedure=Procedure "
        "substanceAdministration=SubstanceAdministration supply=Supply"
    ),
    "Component5": "section=Section",
    "Consent": "id*=II code=CE statusCode=CS",
    "Consumable": "manufacturedProduct=ManufacturedProduct",
    "Criterion": "code=CD text=ED value=ANY",
    "Custodian": "assignedCustodian=AssignedCustodian",
    "CustodianOrganization": "id*=II name=ON telecom=TEL addr=AD",
    "DataEnterer": "time=TS assignedEntity=AssignedEntity",
    "Device": "code=CE manufacturerModelName=SC softwareName=SC",
    "DocumentationOf": "serviceEvent=ServiceEvent",
    "Encounter": (
        "id*=II code=CD text=ED statusCode=CS effectiveTime=IVL_TS "
        "priorityCode=CE subject=Subject specimen*=Specimen performer*=Performer2 "
        "author*=Author informant*=Informant12 participant*=Participant2 "
        "entryRelationship*=EntryRelationship reference*=Reference "
        "precondition*=Precondition"
    ),
    "Entity": "id*=II code=CE desc=ED",
    "Entry": (
        "act=Act encounter=Encounter observation=Observation organizer=Organizer "
        "procedure=Procedure substanceAdministration=SubstanceAdministration "
        "supply=Supply"
    ),
    "EntryRelationship": (
        "sequenceNumber=INT seperatableInd=BL act=Act encounter=Encounter "
        "observation=Observation organizer=Organizer procedure=Procedure "
        "substanceAdministration=SubstanceAdministration supply=Supply"
    ),
    "ExternalAct": "id*=II code=CD text=ED",
    "ExternalDocument": "id*=II code=CD text=ED setId=II versionNumber=INT",
    "ExternalObservation": "id*=II code=CD text=ED",
    "ExternalProcedure": "id*=II code=CD text=ED",
    "Guardian": (
        "id*=II code=CE addr*=AD telecom*=TEL guardianPerson=Person "
        "guardianOrganization=Organization"
    ),
    "InFulfillmentOf": "order=Order",
    "Informant12": "assignedEntity=AssignedEntity relatedEntity=RelatedEntity",
    "InformationRecipient": "intendedRecipient=IntendedRecipient",
    "IntendedRecipient": (
        "id*=II addr*=AD telecom*=TEL informationRecipient=Person "
        "receivedOrganization=Organization"
    ),
    "LabeledDrug": "code=CE name=EN",
    "LanguageCommunication": (
        "languageCode=CS modeCode=CE proficiencyLevelCode=CE preferenceInd=BL"
    ),
    "LegalAuthenticator": "time=TS signatureCode=CS assignedEntity=AssignedEntity",
    "MaintainedEntity": "effectiveTime=IVL_TS maintainingPerson=Person",
    "ManufacturedProduct": (
        "id*=II manufacturedLabeledDrug=LabeledDrug manufacturedMaterial=Material "
        "manufacturerOrganization=Organization"
    ),
    "Material": (
        "code=CE name=EN pharm:desc=ED pharm:formCode=CE lotNumberText=ST "
        "pharm:expirationTime=IVL_TS pharm:asContent*=pharm:Content "
        "pharm:asSpecializedKind*=pharm:SpecializedKind pharm:part*=pharm:Part "
        "pharm:ingredient*=pharm:Ingredient"
    ),
    "NonXMLBody": "text=ED confidentialityCode=CE languageCode=CS",
    "Observation": (
        "id*=II code=CD derivationExpr=ST text=ED statusCode=CS "
        "effectiveTime=IVL_TS priorityCode=CE repeatNumber=IVL_INT "
        "languageCode=CS value*=ANY interpretationCode*=CE methodCode*=CE "
        "targetSiteCode*=CD subject=Subject specimen*=Specimen "
        "performer*=Performer2 author*=Author informant*=Informant12 "
        "participant*=Participant2 entryRelationship*=EntryRelationship "
        "reference*=Reference precondition*=Precondition "
        "referenceRange*=ReferenceRange"
    ),
    "ObservationRange": "code=CD text=ED value=ANY interpretationCode=CE",
    "Order": "id*=II code=CE priorityCode=CE",
    "Organization": (
        "id*=II name*=ON telecom*=TEL addr*=AD standardIndustryClassCode=CE "
        "asOrganizationPartOf=OrganizationPartOf"
    ),
    "OrganizationPartOf": (
        "id*=II code=CE statusCode=CS effectiveTime=IVL_TS "
        "wholeOrganization=Organization"
    ),
    "Organizer": (
        "id*=II code=CD statusCode=CS effectiveTime=IVL_TS subject=Subject "
        "specimen*=Specimen performer*=Performer2 author*=Author "
        "informant*=Informant12 participant*=Participant2 reference*=Reference "
        "precondition*=Precondition component*=Component4"
    ),
    "ParentDocument": "id*=II code=CD text=ED setId=II versionNumber=INT",
    "Participant1": "functionCode=CE time=IVL_TS associatedEntity=AssociatedEntity",
    "Participant2": "time=IVL_TS awarenessCode=CE participantRole=ParticipantRole",
    "ParticipantRole": (
        "id*=II code=CE addr*=AD telecom*=TEL playingDevice=Device "
        "playingEntity=PlayingEntity scopingEntity=Entity"
    ),
    "Patient": (
        "id=II name*=PN administrativeGenderCode=CE birthTime=TS "
        "maritalStatusCode=CE religiousAffiliationCode=CE raceCode=CE "
        "ethnicGroupCode=CE guardian*=Guardian birthplace=Birthplace "
        "languageCommunication*=LanguageCommunication"
    ),
    "PatientRole": (
        "id*=II addr*=AD telecom*=TEL patient=Patient providerOrganization=Organization"
    ),
    "Performer1": "functionCode=CE time=IVL_TS assignedEntity=AssignedEntity",
    "Performer2": "time=IVL_TS modeCode=CE assignedEntity=AssignedEntity",
    "Person": "name*=PN",
    "Place": "name=EN addr=AD",
    "PlayingEntity": "code=CE quantity*=PQ name*=PN desc=ED",
    "Precondition": "criterion=Criterion",
    "Procedure": (
        "id*=II code=CD text=ED statusCode=CS effectiveTime=IVL_TS "
        "priorityCode=CE languageCode=CS methodCode*=CE approachSiteCode*=CD "
        "targetSiteCode*=CD subject=Subject specimen*=Specimen "
        "performer*=Performer2 author*=Author informant*=Informant12 "
        "participant*=Participant2 entryRelationship*=EntryRelationship "
        "reference*=Reference precondition*=Precondition"
    ),
    "Product": "manufacturedProduct=ManufacturedProduct",
    "RecordTarget": "patientRole=PatientRole",
    "Reference": (
        "seperatableInd=BL externalAct=ExternalAct "
        "externalObservation=ExternalObservation "
        "externalProcedure=ExternalProcedure externalDocument=ExternalDocument"
    ),
    "ReferenceRange": "observationRange=ObservationRange",
    "RelatedDocument": "parentDocument=ParentDocument",
    "RelatedEntity": (
        "code=CE addr*=AD telecom*=TEL effectiveTime=IVL_TS relatedPerson=Person"
    ),
    "RelatedSubject": "code=CE addr*=AD telecom*=TEL subject=SubjectPerson",
    "Section": (
        "id=II code=CE title=ST text=StrucDoc.Text confidentialityCode=CE "
        "languageCode=CS subject=Subject author*=Author informant*=Informant12 "
        "entry*=Entry component*=Component5"
    ),
    "ServiceEvent": "id*=II code=CE effectiveTime=IVL_TS performer*=Performer1",
    "Specimen": "specimenRole=SpecimenRole",
    "SpecimenRole": "id*=II specimenPlayingEntity=PlayingEntity",
    "StructuredBody": "confidentialityCode=CE languageCode=CS component*=Component3",
    "Subject": "awarenessCode=CE relatedSubject=RelatedSubject",
    "SubjectPerson": "name*=PN administrativeGenderCode=CE birthTime=TS",
    "SubstanceAdministration": (
        "id*=II code=CD text=ED statusCode=CS effectiveTime*=SXCM_TS "
        "priorityCode=CE repeatNumber=IVL_INT routeCode=CE approachSiteCode*=CD "
        "doseQuantity=IVL_PQ rateQuantity=IVL_PQ maxDoseQuantity=RTO_PQ_PQ "
        "administrationUnitCode=CE subject=Subject specimen*=Specimen "
        "consumable=Consumable performer*=Performer2 author*=Author "
        "informant*=Informant12 participant*=Participant2 "
        "entryRelationship*=EntryRelationship reference*=Reference "
        "precondition*=Precondition"
    ),
    "Supply": (
        "id*=II code=CD text=ED statusCode=CS effectiveTime*=SXCM_TS "
        "priorityCode*=CE repeatNumber=IVL_INT independentInd=BL quantity=PQ "
        "expectedUseTime=IVL_TS subject=Subject specimen*=Specimen "
        "product=Product performer*=Performer2 author*=Author "
        "informant*=Informant12 participant*=Participant2 "
        "entryRelationship*=EntryRelationship reference*=Reference "
        "precondition*=Precondition"
    ),
    "pharm:Content": (
        "pharm:quantity=PQ pharm:containerPackagedProduct=pharm:PackagedProduct"
    ),
    "pharm:Content1": (
        "pharm:quantity=PQ pharm:containerPackagedProduct=pharm:PackagedProduct"
    ),
    "pharm:Ingredient": "pharm:quantity=RTO pharm:ingredientSubstance=pharm:Substance",
    "pharm:MaterialKind": "pharm:code=CD pharm:name*=EN",
    "pharm:PackagedProduct": (
        "pharm:code=CD pharm:name*=EN pharm:desc=ED pharm:formCode=CD "
        "pharm:capacityQuantity=PQ pharm:capTypeCode=CD "
        "pharm:asContent*=pharm:Content1"
    ),
    "pharm:Part": "pharm:id=II pharm:quantity=PQ pharm:partProduct=pharm:Product",
    "pharm:Product": (
        "pharm:code=CE pharm:name=EN pharm:desc=ED pharm:formCode=CE "
        "pharm:expirationTime=IVL_TS pharm:asContent*=pharm:Content "
        "pharm:asSpecializedKind*=pharm:SpecializedKind pharm:part*=pharm:Part "
        "pharm:ingredient*=pharm:Ingredient"
    ),
    "pharm:SpecializedKind": "pharm:generalizedMaterialKind=pharm:MaterialKind",
    "pharm:Substance": "pharm:code=CD pharm:name*=EN pharm:desc=ED",
}

DATATYPES = {
    "AD": (
        "delimiter~*=ST country~*=ST state~*=ST county~*=ST city~*=ST "
        "postalCode~*=ST streetAddressLine~*=ST houseNumber~*=ST "
        "houseNumberNumeric~*=ST direction~*=ST streetName~*=ST "
        "streetNameBase~*=ST streetNameType~*=ST additionalLocator~*=ST "
        "unitID~*=ST unitType~*=ST careOf~*=ST censusTract~*=ST "
        "deliveryAddressLine~*=ST deliveryInstallationType~*=ST "
        "deliveryInstallationArea~*=ST deliveryInstallationQualifier~*=ST "
        "deliveryMode~*=ST deliveryModeIdentifier~*=ST buildingNumberSuffix~*=ST "
        "postBox~*=ST precinct~*=ST useablePeriod*=SXCM_TS"
    ),
    "BL": "",
    "CD": "originalText=ED qualifier*=CR translation*=CD",
    "CE": "originalText=ED qualifier=CR translation*=CD",
    "CR": "name=CV value=CD",
    "CS": "",
    "CV": "originalText=ED translation=CD",
    "ED": "reference=TEL",
    "EIVL.event": "",
    "EIVL_TS": "event=EIVL.event offset=IVL_PQ",
    "EN": (
        "delimiter~*=ST family~*=ST given~*=ST prefix~*=ST suffix~*=ST validTime=IVL_TS"
    ),
    "II": "",
    "INT": "",
    "IVL_INT": "low=IVXB_INT width=INT high=IVXB_INT center=INT",
    "IVL_PQ": "translation*=PQR low=IVXB_PQ width=PQ high=IVXB_PQ center=PQ",
    "IVL_TS": "low=IVXB_TS width=PQ high=IVXB_TS center=TS",
    "IVXB_INT": "",
    "IVXB_PQ": "translation*=PQR",
    "IVXB_TS": "",
    "InfrastructureRoot.typeId": "",
    "ON": "delimiter~*=ST prefix~*=ST suffix~*=ST validTime=IVL_TS",
    "PIVL_TS": "phase=IVL_TS period=PQ",
    "PN": (
        "delimiter~*=ST family~*=ST given~*=ST prefix~*=ST suffix~*=ST validTime=IVL_TS"
    ),
    "PQ": "translation*=PQR",
    "PQR": "originalText=ED translation=CD",
    "QTY": "",
    "REAL": "",
    "RTO": "numerator=QTY denominator=QTY",
    "RTO_PQ_PQ": "numerator=PQ denominator=PQ",
    "SC": "reference=TEL thumbnail=ED",
    "ST": "reference=TEL thumbnail=ED",
    "SXCM_TS": "",
    "SXPR_TS": "comp*=SXCM_TS",
    "TEL": "useablePeriod*=SXCM_TS",
    "TS": "",
}
