"""Which elements each R4 type has, of what type, and which repeat.

Facts only, so that a path in a mapping table is checked when it is imported:
``name=Type``, ``*`` repeats. The elements every resource has (``id``, ``meta``,
``text``, ``extension`` and so on) are added by :mod:`.fhir_path`.

Spec: FHIR R4 4.0.1, element definitions of the resources a patient summary uses.
"""

RESOURCES = {
    "AllergyIntolerance": (
        "asserter=Reference category*=code clinicalStatus=CodeableConcept "
        "code=CodeableConcept criticality=code encounter=Reference "
        "identifier*=Identifier lastOccurrence=dateTime note*=Annotation "
        "onsetAge=Age onsetDateTime=dateTime onsetPeriod=Period onsetRange=Range "
        "onsetString=string patient=Reference "
        "reaction*=AllergyIntoleranceReaction recordedDate=dateTime "
        "recorder=Reference type=code verificationStatus=CodeableConcept"
    ),
    "Bundle": (
        "entry*=BundleEntry identifier=Identifier link*=BundleLink "
        "signature=Signature timestamp=instant total=unsignedInt type=code"
    ),
    "CarePlan": (
        "activity*=CarePlanActivity addresses*=Reference author=Reference "
        "basedOn*=Reference careTeam*=Reference category*=CodeableConcept "
        "contributor*=Reference created=dateTime description=string "
        "encounter=Reference goal*=Reference identifier*=Identifier "
        "instantiatesCanonical*=canonical instantiatesUri*=uri intent=code "
        "note*=Annotation partOf*=Reference period=Period replaces*=Reference "
        "status=code subject=Reference supportingInfo*=Reference title=string"
    ),
    "Composition": (
        "attester*=CompositionAttester author*=Reference "
        "category*=CodeableConcept confidentiality=code custodian=Reference "
        "date=dateTime encounter=Reference event*=CompositionEvent "
        "identifier=Identifier relatesTo*=CompositionRelatesTo "
        "section*=CompositionSection status=code subject=Reference title=string "
        "type=CodeableConcept"
    ),
    "Condition": (
        "abatementAge=Age abatementDateTime=dateTime abatementPeriod=Period "
        "abatementRange=Range abatementString=string asserter=Reference "
        "bodySite*=CodeableConcept category*=CodeableConcept "
        "clinicalStatus=CodeableConcept code=CodeableConcept encounter=Reference "
        "evidence*=ConditionEvidence identifier*=Identifier note*=Annotation "
        "onsetAge=Age onsetDateTime=dateTime onsetPeriod=Period onsetRange=Range "
        "onsetString=string recordedDate=dateTime recorder=Reference "
        "severity=CodeableConcept stage*=ConditionStage subject=Reference "
        "verificationStatus=CodeableConcept"
    ),
    "Consent": (
        "category*=CodeableConcept dateTime=dateTime identifier*=Identifier "
        "organization*=Reference patient=Reference performer*=Reference "
        "policy*=ConsentPolicy policyRule=CodeableConcept "
        "provision=ConsentProvision scope=CodeableConcept "
        "sourceAttachment=Attachment sourceReference=Reference status=code "
        "verification*=ConsentVerification"
    ),
    "Device": (
        "contact*=ContactPoint definition=Reference deviceName*=DeviceDeviceName "
        "distinctIdentifier=string expirationDate=dateTime identifier*=Identifier "
        "location=Reference lotNumber=string manufactureDate=dateTime "
        "manufacturer=string modelNumber=string note*=Annotation owner=Reference "
        "parent=Reference partNumber=string patient=Reference "
        "property*=DeviceProperty safety*=CodeableConcept serialNumber=string "
        "specialization*=DeviceSpecialization status=code "
        "statusReason*=CodeableConcept type=CodeableConcept "
        "udiCarrier*=DeviceUdiCarrier url=uri version*=DeviceVersion"
    ),
    "DeviceUseStatement": (
        "basedOn*=Reference bodySite=CodeableConcept derivedFrom*=Reference "
        "device=Reference identifier*=Identifier note*=Annotation "
        "reasonCode*=CodeableConcept reasonReference*=Reference "
        "recordedOn=dateTime source=Reference status=code subject=Reference "
        "timingDateTime=dateTime timingPeriod=Period timingTiming=Timing"
    ),
    "DiagnosticReport": (
        "basedOn*=Reference category*=CodeableConcept code=CodeableConcept "
        "conclusion=string conclusionCode*=CodeableConcept "
        "effectiveDateTime=dateTime effectivePeriod=Period encounter=Reference "
        "identifier*=Identifier imagingStudy*=Reference issued=instant "
        "media*=DiagnosticReportMedia performer*=Reference "
        "presentedForm*=Attachment result*=Reference "
        "resultsInterpreter*=Reference specimen*=Reference status=code "
        "subject=Reference"
    ),
    "Flag": (
        "author=Reference category*=CodeableConcept code=CodeableConcept "
        "encounter=Reference identifier*=Identifier period=Period status=code "
        "subject=Reference"
    ),
    "Goal": (
        "achievementStatus=CodeableConcept addresses*=Reference "
        "category*=CodeableConcept description=CodeableConcept "
        "expressedBy=Reference identifier*=Identifier lifecycleStatus=code "
        "note*=Annotation outcomeCode*=CodeableConcept "
        "outcomeReference*=Reference priority=CodeableConcept "
        "startCodeableConcept=CodeableConcept startDate=date statusDate=date "
        "statusReason=string subject=Reference target*=GoalTarget"
    ),
    "Immunization": (
        "doseQuantity=Quantity education*=ImmunizationEducation "
        "encounter=Reference expirationDate=date fundingSource=CodeableConcept "
        "identifier*=Identifier isSubpotent=boolean location=Reference "
        "lotNumber=string manufacturer=Reference note*=Annotation "
        "occurrenceDateTime=dateTime occurrenceString=string patient=Reference "
        "performer*=ImmunizationPerformer primarySource=boolean "
        "programEligibility*=CodeableConcept "
        "protocolApplied*=ImmunizationProtocolApplied "
        "reaction*=ImmunizationReaction reasonCode*=CodeableConcept "
        "reasonReference*=Reference recorded=dateTime "
        "reportOrigin=CodeableConcept route=CodeableConcept site=CodeableConcept "
        "status=code statusReason=CodeableConcept "
        "subpotentReason*=CodeableConcept vaccineCode=CodeableConcept"
    ),
    "ImmunizationRecommendation": (
        "authority=Reference date=dateTime identifier*=Identifier "
        "patient=Reference "
        "recommendation*=ImmunizationRecommendationRecommendation"
    ),
    "Location": (
        "address=Address alias*=string availabilityExceptions=string "
        "description=string endpoint*=Reference "
        "hoursOfOperation*=LocationHoursOfOperation identifier*=Identifier "
        "managingOrganization=Reference mode=code name=string "
        "operationalStatus=Coding partOf=Reference physicalType=CodeableConcept "
        "position=LocationPosition status=code telecom*=ContactPoint "
        "type*=CodeableConcept"
    ),
    "Medication": (
        "amount=Ratio batch=MedicationBatch code=CodeableConcept "
        "form=CodeableConcept identifier*=Identifier "
        "ingredient*=MedicationIngredient manufacturer=Reference status=code"
    ),
    "MedicationDispense": (
        "authorizingPrescription*=Reference category=CodeableConcept "
        "context=Reference daysSupply=Quantity destination=Reference "
        "detectedIssue*=Reference dosageInstruction*=Dosage "
        "eventHistory*=Reference identifier*=Identifier location=Reference "
        "medicationCodeableConcept=CodeableConcept medicationReference=Reference "
        "note*=Annotation partOf*=Reference "
        "performer*=MedicationDispensePerformer quantity=Quantity "
        "receiver*=Reference status=code "
        "statusReasonCodeableConcept=CodeableConcept "
        "statusReasonReference=Reference subject=Reference "
        "substitution=MedicationDispenseSubstitution "
        "supportingInformation*=Reference type=CodeableConcept "
        "whenHandedOver=dateTime whenPrepared=dateTime"
    ),
    "MedicationRequest": (
        "authoredOn=dateTime basedOn*=Reference category*=CodeableConcept "
        "courseOfTherapyType=CodeableConcept detectedIssue*=Reference "
        "dispenseRequest=MedicationRequestDispenseRequest doNotPerform=boolean "
        "dosageInstruction*=Dosage encounter=Reference eventHistory*=Reference "
        "groupIdentifier=Identifier identifier*=Identifier "
        "instantiatesCanonical*=canonical instantiatesUri*=uri "
        "insurance*=Reference intent=code "
        "medicationCodeableConcept=CodeableConcept medicationReference=Reference "
        "note*=Annotation performer=Reference performerType=CodeableConcept "
        "priorPrescription=Reference priority=code reasonCode*=CodeableConcept "
        "reasonReference*=Reference recorder=Reference reportedBoolean=boolean "
        "reportedReference=Reference requester=Reference status=code "
        "statusReason=CodeableConcept subject=Reference "
        "substitution=MedicationRequestSubstitution "
        "supportingInformation*=Reference"
    ),
    "MedicationStatement": (
        "basedOn*=Reference category=CodeableConcept context=Reference "
        "dateAsserted=dateTime derivedFrom*=Reference dosage*=Dosage "
        "effectiveDateTime=dateTime effectivePeriod=Period identifier*=Identifier "
        "informationSource=Reference medicationCodeableConcept=CodeableConcept "
        "medicationReference=Reference note*=Annotation partOf*=Reference "
        "reasonCode*=CodeableConcept reasonReference*=Reference status=code "
        "statusReason*=CodeableConcept subject=Reference"
    ),
    "Observation": (
        "basedOn*=Reference bodySite=CodeableConcept category*=CodeableConcept "
        "code=CodeableConcept component*=ObservationComponent "
        "dataAbsentReason=CodeableConcept derivedFrom*=Reference device=Reference "
        "effectiveDateTime=dateTime effectiveInstant=instant "
        "effectivePeriod=Period effectiveTiming=Timing encounter=Reference "
        "focus*=Reference hasMember*=Reference identifier*=Identifier "
        "interpretation*=CodeableConcept issued=instant method=CodeableConcept "
        "note*=Annotation partOf*=Reference performer*=Reference "
        "referenceRange*=ObservationReferenceRange specimen=Reference status=code "
        "subject=Reference valueBoolean=boolean valueCodeableConcept=CodeableConcept "
        "valueDateTime=dateTime valueInteger=integer valuePeriod=Period "
        "valueQuantity=Quantity valueRange=Range valueRatio=Ratio "
        "valueSampledData=SampledData valueString=string valueTime=time"
    ),
    "Organization": (
        "active=boolean address*=Address alias*=string contact*=OrganizationContact "
        "endpoint*=Reference identifier*=Identifier name=string partOf=Reference "
        "telecom*=ContactPoint type*=CodeableConcept"
    ),
    "Patient": (
        "active=boolean address*=Address birthDate=date "
        "communication*=PatientCommunication contact*=PatientContact "
        "deceasedBoolean=boolean deceasedDateTime=dateTime gender=code "
        "generalPractitioner*=Reference identifier*=Identifier link*=PatientLink "
        "managingOrganization=Reference maritalStatus=CodeableConcept "
        "multipleBirthBoolean=boolean multipleBirthInteger=integer "
        "name*=HumanName photo*=Attachment telecom*=ContactPoint"
    ),
    "Practitioner": (
        "active=boolean address*=Address birthDate=date "
        "communication*=CodeableConcept gender=code identifier*=Identifier "
        "name*=HumanName photo*=Attachment "
        "qualification*=PractitionerQualification telecom*=ContactPoint"
    ),
    "PractitionerRole": (
        "active=boolean availabilityExceptions=string "
        "availableTime*=PractitionerRoleAvailableTime code*=CodeableConcept "
        "endpoint*=Reference healthcareService*=Reference identifier*=Identifier "
        "location*=Reference notAvailable*=PractitionerRoleNotAvailable "
        "organization=Reference period=Period practitioner=Reference "
        "specialty*=CodeableConcept telecom*=ContactPoint"
    ),
    "Procedure": (
        "asserter=Reference basedOn*=Reference bodySite*=CodeableConcept "
        "category=CodeableConcept code=CodeableConcept "
        "complication*=CodeableConcept complicationDetail*=Reference "
        "encounter=Reference focalDevice*=ProcedureFocalDevice "
        "followUp*=CodeableConcept identifier*=Identifier "
        "instantiatesCanonical*=canonical instantiatesUri*=uri location=Reference "
        "note*=Annotation outcome=CodeableConcept partOf*=Reference "
        "performedAge=Age performedDateTime=dateTime performedPeriod=Period "
        "performedRange=Range performedString=string "
        "performer*=ProcedurePerformer reasonCode*=CodeableConcept "
        "reasonReference*=Reference recorder=Reference report*=Reference "
        "status=code statusReason=CodeableConcept subject=Reference "
        "usedCode*=CodeableConcept usedReference*=Reference"
    ),
    "RelatedPerson": (
        "active=boolean address*=Address birthDate=date "
        "communication*=RelatedPersonCommunication gender=code "
        "identifier*=Identifier name*=HumanName patient=Reference period=Period "
        "photo*=Attachment relationship*=CodeableConcept telecom*=ContactPoint"
    ),
}

