"""Settings of further analyses that cross insight's border."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class ChurnRules:
    """When somebody who tried or subscribed counts as gone (domain reference §1.3 #26)."""

    trial_days: int = setting(
        "churn.trial_days",
        60,
        Text("トライアル後に離れたとみなす日数", "Days until a trial counts as lost"),
        minimum=1,
        maximum=3650,
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
        Text("反応とみなす日数", "Days within which a purchase is a response"),
        minimum=1,
        maximum=365,
    )


@dataclass(frozen=True, kw_only=True)
class AgeRules:
    """On which channel people under 30 are reached until it is known where they answer."""

    young_channel: str = setting(
        "age.young_channel",
        "line",
        Text(
            "30歳未満の標準のチャネル(line、email、sms、post)",
            "Default channel under 30 (line, email, sms, post)",
        ),
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
