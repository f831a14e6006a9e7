"""Records of any kind, stored each by its own rule."""

from collections.abc import Callable, Sequence
from typing import Any

from okaeri.intake.records import payments, service, subscriptions, voices
from okaeri.intake.types import CallIn, InquiryIn, Kept, PaymentIn, SubscriptionIn
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn

_RULES: tuple[tuple[type, Callable[[Any], Kept]], ...] = (
    (SubscriptionIn, subscriptions.record),
    (InquiryIn, service.record_inquiries),
    (CallIn, service.record_calls),
    (PaymentIn, payments.record),
    (ReviewIn, voices.record_reviews),
    (SurveyAnswerIn, voices.record_survey_answers),
)


def record_all(records: Sequence[Any]) -> Kept:
    """Store subscriptions, inquiries, calls, payments, reviews and answers in the open transaction."""
    total = Kept()
    for kind, record in _RULES:
        given = [one for one in records if isinstance(one, kind)]
        # A delivery or file is about one thing: the others are not even asked.
        if given:
            total = total + record(given)
    return total
