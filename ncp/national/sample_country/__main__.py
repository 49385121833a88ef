"""``python -m ncp.national.sample_country --folder F --port P``."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from ncp.errors import NcpError
from ncp.national.sample_country.server import LOOPBACK, serve

SAMPLE_PATIENTS = Path(__file__).parent / "patients"


def main() -> int:
    """Serve a folder; print one line of JSON when ready."""
    parser = argparse.ArgumentParser(
        prog="python -m ncp.national.sample_country",
        description="A small FHIR server over a folder of EPS or IPS document Bundles.",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=SAMPLE_PATIENTS,
        help="the folder to serve (default: our own sample patients)",
    )
    parser.add_argument("--host", default=LOOPBACK, help="default: %(default)s")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    arguments = parser.parse_args()
    try:
        serve(
            arguments.folder,
            host=arguments.host,
            port=arguments.port,
            announce=partial(print, flush=True),
        )
    except NcpError as error:
        sys.stderr.write(f"{error.public_message}\n{error.remedy}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
