"""What the customer list may be narrowed to, as a segment rule."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from okaeri.foundation.text import Text
from okaeri.insight.types import BAND_NAMES, STAGE_NAMES, FreshnessBand, Stage

FLAGS = {
    "at_risk": Text("離脱予備軍", "At risk"),
    "f2_late": Text("F2転換遅れ", "Second purchase late"),
    "revived": Text("復活客", "Revived"),
}
SORTS = {
    "last_on": Text("最終購入日", "Last purchase"),
    "net_minor": Text("累計購入額", "Spend so far"),
    "purchase_count": Text("購入回数", "Purchases"),
    "freshness": Text("鮮度", "Freshness"),
    "tenure_days": Text("在籍日数", "Tenure"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; unknown words ask for nothing."""

    text: str
    stage: str
    lapsed: str
    band: str
    flag: str
    segment: int | None
    order_by: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.rule() or self.segment is not None)

    def rule(self) -> dict[str, Any] | None:
        """Give the rule tree over columns, None when none is asked for; a segment stands beside it."""
        parts: list[dict[str, Any]] = []
        if self.stage:
            parts.append(_equals("stage", self.stage))
        if self.lapsed:
            parts.append(_equals("is_lapsed", self.lapsed == "1"))
        if self.band:
            parts.append(_equals("freshness_band", self.band))
        if self.flag:
            parts.append(_equals(f"is_{self.flag}", True))
        return {"all": parts} if parts else None


def _equals(field: str, value: object) -> dict[str, Any]:
    return {"field": field, "op": "=", "value": value}


def read_filters(request: HttpRequest) -> Filters:
    """Read the address."""
    asked = request.GET
    order_by = asked.get("sort", "-last_on")
    segment = asked.get("segment", "")
    return Filters(
        text=asked.get("q", "").strip()[:100],
        stage=_one_of(asked.get("stage", ""), {stage.value for stage in Stage}),
        lapsed=_one_of(asked.get("lapsed", ""), {"0", "1"}),
        band=_one_of(asked.get("band", ""), {band.value for band in FreshnessBand}),
        flag=_one_of(asked.get("flag", ""), set(FLAGS)),
        segment=int(segment) if segment.isdecimal() and len(segment) < 10 else None,
        order_by=order_by if order_by.lstrip("-") in SORTS else "-last_on",
    )


def _one_of(value: str, allowed: set[str]) -> str:
    return value if value in allowed else ""


STAGE_CHOICES = [(stage.value, name) for stage, name in STAGE_NAMES.items()]
BAND_CHOICES = [(band.value, name) for band, name in BAND_NAMES.items()]
