"""What a test may need beyond the checkout, and what to say when it is not there.

A test asks with :func:`require_data` and the like. Where the capability is missing the
test is skipped in a form the end of the run lists by capability; with ``NCP_ACCEPT=1``
it fails instead.

The folder with other people's sample documents comes from ``NCP_TEST_DATA`` and is by
default the folder ``shared/data`` beside the checkout.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SKIP_PREFIX = "missing capability: "

TEST_DATA = "test data"
SCHEMAS = "schemas"
OFFICIAL_RULES = "official rules"
POSTGRESQL = "PostgreSQL"
JAVA = "Java"
OPENSAML = "OpenSAML"
IPF = "IPF"
OPENNCP = "OpenNCP"
OPENATNA = "OpenATNA"
BROWSER = "browser"


def is_acceptance() -> bool:
    """Whether every missing capability is a failure (``make accept``)."""
    return os.environ.get("NCP_ACCEPT", "") not in {"", "0"}


def data_folder() -> Path:
    """Return where the sample documents of others are expected."""
    configured = os.environ.get("NCP_TEST_DATA")
    if configured:
        return Path(configured)
    return REPOSITORY.parent / "shared" / "data"


def missing(capability: str, remedy: str) -> NoReturn:
    """Skip the test, naming the capability it lacks and how to provide it."""
    pytest.skip(f"{SKIP_PREFIX}{capability} ({remedy})")


def require_data(kind: str) -> Path:
    """Return the folder or file ``kind`` of the sample documents, or skip.

    Parameters
    ----------
    kind
        A path below the data folder: ``fhir-dev``, ``cda-dev``, ``schemas`` ...
    """
    path = data_folder() / kind
    if not path.exists():
        capability = (
            SCHEMAS if kind.split("/", maxsplit=1)[0] == "schemas" else TEST_DATA
        )
        missing(capability, "set NCP_TEST_DATA to the folder that holds it")
    return path


def require_schemas() -> Path:
    """Return the folder of the CDA schemas, or skip."""
    return require_data("schemas")


def require_program(program: str, capability: str) -> str:
    """Return the path of a program on this machine, or skip."""
    found = shutil.which(program)
    if found is None:
        missing(capability, f"install the program {program}")
    return found


def require_module(module: str, capability: str) -> None:
    """Skip unless a Python module that is only an extra can be imported."""
    if importlib.util.find_spec(module) is None:
        missing(capability, f"install the Python package that has {module}")


def require_setting(variable: str, capability: str) -> str:
    """Return an environment variable that points at something external, or skip."""
    value = os.environ.get(variable)
    if not value:
        missing(capability, f"set {variable}")
    return value
