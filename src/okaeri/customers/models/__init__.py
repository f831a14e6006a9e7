"""The tables of customers, by subject; every model is imported from here."""

from okaeri.customers.models.attributes import Attribute, AttributeValue
from okaeri.customers.models.matching import DeviceLink, MatchCandidate
from okaeri.customers.models.people import (
    ConsentEvent,
    ConsentWording,
    ContactPoint,
    Customer,
    IdentityKey,
    Merge,
    PartyLink,
    Suppression,
)
from okaeri.customers.models.preferences import Preference
from okaeri.customers.models.rights import (
    AccessEntry,
    AccessHead,
    DataRequest,
    Erasure,
    LegalHold,
    PurposeVersion,
)

__all__ = [
    "AccessEntry",
    "AccessHead",
    "Attribute",
    "AttributeValue",
    "ConsentEvent",
    "ConsentWording",
    "ContactPoint",
    "Customer",
    "DataRequest",
    "DeviceLink",
    "Erasure",
    "IdentityKey",
    "LegalHold",
    "MatchCandidate",
    "Merge",
    "PartyLink",
    "Preference",
    "PurposeVersion",
    "Suppression",
]
