"""Who had access to a patient's data: told to the patient, and to the national log."""
