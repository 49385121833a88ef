"""The store of terminology: files of facts, layers, and which of them speak now."""

from transformations.terminology.catalogue.build import Built, build_catalogue
from transformations.terminology.catalogue.current import CurrentCatalogue
from transformations.terminology.catalogue.layered import LayeredCatalogue
from transformations.terminology.catalogue.releases import Activation, Releases
from transformations.terminology.catalogue.schema import CatalogueRefused
from transformations.terminology.catalogue.stored import (
    CodeSystemRow,
    StoredCatalogue,
    ValueSetRow,
)

__all__ = [
    "Activation",
    "Built",
    "CatalogueRefused",
    "CodeSystemRow",
    "CurrentCatalogue",
    "LayeredCatalogue",
    "Releases",
    "StoredCatalogue",
    "ValueSetRow",
    "build_catalogue",
]
