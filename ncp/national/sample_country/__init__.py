"""A small country to try the gateway with: a FHIR server over a folder of files.

It is a real HTTP server with real searches, for demonstrations and tests. It knows no
access rights and must not hold the data of real people.
"""

from ncp.national.sample_country.app import create_app
from ncp.national.sample_country.folder import SampleData, read_folder
from ncp.national.sample_country.prepare import (
    PreparedDocument,
    permitting_consent,
    prepare_bundle,
    prepare_document,
)
from ncp.national.sample_country.server import RunningServer, serve, start

__all__ = [
    "PreparedDocument",
    "RunningServer",
    "SampleData",
    "create_app",
    "permitting_consent",
    "prepare_bundle",
    "prepare_document",
    "read_folder",
    "serve",
    "start",
]
