"""What crosses insight's border about predictions: their settings and one person's row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from okaeri.foundation.settings import Contradiction, setting, specs_of
from okaeri.foundation.text import Text


@dataclass(frozen=True, kw_only=True)
class PredictionRules:
    """Settings of lapse risk and importance (domain reference §2.6)."""

    lapse_horizon_days: int = setting(
        "predict.lapse_horizon_days",
        90,
        Text("離脱リスクを見る日数", "Days lapse risk looks ahead"),
        minimum=7,
        maximum=365,
    )
    value_weight: int = setting(
        "importance.value_weight",
        50,
        Text("重要度: 予測購入額の重み", "Importance: weight of predicted value"),
        minimum=0,
        maximum=100,
    )
    class_weight: int = setting(
        "importance.class_weight",
        30,
        Text("重要度: クラスの重み", "Importance: weight of the class"),
        minimum=0,
        maximum=100,
    )
    freshness_weight: int = setting(
        "importance.freshness_weight",
        20,
        Text("重要度: 鮮度(反応)の重み", "Importance: weight of freshness"),
        minimum=0,
        maximum=100,
    )
    rfm_weight: int = setting(
        "importance.rfm_weight",
        0,
        Text("重要度: RFMの重み", "Importance: weight of RFM"),
        minimum=0,
        maximum=100,
    )
    call_from: int = setting(
        "importance.call_from",
        60,
        Text("電話リストに載せる重要度", "Importance from which to call"),
        minimum=0,
        maximum=100,
    )
    call_risk_percent: int = setting(
        "importance.call_risk_percent",
        50,
        Text("電話リストに載せる離脱リスク(%)", "Lapse risk from which to call (%)"),
        minimum=0,
        maximum=100,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the weights when none of them counts: importance would be 0 for everybody."""
        weights = [name for name in specs_of(type(self)) if name.endswith("_weight")]
        if not any(getattr(self, name) for name in weights):
            keys = tuple(specs_of(type(self))[name].key for name in weights)
            yield Contradiction(keys, _NO_WEIGHT)


_NO_WEIGHT = Text(
    "重要度の重みがすべて0です。いまのままでは全員の重要度が0になるので、1つは1以上にしてください。",
    "All weights of importance are 0, so everybody's importance would be 0; set at least one.",
)


@dataclass(frozen=True, slots=True)
class CustomerPredictionView:
    """What is foretold of one customer; field meanings as in `insight.models.CustomerPrediction`."""

    customer_id: int
    as_of: date
    horizon_days: int
    p_alive: float
    returns_chance: float
    orders_365: float
    orders_365_low: int
    orders_365_high: int
    value_365_minor: int
    value_365_low_minor: int
    value_365_high_minor: int
    next_low_on: date
    next_on: date
    next_high_on: date
    usual_gap_days: float
    overdue_ratio: float
    lapse_risk: float
    lapse_reasons: list[dict[str, Any]]
    importance: float
    importance_parts: dict[str, float]
    priority: float
    best_hour: int | None
    best_hour_own: int
    best_hour_chance: float | None = None
    p_alive_low: float | None = None
    p_alive_high: float | None = None
    returns_low: float | None = None
    returns_high: float | None = None
    lapse_risk_low: float | None = None
    lapse_risk_high: float | None = None
    lapse_days: int | None = None


@dataclass(frozen=True, slots=True)
class PredictionPage:
    """One page of a list of predictions and how many there are in all."""

    rows: tuple[CustomerPredictionView, ...]
    total: int