DATATYPES = {
    "Address": (
        "city=string country=string district=string line*=string period=Period "
        "postalCode=string state=string text=string type=code use=code"
    ),
    "Age": "code=code comparator=code system=uri unit=string value=decimal",
    "AllergyIntoleranceReaction": (
        "description=string exposureRoute=CodeableConcept "
        "manifestation*=CodeableConcept note*=Annotation onset=dateTime "
        "severity=code substance=CodeableConcept"
    ),
    "Annotation": (
        "authorReference=Reference authorString=string text=markdown time=dateTime"
    ),
    "Attachment": (
        "contentType=code creation=dateTime data=base64Binary hash=base64Binary "
        "language=code size=unsignedInt title=string url=url"
    ),
    "BundleEntry": (
        "fullUrl=uri link*=BundleLink request=BundleEntryRequest "
        "resource=Resource response=BundleEntryResponse search=BundleEntrySearch"
    ),
    "BundleEntryRequest": (
        "ifMatch=string ifModifiedSince=instant ifNoneExist=string "
        "ifNoneMatch=string method=code url=uri"
    ),
    "BundleEntryResponse": (
        "etag=string lastModified=instant location=uri outcome=Resource status=string"
    ),
    "BundleEntrySearch": "mode=code score=decimal",
    "BundleLink": "relation=string url=uri",
    "CarePlanActivity": (
        "detail=CarePlanActivityDetail outcomeCodeableConcept*=CodeableConcept "
        "outcomeReference*=Reference progress*=Annotation reference=Reference"
    ),
    "CarePlanActivityDetail": (
        "code=CodeableConcept dailyAmount=Quantity description=string "
        "doNotPerform=boolean goal*=Reference instantiatesCanonical*=canonical "
        "instantiatesUri*=uri kind=code location=Reference performer*=Reference "
        "productCodeableConcept=CodeableConcept productReference=Reference "
        "quantity=Quantity reasonCode*=CodeableConcept reasonReference*=Reference "
        "scheduledPeriod=Period scheduledString=string scheduledTiming=Timing "
        "status=code statusReason=CodeableConcept"
    ),
    "CodeableConcept": "coding*=Coding text=string",
    "Coding": "code=code display=string system=uri userSelected=boolean version=string",
    "CompositionAttester": "mode=code party=Reference time=dateTime",
    "CompositionEvent": "code*=CodeableConcept detail*=Reference period=Period",
    "CompositionRelatesTo": (
        "code=code targetIdentifier=Identifier targetReference=Reference"
    ),
    "CompositionSection": (
        "author*=Reference code=CodeableConcept emptyReason=CodeableConcept "
        "entry*=Reference focus=Reference mode=code orderedBy=CodeableConcept "
        "section*=CompositionSection text=Narrative title=string"
    ),
    "ConditionEvidence": "code*=CodeableConcept detail*=Reference",
    "ConditionStage": (
        "assessment*=Reference summary=CodeableConcept type=CodeableConcept"
    ),
    "ConsentPolicy": ("authority=uri uri=uri"),
    "ConsentProvision": (
        "action*=CodeableConcept actor*=ConsentProvisionActor class*=Coding "
        "code*=CodeableConcept data*=ConsentProvisionData dataPeriod=Period "
        "period=Period provision*=ConsentProvision purpose*=Coding "
        "securityLabel*=Coding type=code"
    ),
    "ContactPoint": "period=Period rank=positiveInt system=code use=code value=string",
    "DeviceDeviceName": "name=string type=code",
    "DeviceProperty": (
        "type=CodeableConcept valueCode*=CodeableConcept valueQuantity*=Quantity"
    ),
    "DeviceSpecialization": "systemType=CodeableConcept version=string",
    "DeviceUdiCarrier": (
        "carrierAIDC=base64Binary carrierHRF=string deviceIdentifier=string "
        "entryType=code issuer=uri jurisdiction=uri"
    ),
    "DeviceVersion": "component=Identifier type=CodeableConcept value=string",
    "DiagnosticReportMedia": ("comment=string link=Reference"),
    "Dosage": (
        "additionalInstruction*=CodeableConcept asNeededBoolean=boolean "
        "asNeededCodeableConcept=CodeableConcept doseAndRate*=DosageDoseAndRate "
        "maxDosePerAdministration=Quantity maxDosePerLifetime=Quantity "
        "maxDosePerPeriod=Ratio method=CodeableConcept patientInstruction=string "
        "route=CodeableConcept sequence=positiveInt site=CodeableConcept "
        "text=string timing=Timing"
    ),
    "DosageDoseAndRate": (
        "doseQuantity=Quantity doseRange=Range rateQuantity=Quantity "
        "rateRange=Range rateRatio=Ratio type=CodeableConcept"
    ),
    "Duration": "code=code comparator=code system=uri unit=string value=decimal",
    "GoalTarget": (
        "detailBoolean=boolean detailCodeableConcept=CodeableConcept "
        "detailInteger=integer detailQuantity=Quantity detailRange=Range "
        "detailRatio=Ratio detailString=string dueDate=date dueDuration=Duration "
        "measure=CodeableConcept"
    ),
    "HumanName": (
        "family=string given*=string period=Period prefix*=string suffix*=string "
        "text=string use=code"
    ),
    "Identifier": (
        "assigner=Reference period=Period system=uri type=CodeableConcept "
        "use=code value=string"
    ),
    "ImmunizationEducation": (
        "documentType=string presentationDate=dateTime publicationDate=dateTime "
        "reference=uri"
    ),
    "ImmunizationPerformer": "actor=Reference function=CodeableConcept",
    "ImmunizationProtocolApplied": (
        "authority=Reference doseNumberPositiveInt=positiveInt "
        "doseNumberString=string series=string seriesDosesPositiveInt=positiveInt "
        "seriesDosesString=string targetDisease*=CodeableConcept"
    ),
    "ImmunizationReaction": "date=dateTime detail=Reference reported=boolean",
    "ImmunizationRecommendationRecommendation": (
        "contraindicatedVaccineCode*=CodeableConcept "
        "dateCriterion*=ImmunizationRecommendationRecommendationDateCriterion "
        "description=string doseNumberPositiveInt=positiveInt "
        "doseNumberString=string forecastReason*=CodeableConcept "
        "forecastStatus=CodeableConcept series=string "
        "seriesDosesPositiveInt=positiveInt seriesDosesString=string "
        "supportingImmunization*=Reference "
        "supportingPatientInformation*=Reference targetDisease=CodeableConcept "
        "vaccineCode*=CodeableConcept"
    ),
    "ImmunizationRecommendationRecommendationDateCriterion": (
        "code=CodeableConcept value=dateTime"
    ),
    "MedicationBatch": "expirationDate=dateTime lotNumber=string",
    "MedicationIngredient": (
        "isActive=boolean itemCodeableConcept=CodeableConcept "
        "itemReference=Reference strength=Ratio"
    ),
    "MedicationDispensePerformer": "actor=Reference function=CodeableConcept",
    "MedicationDispenseSubstitution": (
        "reason*=CodeableConcept responsibleParty*=Reference "
        "type=CodeableConcept wasSubstituted=boolean"
    ),
    "MedicationRequestDispenseRequest": (
        "dispenseInterval=Duration expectedSupplyDuration=Duration "
        "initialFill=MedicationRequestDispenseRequestInitialFill "
        "numberOfRepeatsAllowed=unsignedInt performer=Reference quantity=Quantity "
        "validityPeriod=Period"
    ),
    "MedicationRequestDispenseRequestInitialFill": (
        "duration=Duration quantity=Quantity"
    ),
    "MedicationRequestSubstitution": (
        "allowedBoolean=boolean allowedCodeableConcept=CodeableConcept "
        "reason=CodeableConcept"
    ),
    "ObservationComponent": (
        "code=CodeableConcept dataAbsentReason=CodeableConcept "
        "interpretation*=CodeableConcept "
        "referenceRange*=ObservationReferenceRange valueBoolean=boolean "
        "valueCodeableConcept=CodeableConcept valueDateTime=dateTime "
        "valueInteger=integer valuePeriod=Period valueQuantity=Quantity "
        "valueRange=Range valueRatio=Ratio valueSampledData=SampledData "
        "valueString=string valueTime=time"
    ),
    "ObservationReferenceRange": (
        "age=Range appliesTo*=CodeableConcept high=Quantity low=Quantity "
        "text=string type=CodeableConcept"
    ),
    "OrganizationContact": (
        "address=Address name=HumanName purpose=CodeableConcept telecom*=ContactPoint"
    ),
    "PatientCommunication": "language=CodeableConcept preferred=boolean",
    "PatientContact": (
        "address=Address gender=code name=HumanName organization=Reference "
        "period=Period relationship*=CodeableConcept telecom*=ContactPoint"
    ),
    "PatientLink": "other=Reference type=code",
    "Period": "end=dateTime start=dateTime",
    "PractitionerQualification": (
        "code=CodeableConcept identifier*=Identifier issuer=Reference period=Period"
    ),
    "PractitionerRoleAvailableTime": (
        "allDay=boolean availableEndTime=time availableStartTime=time daysOfWeek*=code"
    ),
    "PractitionerRoleNotAvailable": "description=string during=Period",
    "ProcedureFocalDevice": "action=CodeableConcept manipulated=Reference",
    "ProcedurePerformer": (
        "actor=Reference function=CodeableConcept onBehalfOf=Reference"
    ),
    "Quantity": "code=code comparator=code system=uri unit=string value=decimal",
    "Range": "high=Quantity low=Quantity",
    "Ratio": "denominator=Quantity numerator=Quantity",
    "Reference": "display=string identifier=Identifier reference=string type=uri",
    "RelatedPersonCommunication": "language=CodeableConcept preferred=boolean",
    "SampledData": (
        "data=string dimensions=positiveInt factor=decimal lowerLimit=decimal "
        "origin=Quantity period=decimal upperLimit=decimal"
    ),
    "Signature": (
        "data=base64Binary onBehalfOf=Reference sigFormat=code targetFormat=code "
        "type*=Coding when=instant who=Reference"
    ),
    "Timing": "code=CodeableConcept event*=dateTime repeat=TimingRepeat",
    "TimingRepeat": (
        "boundsDuration=Duration boundsPeriod=Period boundsRange=Range "
        "count=positiveInt countMax=positiveInt dayOfWeek*=code duration=decimal "
        "durationMax=decimal durationUnit=code frequency=positiveInt "
        "frequencyMax=positiveInt offset=unsignedInt period=decimal "
        "periodMax=decimal periodUnit=code timeOfDay*=time when*=code"
    ),
}
