"""Our own country's infrastructure as the use cases see it, and its adapters.

``ports`` says what the use cases need, ``fhir_server`` answers it from any FHIR R4
server, ``build`` chooses an adapter from the settings.
"""
