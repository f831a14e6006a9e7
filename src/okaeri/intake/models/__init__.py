"""The tables of intake, by subject; every model is imported from here."""

from okaeri.intake.models.events import Event, Identification
from okaeri.intake.models.forms import Form, FormEntry, FormTally
from okaeri.intake.models.orders import (
    ColumnMapping,
    ImportRun,
    Order,
    OrderLine,
    Party,
    Product,
    RejectedRow,
)
from okaeri.intake.models.payments import Payment
from okaeri.intake.models.service import Call, Inquiry
from okaeri.intake.models.sources import (
    Connection,
    Delivery,
    LatestWord,
    Poll,
    Refund,
    SourceMark,
)
from okaeri.intake.models.subscriptions import (
    Subscription,
    SubscriptionEvent,
    SubscriptionRequest,
)
from okaeri.intake.models.voices import Review, SurveyAnswer

__all__ = [
    "Call",
    "ColumnMapping",
    "Connection",
    "Delivery",
    "Event",
    "Form",
    "FormEntry",
    "FormTally",
    "Identification",
    "ImportRun",
    "Inquiry",
    "LatestWord",
    "Order",
    "OrderLine",
    "Party",
    "Payment",
    "Poll",
    "Product",
    "Refund",
    "RejectedRow",
    "Review",
    "SourceMark",
    "Subscription",
    "SubscriptionEvent",
    "SubscriptionRequest",
    "SurveyAnswer",
]
