"""What is wrong with the settings of pharmacies, beyond their form."""

from __future__ import annotations

from collections.abc import Iterator

from ncp.settings.finding import Finding, stop, warning
from ncp.settings.model import Role, Settings

_SAMPLES = (
    ("products", "dispensing.products", "products that nobody sells would be offered"),
    (
        "register_name",
        "dispensing.register_name",
        "what is dispensed would be told to a sample register, in the clear",
    ),
)


def inspect_dispensing(settings: Settings) -> Iterator[Finding]:
    """Find choices that do for a test and not for pharmacies."""
    stated = settings.dispensing
    if stated.products == "none" or Role.B not in settings.gateway.roles:
        return
    for name, key, sentence in _SAMPLES:
        if getattr(stated, name) == "sample":
            remedy = 'Name the national one with "fhir-server", or set it to "none".'
            if settings.gateway.is_production:
                yield stop(key, sentence, remedy)
            else:
                yield warning(key, f"{sentence} (a stop in production)", remedy)
    if stated.register_name == "none":
        yield warning(
            "dispensing.register_name",
            "no national register is told what pharmacies dispense",
            "Name the register, if the country has one.",
        )
    server = stated.server
    if server is not None and not str(server.base_url).startswith("https://"):
        sentence = "patient data would cross the national network unencrypted"
        remedy = "Use an address that begins with https://"
        if settings.gateway.is_production:
            yield stop("dispensing.server.base_url", sentence, remedy)
        else:
            yield warning("dispensing.server.base_url", sentence, remedy)
