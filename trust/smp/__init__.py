"""Directories of contact points: found in the DNS, served by SMPs, believed here."""

from trust.smp.addresses import (
    AddressRules,
    CheckedAddress,
    NameResolver,
    check_address,
    check_numbers,
)
from trust.smp.belief import MetadataBelief, MetadataTerms, decide_metadata
from trust.smp.cache import (
    EntryCache,
    Event,
    Freshness,
    Happening,
    HeldEntry,
    Listener,
)
from trust.smp.identifiers import EntryId, Identifier, country_of, participant_of
from trust.smp.locator import NaptrLookup, NaptrRecord, directory_of, label_of, name_of
from trust.smp.lookup import (
    FixedLocator,
    Locator,
    LookedUp,
    MetadataFetch,
    MetadataLookup,
    SmlLocator,
)
from trust.smp.metadata import Endpoint, Redirect, ServiceInformation, ServiceMetadata
from trust.smp.refused import DirectoryRefused
from trust.smp.search_mask import SearchMask
from trust.smp.search_mask_reading import read_search_mask
from trust.smp.search_mask_writing import write_search_mask
from trust.smp.services import (
    FORMS,
    Carries,
    SmpService,
    entry_of,
    process_of,
    service_of,
)
from trust.smp.writing import published_metadata, sealed_metadata

__all__ = [
    "FORMS",
    "AddressRules",
    "Carries",
    "CheckedAddress",
    "DirectoryRefused",
    "Endpoint",
    "EntryCache",
    "EntryId",
    "Event",
    "FixedLocator",
    "Freshness",
    "Happening",
    "HeldEntry",
    "Identifier",
    "Listener",
    "Locator",
    "LookedUp",
    "MetadataBelief",
    "MetadataFetch",
    "MetadataLookup",
    "MetadataTerms",
    "NameResolver",
    "NaptrLookup",
    "NaptrRecord",
    "Redirect",
    "SearchMask",
    "ServiceInformation",
    "ServiceMetadata",
    "SmlLocator",
    "SmpService",
    "check_address",
    "check_numbers",
    "country_of",
    "decide_metadata",
    "directory_of",
    "entry_of",
    "label_of",
    "name_of",
    "participant_of",
    "process_of",
    "published_metadata",
    "read_search_mask",
    "sealed_metadata",
    "service_of",
    "write_search_mask",
]
