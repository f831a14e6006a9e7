"""How long a message may take to be answered, in words."""

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import ForecastRules

_WITHIN = Text(
    "メールは{n}日、LINEは{line}日、郵送は{post}日", "{n} days (LINE {line}, post {post})"
)


def response_days_words() -> Text:
    """Give the days of each channel within which a purchase is a response (domain reference §2.3)."""
    rules = load(ForecastRules)
    return _WITHIN.format(
        n=rules.response_days, line=rules.response_days_line, post=rules.response_days_post
    )
