"""The ePrescription: what was prescribed to whom, by whom, and what may be dispensed.

Spec: eHDSI ePrescription (EH.1.1, Wave 8) / HL7 Europe MPD MedicationRequest.
"""
