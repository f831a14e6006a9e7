"""Settings of further analyses that cross insight's border."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class ChurnRules:
    """When somebody who tried, or buys one by one, counts as gone (domain reference §1.3 #26)."""

    trial_days: int = setting(
        "churn.trial_days",
        60,
        Text("トライアル後に離れたとみなす日数", "Days until a trial counts as lost"),
        minimum=1,
        maximum=3650,
    )
    # The largest of 29 is above the 90th percentile in 95 of 100 cases: with fewer it is a guess.
    fewest_intervals: int = setting(
        "churn.fewest_intervals",
        30,
        Text(
            "単品の離反を商品の間隔で決める、最少の間隔数",
            "Fewest intervals of a product for a rule of its own",
        ),
        minimum=2,
        maximum=100_000,
    )


LTV_YEAR = 365
_MOST_WINDOWS, _LONGEST_WINDOW = 8, 3650
_NO_WINDOWS = Text(
    "「{value}」は使えません。1〜{longest} の日数を小さい順に、空白で区切って{most}個まで書いてください"
    "(例: 90 180 365 730)。",
    "'{value}' cannot be used; write up to {most} numbers of days from 1 to {longest}, smallest first, "
    "by spaces (90 180 365 730).",
)


def _why_no_windows(value: str) -> Text | None:
    words = value.split()
    days = [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 6]
    fits = len(days) == len(words) and 0 < len(days) <= _MOST_WINDOWS
    if fits and days == sorted(set(days)) and days[0] >= 1 and days[-1] <= _LONGEST_WINDOW:
        return None
    return _NO_WINDOWS.format(value=value[:40], most=_MOST_WINDOWS, longest=_LONGEST_WINDOW)


@dataclass(frozen=True, kw_only=True)
class LtvRules:
    """Within how many days of the first purchase LTV is counted (domain reference §1.3 #28)."""

    windows: str = setting(
        "ltv.windows",
        "90 180 365 730",
        Text("LTVを数える日数(空白区切り)", "Days LTV is counted within (by spaces)"),
        judge=_why_no_windows,
    )

    @property
    def days(self) -> tuple[int, ...]:
        """The windows as numbers, smallest first."""
        return tuple(map(int, self.windows.split()))


@dataclass(frozen=True, kw_only=True)
class KpiRules:
    """What figures of the KPI catalogue are counted by (domain reference §1.3 #23)."""

    repurchase_window: int = setting(
        "kpi.repurchase_window",
        90,
        Text("再購入率を数える日数", "Days the repurchase rate is counted within"),
        minimum=1,
        maximum=365,
    )


@dataclass(frozen=True, kw_only=True)
class TargetRules:
    """What the shop aims at: guides beside measured shares (domain reference §1.3 #34, §2.1)."""

    first: float = setting(
        "target.first",
        0.5,
        Text("推移率の目安: 初回→よちよち以上", "Guide: first-time to toddler or up"),
        minimum=0,
        maximum=1,
    )
    toddler: float = setting(
        "target.toddler",
        0.8,
        Text("推移率の目安: よちよち→コツコツ以上", "Guide: toddler to steady or up"),
        minimum=0,
        maximum=1,
    )
    steady: float = setting(
        "target.steady",
        0.5,
        Text("推移率の目安: コツコツ→流行・優良", "Guide: steady to trend or loyal"),
        minimum=0,
        maximum=1,
    )
    prime_sales: float = setting(
        "target.prime_sales",
        0.8,
        Text(
            "優良客・上位のお客様の売上割合の目安",
            "Guide: share of sales of loyal and largest customers",
        ),
        minimum=0,
        maximum=1,
    )


# R 5 first, F 1 to 5 in each row: recent and frequent is A, long ago and once is E.
DEFAULT_GRID = "CCBAADCBBADCCBBEDDCCEEDDC"
RANKS = "ABCDE"


@dataclass(frozen=True, kw_only=True)
class GridRules:
    """How the cells of the R x F grid are painted: 25 letters A to E, rows from R 5 to R 1."""

    grid: str = setting(
        "rfm.grid", DEFAULT_GRID, Text("R×F のランクの塗り分け", "Ranks of the R x F grid")
    )


@dataclass(frozen=True, kw_only=True)
class ForecastRules:
    """What a message is expected to bring until the shop's own rates say (§1.3 #19, #20)."""

    first: float = setting(
        "forecast.prior.first",
        0.01,
        Text("購入率の初期値(初回客)", "First guess: first-time customers"),
        minimum=0,
        maximum=1,
    )
    toddler: float = setting(
        "forecast.prior.toddler",
        0.05,
        Text("購入率の初期値(よちよち客)", "First guess: toddlers"),
        minimum=0,
        maximum=1,
    )
    steady: float = setting(
        "forecast.prior.steady",
        0.10,
        Text("購入率の初期値(コツコツ客)", "First guess: steady customers"),
        minimum=0,
        maximum=1,
    )
    trend: float = setting(
        "forecast.prior.trend",
        0.10,
        Text("購入率の初期値(流行客・仮置き)", "First guess: trend customers (provisional)"),
        minimum=0,
        maximum=1,
    )
    prime: float = setting(
        "forecast.prior.prime",
        0.20,
        Text("購入率の初期値(優良客)", "First guess: loyal customers"),
        minimum=0,
        maximum=1,
    )
    prior_contacts: int = setting(
        "forecast.prior.contacts",
        200,
        Text("初期値の重み(通)", "Weight of the first guess, in messages"),
        minimum=1,
        maximum=1_000_000,
    )
    response_days: int = setting(
        "forecast.response_days",
        7,
        Text(
            "反応とみなす日数(メールなど)",
            "Days within which a purchase is a response (mail and the like)",
        ),
        minimum=1,
        maximum=365,
    )
    response_days_line: int = setting(
        "forecast.response_days.line",
        14,
        Text("反応とみなす日数(LINE)", "Days within which a purchase is a response (LINE)"),
        minimum=1,
        maximum=365,
    )
    response_days_post: int = setting(
        "forecast.response_days.post",
        30,
        Text("反応とみなす日数(郵送)", "Days within which a purchase is a response (post)"),
        minimum=1,
        maximum=365,
    )

    def response_days_by_channel(self) -> dict[str, int]:
        """Give channel → days, of those with days of their own; others have `response_days` (§2.3)."""
        return {"line": self.response_days_line, "post": self.response_days_post}


@dataclass(frozen=True, kw_only=True)
class AgeRules:
    """On which channel people under 30 are reached until it is known where they answer."""

    young_channel: str = setting(
        "age.young_channel",
        "line",
        Text("30歳未満の標準のチャネル", "Default channel under 30"),
        choices=("line", "email", "sms", "post"),
    )
    fewest_messages: int = setting(
        "age.fewest_messages",
        200,
        Text(
            "30歳未満の反応率を使い始める通数",
            "Messages to people under 30 from which their own answers count",
        ),
        minimum=1,
        maximum=1_000_000,
    )


@dataclass(frozen=True, kw_only=True)
class PerkRules:
    """還元予算: how much of the margin may go back to customers, and what a point is worth."""

    most_share: float = setting(
        "perks.most_share",
        0.15,
        Text("還元してよい粗利の割合", "Share of the margin that may be given back"),
        minimum=0.01,
        maximum=1,
    )
    point_minor: int = setting(
        "perks.point_minor",
        1,
        Text(
            "1ポイントの価値(円など最小単位)",
            "What one point is worth (smallest unit of the currency)",
        ),
        minimum=0,
        maximum=100_000,
    )
