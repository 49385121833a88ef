"""The national ports of a pharmacy, built from the settings: products and register."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ncp.errors import ConfigurationError
from ncp.national.configuration import fhir_client
from ncp.national.fhir_client import FhirClient
from ncp.national.fhir_foreign_register import FhirForeignRegister
from ncp.national.fhir_products import FhirProducts, ProductResource
from ncp.national.foreign_dispensations import ForeignDispensationRegister
from ncp.national.products import ProductCatalogue
from ncp.national.sample_foreign_register import SampleForeignRegister
from ncp.national.sample_products import SampleProducts
from ncp.settings.dispensing import DispensingSettings


@dataclass(frozen=True, slots=True)
class PharmacyPorts:
    """What a pharmacy needs of the country.

    Attributes
    ----------
    register
        None where nobody is told.
    """

    products: ProductCatalogue
    register: ForeignDispensationRegister | None


def pharmacy_ports(settings: DispensingSettings) -> PharmacyPorts | None:
    """Build the ports; None where no pharmacy is served.

    Raises
    ------
    ConfigurationError
        A file or address is not usable.
    """
    if settings.products == "none":
        return None
    client = None
    if settings.server is not None:
        client = fhir_client(settings.server, "dispensing.server")
    system = str(settings.product_system)
    return PharmacyPorts(
        products=(
            SampleProducts.embedded()
            if settings.products == "sample"
            else FhirProducts(
                _there(client), system, ProductResource(settings.product_resource)
            )
        ),
        register=_register(settings, client, system),
    )


def _register(
    settings: DispensingSettings, client: FhirClient | None, system: str
) -> ForeignDispensationRegister | None:
    if settings.register_name == "none":
        return None
    if settings.register_name == "sample":
        return SampleForeignRegister(_file(settings.register_file))
    return FhirForeignRegister(_there(client), system)


def _there(client: FhirClient | None) -> FhirClient:
    if client is None:
        raise ConfigurationError("`fhir-server` needs a [dispensing.server] section.")
    return client


def _file(file: Path | None) -> Path:
    if file is None:
        raise ConfigurationError("The sample register needs a `register_file`.")
    return file
