"""A real syslog server that keeps what arrives over mutual TLS in a file."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ncp.demo.pki import CountryPki
from tests.capabilities import require_program

_CONFIGURATION = """
global(
  workDirectory="{folder}"
  maxMessageSize="256k"
  defaultNetstreamDriver="{driver}"
  defaultNetstreamDriverCAFile="{pki.authority}"
  defaultNetstreamDriverCertFile="{pki.tls_server.certificate}"
  defaultNetstreamDriverKeyFile="{pki.tls_server.key}"
  parser.escapeControlCharactersOnReceive="off"
)
module(load="imtcp" streamDriver.name="{driver}" streamDriver.mode="1"
       streamDriver.authMode="x509/certvalid")
template(name="whole" type="string" string="%rawmsg%\\n")
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="keep")
ruleset(name="keep") {{
  action(type="omfile" file="{folder}/received" template="whole" asyncWriting="off")
}}
"""


@contextmanager
def rsyslog(folder: Path, pki: CountryPki, port: int, driver: str) -> Iterator[Path]:
    """Run it and give the file that it keeps what arrives in, one message a line."""
    program = require_program("rsyslogd", "rsyslog")
    configuration = folder / "rsyslog.conf"
    configuration.write_text(
        _CONFIGURATION.format(folder=folder, pki=pki, port=port, driver=driver)
    )
    command = [program, "-n", "-f", str(configuration), "-i", str(folder / "pid")]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            _wait_for(port, process)
            yield folder / "received"
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if process.poll() is not None:
            told = b"" if process.stderr is None else process.stderr.read()
            raise RuntimeError(f"rsyslogd ended: {told.decode(errors='replace')}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("rsyslogd did not open its port")
