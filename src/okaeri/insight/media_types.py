"""Settings of acquisition sources, and what crosses the border: a month's cost of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from okaeri.foundation.settings import Contradiction, setting, specs_of
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class MediaRules:
    """How costs and profit of new customers are read."""

    target_profit_minor: int = setting(
        "media.target_profit",
        0,
        Text("新規1人から残したい利益(365日)", "Profit to keep of a new customer (365 days)"),
        minimum=0,
        maximum=100_000_000,
    )
    retention_cost_minor: int = setting(
        "media.retention_cost",
        0,
        Text(
            "既存のお客様への費用(ひと月。配信・同梱・人手)",
            "Monthly cost of existing customers (mails, inserts, work)",
        ),
        minimum=0,
        maximum=10_000_000_000,
    )
    organic_codes: str = setting(
        "media.organic_codes",
        "organic seo",
        Text("自然検索の媒体コード(空白区切り)", "Media codes of organic search (by spaces)"),
    )
    referral_codes: str = setting(
        "media.referral_codes",
        "referral friend",
        Text("紹介の媒体コード(空白区切り)", "Media codes of referrals (by spaces)"),
    )
    ads_limit: float = setting(
        "media.ads_limit",
        0.8,
        Text("広告からの新規の割合の上限", "Highest share of new customers from ads"),
        minimum=0,
        maximum=1,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give codes that would be organic search and a referral at once."""
        both = set(self.organic_codes.split()) & set(self.referral_codes.split())
        if both:
            specs = specs_of(type(self))
            keys = (specs["organic_codes"].key, specs["referral_codes"].key)
            yield Contradiction(keys, _IN_BOTH.format(codes=" ".join(sorted(both))))


_IN_BOTH = Text(
    "媒体コード「{codes}」が自然検索と紹介の両方にあります。どちらか一方にしてください。",
    'The media code "{codes}" is both organic search and a referral; name it in one of them only.',
)


@dataclass(frozen=True, slots=True)
class MediaCostView:
    """What one source cost in one month (`month` is its first day), in the smallest unit."""

    month: date
    media_code: str
    cost_minor: int
