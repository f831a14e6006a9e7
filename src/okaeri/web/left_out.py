"""What pages say of a shop whose orders are stored but not counted, in whole or in part."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from okaeri.foundation.text import Text, day_in_words
from okaeri.foundation.work.jobs import JobView, list_jobs
from okaeri.insight import api as insight
from okaeri.intake import api as intake

_VOID = Text(
    "返品・全額返金・キャンセル・未入金などの注文 {n}件は、購入に数えていません。",
    "Not counted as purchases: {n} orders returned, paid back in full, cancelled or not paid.",
)
_UNKNOWN = Text(
    "顧客がわからない注文 {n}件は、どの集計にも入れていません(平均顧客単価にも)。",
    "Counted nowhere, nor in the average unit price: {n} orders without a known customer.",
)
_RETURNED = Text(
    "返品の伝票 {n}件は購入に数えず、金額をその方の直前の購入から差し引いています。",
    "Return documents ({n}) are no purchases; their amounts are subtracted from the purchase before.",
)
_LATER = Text(
    "集計日より先の日付の注文 {n}件(最も早いものは{ja})は、その日が来るまで数えません。",
    "Not counted until their day: {n} orders dated after the analysis (the first on {en}).",
)
_WORTHLESS = Text(
    "ポイントや値引きで代金が残らない注文 {n}件は、購入には数え、金額は0としています。",
    "Counted as purchases worth 0: {n} orders of which points or discounts left nothing.",
)
_UNCOUNTED = Text(
    "注文は{n}件ありますが、購入として数えられるものがまだありません。",
    "Orders so far: {n}; none counts as a purchase yet.",
)
_WAITING = Text(
    "注文は取り込まれています。集計が終わると、ここに答えが出ます。",
    "Orders are in; the answer stands here once the analysis is done.",
)
_STOPPED = Text(
    "注文は取り込まれていますが、集計が途中で止まったため、まだ答えを出せません。",
    "Orders are in, but the analysis stopped midway, so there is no answer yet.",
)
_TOO_LITTLE = Text(
    "注文は{n}件ありますが、この分析に要る記録がまだそろっていません。",
    "Orders so far: {n}; the records this analysis needs are not there yet.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page without its report says: a headline sentence (None: no order at all) and reasons."""

    sentence: Text | None
    reasons: tuple[Text, ...]


def standing() -> Standing:
    """Tell why there is nothing to show: no orders, none that counts, or not enough of them."""
    left_out = _counts()
    if not left_out.get("stored"):
        return Standing(_uncounted() if intake.has_orders() else None, ())
    words = _TOO_LITTLE if left_out["counted"] else _UNCOUNTED
    return Standing(words.format(n=f"{left_out['stored']:,}"), reasons())


def _uncounted() -> Text:
    return _STOPPED if failed_refresh() else _WAITING


def failed_refresh() -> JobView | None:
    """Give the newest analysis where it failed and nothing was counted after it."""
    newest = next(iter(list_jobs("refresh", limit=1)), None)
    if newest is None or newest.status != "failed":
        return None
    summary = insight.find_report("summary")
    is_mended = summary and newest.finished_at and summary.computed_at > newest.finished_at
    return None if is_mended else newest


def reasons() -> tuple[Text, ...]:
    """Give one sentence for each kind of order that is left out or counts as nothing."""
    return reasons_of(_counts())


def reasons_of(left_out: Mapping[str, Any]) -> tuple[Text, ...]:
    """Give the same of counts that are at hand (`insight.features.left_out`, days as ISO text)."""
    told = []
    if left_out.get("void"):
        told.append(_VOID.format(n=f"{left_out['void']:,}"))
    if left_out.get("unknown"):
        told.append(_UNKNOWN.format(n=f"{left_out['unknown']:,}"))
    if left_out.get("returned"):
        told.append(_RETURNED.format(n=f"{left_out['returned']:,}"))
    if left_out.get("later"):
        day = day_in_words(date.fromisoformat(left_out["later_on"]))
        told.append(_LATER.format(n=f"{left_out['later']:,}", ja=day.ja, en=day.en))
    if left_out.get("worthless"):
        told.append(_WORTHLESS.format(n=f"{left_out['worthless']:,}"))
    return tuple(told)


def has_returns() -> bool:
    """Tell whether return documents were subtracted from purchases."""
    return bool(_counts().get("returned"))


def _counts() -> dict[str, Any]:
    report = insight.find_report("summary")
    return report.payload.get("left_out", {}) if report else {}
