"""期待と実感の差: how far what came was from what was expected, by product and advertisement."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of, wilson_interval

# "Neither more nor less than I expected" on the scale of the question.
AS_EXPECTED = 3

DEFINITIONS = {
    "expectation_gap": Text(
        "期待との差: 「期待とくらべて、いかがでしたか」への回答(1〜5)の平均から3(期待どおり)を引いた値です。"
        "プラスは期待以上、マイナスは期待外れです。回答した注文の商品ごとと、その方の初回注文の媒体ごとに見ます。",
        "Gap: the mean answer (1 to 5) to “compared with what you expected” less 3 (as expected). Above 0 "
        "is better than expected. By product of the order asked about, and by source of the first order.",
    ),
    "over_promise": Text(
        "約束しすぎ: 期待外れ(1か2)の割合の95%区間(ウィルソン法)が、"
        "ほかのすべての回答の割合を上回る媒体・商品です。",
        "Promises too much: the 95% Wilson interval of the share of 1 and 2 lies above the share among all "
        "other answers.",
    ),
}


def expectations_payload(
    asked: Mapping[str, Any],
    products: Iterable[Mapping[str, Any]],
    media: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Give {answers, gap, below_share, products, media}; `asked`: answers, score, below of everybody.

    products and media, the most disappointing first: value, label, answers, gap, below, above,
    below_share, low, high, is_over (promises too much).
    """
    everybody = {name: asked[name] or 0 for name in ("answers", "score", "below")}
    by_product = [
        _row(row["sku"], names.get(row["sku"]) or row["name"] or row["sku"], row, everybody)
        for row in products
    ]
    by_media = [_row(row["media"], row["media"], row, everybody) for row in media]
    return {
        "answers": everybody["answers"],
        "gap": _gap(everybody),
        "below_share": share_of(everybody["below"], everybody["answers"]),
        "products": sorted(by_product, key=_most_disappointing),
        "media": sorted(by_media, key=_most_disappointing),
    }


def _gap(row: Mapping[str, Any]) -> float | None:
    return row["score"] / row["answers"] - AS_EXPECTED if row["answers"] else None


def _most_disappointing(row: Mapping[str, Any]) -> tuple[float, int, str]:
    return (row["gap"], -row["answers"], row["value"])


def _row(
    value: str, label: str, row: Mapping[str, Any], everybody: Mapping[str, int]
) -> dict[str, Any]:
    low, high = wilson_interval(row["below"], row["answers"])
    others = share_of(everybody["below"] - row["below"], everybody["answers"] - row["answers"])
    return {
        "value": value,
        "label": label,
        **{name: row[name] for name in ("answers", "below", "above")},
        "gap": _gap(row),
        "below_share": share_of(row["below"], row["answers"]),
        "low": low,
        "high": high,
        "is_over": others is not None and low > others,
    }
