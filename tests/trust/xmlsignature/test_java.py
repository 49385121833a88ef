"""The verifier of the Java platform believes what we sign, as OpenNCP's machines do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.capabilities import JAVA, missing, require_program
from tests.trust import pki
from tests.trust.assertions.cast import envelope_bytes, hcp_bytes, trc_bytes
from tests.trust.xmlsignature.corpus import BAD, GOOD

PROGRAM = Path(__file__).with_name("VerifyAssertions.java")

OURS = {
    "hcp": hcp_bytes,
    "trc": trc_bytes,
    "hcp on P-256": lambda: hcp_bytes(key=pki.ec_seal("ec")),
    "hcp inside a message": lambda: envelope_bytes(hcp_bytes(), trc_bytes()),
    "trc inside a message": lambda: envelope_bytes(trc_bytes(), hcp_bytes()),
}
ALTERED = ("content: another name", "content: a longer life", "key: another one")


def require_compiler() -> str:
    java = require_program("java", JAVA)
    modules = subprocess.run([java, "--list-modules"], capture_output=True, check=False)
    if b"jdk.compiler" not in modules.stdout:
        missing(JAVA, "install a JDK; this is only a runtime")
    return java


def java_verdicts(java: str, folder: Path) -> dict[str, bool]:
    done = subprocess.run(
        [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", str(PROGRAM), str(folder)],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    lines = (line.rpartition(" ") for line in done.stdout.splitlines())
    return {name: verdict == "true" for name, _, verdict in lines}


@pytest.mark.spec("SAML 2.0 Core 5.4")
def test_java_believes_what_we_sign_and_what_we_believe_and_nothing_altered(tmp_path):
    java = require_compiler()
    messages = {f"ours {name}": make() for name, make in OURS.items()}
    messages |= {f"good {name}": case() for name, (case, _) in GOOD.items()}
    messages |= {f"bad {name}": BAD[name]() for name in ALTERED}
    for name, message in messages.items():
        (tmp_path / name).write_bytes(message)
    assert java_verdicts(java, tmp_path) == {
        name: not name.startswith("bad ") for name in messages
    }
