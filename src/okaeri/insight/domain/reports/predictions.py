"""The held-out page: what was foretold at an earlier day, and what came, for every prediction."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from okaeri.foundation.text import Text
from okaeri.insight.domain.ground import Ground
from okaeri.insight.domain.lifetime.forecast import Forecast
from okaeri.insight.domain.lifetime.histories import Floats
from okaeri.insight.domain.mean_interval import mean_interval
from okaeri.insight.domain.next_purchase import NextPurchase
from okaeri.insight.domain.shares import wilson_interval

_TENTHS = 10
# The share of people that an interval is to hold.
_AIM = 0.8
# Among many people chance explains no distance at all, yet fewer points than these change nothing.
_FEWEST_POINTS = 0.03


def orders_payload(ground: Ground, told: Forecast) -> dict[str, Any]:
    """Give {people, told, came, mae, inside, inside_low, inside_high, tenths} of purchases after the cutoff.

    inside: share of people whose purchases lay in their 80 % interval, with its 95 % interval. tenths:
    ten groups of equal size by foretold purchases, each with people, told and came (means per person)
    and the 95 % interval low..high of what came (`domain.mean_interval`).
    """
    inside = (ground.came >= told.orders_low) & (ground.came <= told.orders_high)
    return {
        "people": len(ground),
        "told": float(told.orders.sum()),
        "came": int(ground.came.sum()),
        "mae": float(np.abs(told.orders - ground.came).mean()),
        **_held(inside),
        "tenths": _tenths(told.orders, ground.came),
    }


def value_payload(ground: Ground, told: Forecast) -> dict[str, Any]:
    """Give the same of money: {told_minor, came_minor, inside, ..., tenths} (in the smallest unit)."""
    came = ground.came_net_minor
    inside = (came >= np.floor(told.value_low_minor)) & (came <= np.ceil(told.value_high_minor))
    return {
        "told_minor": round(float(told.value_minor.sum())),
        "came_minor": round(float(came.sum())),
        **_held(inside),
        "tenths": _tenths(told.value_minor, came),
    }


def top_payload(
    ground: Ground, value: Floats, is_prime: NDArray[np.bool_]
) -> dict[str, Any] | None:
    """Compare the best by foretold value with the loyal customers by class, equally many of each.

    {people, top_minor, prime_minor, both, all_minor}: what each group spent after the cutoff, and how
    many people are in both. None where the shop had no loyal customer then.
    """
    count = int(is_prime.sum())
    if not count:
        return None
    top = np.zeros(len(value), bool)
    top[np.argsort(-value, kind="stable")[:count]] = True
    came = ground.came_net_minor
    return {
        "people": count,
        "top_minor": round(float(came[top].sum())),
        "prime_minor": round(float(came[is_prime].sum())),
        "both": int((top & is_prime).sum()),
        "all_minor": round(float(came.sum())),
    }


def next_payload(came_in_days: Floats, told: NextPurchase) -> dict[str, Any]:
    """Give {came, inside, low, high, is_off, early, late} of those who came after the cutoff.

    `came_in_days`: days from the cutoff to the next purchase, NaN where none came.

    inside, early, late: shares in, before and after their interval. low, high: the 95 % interval
    of inside (Wilson); is_off: 80 % lies outside of it, which chance alone seldom does, and more than
    3 points away: people came back in another rhythm than the stretch before let expect.
    """
    came = np.isfinite(came_in_days)
    if not came.any():
        nothing = dict.fromkeys(("inside", "low", "high", "early", "late"))
        return {"came": 0, "is_off": False, **nothing}
    days = came_in_days[came]
    early, late = days < told.low_days[came], days > told.high_days[came]
    inside, everybody = int((~early & ~late).sum()), int(came.sum())
    low, high = wilson_interval(inside, everybody)
    # Whole people: the share of 83 in 100 is no more than 3 points away, whatever floats say.
    is_far = abs(inside - _AIM * everybody) > _FEWEST_POINTS * everybody + 1e-6
    return {
        "came": everybody,
        "inside": inside / everybody,
        "low": low,
        "high": high,
        "is_off": is_far and not low <= _AIM <= high,
        "early": float(early.mean()),
        "late": float(late.mean()),
    }


def _held(inside: NDArray[np.bool_]) -> dict[str, float]:
    low, high = wilson_interval(int(inside.sum()), len(inside))
    return {"inside": float(inside.mean()), "inside_low": low, "inside_high": high}


def _tenths(told: Floats, came: Floats) -> list[dict[str, Any]]:
    order = np.argsort(told, kind="stable")
    return [_tenth(told[part], came[part]) for part in np.array_split(order, _TENTHS) if len(part)]


def _tenth(told: Floats, came: Floats) -> dict[str, Any]:
    total, squares = float(came.sum()), float(np.square(came, dtype=np.float64).sum())
    low, high = mean_interval(total, squares, len(came))
    return {
        "people": len(came),
        "told": float(told.mean()),
        "came": float(came.mean()),
        "low": low,
        "high": high,
    }


DEFINITIONS: Mapping[str, Text] = {
    "orders_365": Text(
        "予測購入回数: 購入の間隔と離れる時期が人によって違うとみる MBG/NBD モデルの、"
        "今後365日の期待回数です。"
        "範囲は80%の予測区間で、少なくとも10人中8人がこの中に入る見込みです。"
        "購入が少ない店では、弱い事前の見込みから始めるので範囲が広くなります。"
        "買う見込みが10%以下の方は、回数と額の代わりにそう示します(CSVの額は中央値の0)。",
        "Purchases to come: the expectation over 365 days of the MBG/NBD model, under which people "
        "differ in "
        "rhythm and in when they leave. The range is an 80% interval: at least 8 in 10 should fall "
        "within. "
        "A shop with few purchases starts from a weak prior belief, so its ranges are wide. Of whoever is 10% "
        "likely or less to buy at all, that is said instead (a CSV gives the median, 0).",
    ),
    "value_365": Text(
        "予測購入額: 予測購入回数 × 1回の見込み額(Gamma-Gamma モデル: "
        "本人の平均と店の平均を購入回数で按分)です。",
        "Value to come: purchases to come × the expected amount of one (Gamma-Gamma model: the own "
        "mean and "
        "the shop's, weighted by how often the person bought).",
    ),
    "p_alive": Text(
        "継続の確率: まだお客様でいる確率です(MBG/NBD)。買う回数が多い人ほど、"
        "短い沈黙でも下がります。範囲は80%の区間で、係数の不確かさ(標準誤差をデルタ法で伝えたもの)に、"
        "過去の日から予測し直したときの「戻る見込み」のずれを加えています。"
        "お客様でいるかどうかは直接見えないため、確かめられるのは戻ったかどうかだけです。",
        "Chance of being a customer: still there, by the MBG/NBD model; the more often somebody used "
        "to buy, "
        "the sooner silence lowers it. Its 80% interval takes what is unknown of the parameters (their "
        "standard errors, by the delta method) and what a replay missed of coming back; being a "
        "customer cannot be seen, coming back can.",
    ),
    "next_on": Text(
        "次回購入日: 期間内に戻ってくるとした場合の日付と80%区間です。"
        "本人の間隔(店全体と按分)から求める方法と、"
        "本人の購入の頻度から求める方法のうち、過去の日から予測し直してよく当たったほうを使います。"
        "区間の端も、そのときの結果に半分だけ合わせています。"
        "季節や販促で買い方が変わる時期は、80%から外れることがあります。",
        "Next purchase: day and 80% interval, given that the person comes back within the horizon. "
        "Of two "
        "ways, by own intervals (shrunk to the shop's) and by own rate of buying, the one that held "
        "better "
        "at a replay from an earlier day is used; the edges are moved half way to those that held "
        "there. Where seasons or sales change how people buy, "
        "the share held may be another than 80%.",
    ),
    "item_next_on": Text(
        "次にその商品を買う日: 期間内にまた買うとした場合の日付と80%区間です。本人がその商品を買った間隔と、"
        "商品のいつもの間隔(使用日数がある商品は、到着日+数量×使用日数に寄せます)を按分して求める方法と、"
        "本人がその商品を買う頻度から求める方法のうち、過去の日から予測し直してよく当たったほうを使います。"
        "使い切り予定日とは別に、実際の買い方から出した日付です。"
        "答え合わせも同じ方法で、その日までの注文と到着だけで行います(使用日数の履歴はないので、いまの値です)。",
        "Next purchase of a product: day and 80% interval, given that the person buys it again within the "
        "horizon. Of two ways, by own intervals of it shrunk to the product's usual one (which is drawn "
        "towards arrival + quantity × days of use, where known), and by the own rate of buying it, the one "
        "that held better at a replay is used. The run-out tells of use; this tells of purchases. The replay "
        "goes the same way, by orders and arrivals up to its day (days of use have no history: today's).",
    ),
    "overdue_ratio": Text(
        "乖離率: 最後の購入からの日数 ÷ いつもの間隔です。{cycle_overdue_ratio}を超えると「遅れ」、"
        "{cycle_at_risk_ratio}を超えると「離脱の恐れ」です。",
        "Overdue ratio: days since the last purchase ÷ the usual interval; above "
        "{cycle_overdue_ratio} overdue, above {cycle_at_risk_ratio} at risk.",
    ),
    "lapse_risk": Text(
        "離脱リスク: 今後{predict_lapse_horizon_days}日に購入がない確率です。店の履歴が短い間は、その3分の1の"
        "日数(7日以上)までを見ます。データが少ない間は MBG/NBD の確率を、"
        "半年以内の苦情、定期のスキップ・休止、サイト訪問の増減(直近30日とその前90日)で少し動かした値です"
        "(動かす幅は目安)。離脱と継続がそれぞれ500人以上になると、ロジスティック回帰と勾配ブースティングも含めて、"
        "後の期間で最も当たったものを選び、確率を合わせ直します。範囲は80%の区間で、同じ見込みの方のうち、"
        "実際に購入しない方の割合が入ると見込む幅です。係数の不確かさと、過去の日から予測し直したときのずれを"
        "合わせています。データが少ないと広くなります。季節で買い方が変わると外れることがあります。"
        "理由は、本人に当てはまるものだけを、影響の大きい順に3つまで示します。",
        "Lapse risk: the chance of no purchase within {predict_lapse_horizon_days} days; in a young shop "
        "within a third of its history (7 days or more). With few data the MBG/NBD's own "
        "chance, moved a little by complaints and deliveries put off within half a year and by visits "
        "of the last 30 days against the 90 before (by how much is a guess); from 500 lapsed and 500 "
        "others on, logistic regression and gradient boosting compete, the best on a later stretch of "
        "time is taken, and its chances are calibrated. The 80% interval is where the share of those "
        "told the same who buy nothing should lie: what is unknown of the parameters, and what a replay "
        "missed. Few data make it wide; seasons may move people out of it. Of the reasons, the three that "
        "move it most are told, and only those that are true of the person.",
    ),
    "importance": Text(
        "重要度: 予測購入額の順位(百分位)、クラスの点、鮮度、RFM "
        "に設定の重みを掛けた合計です(0〜100)。"
        "クラスの点は 初回20、よちよち40、流行50、コツコツ60、優良100 で、離脱客は半分です。",
        "Importance: the percentile of value to come, points of the class, freshness and RFM, "
        "weighted as set "
        "(0 to 100). Class points: first-time 20, toddler 40, trend 50, steady 60, loyal 100; half "
        "once lapsed.",
    ),
    "priority": Text(
        "優先度: 重要度 × (100 − 鮮度) ÷ 100 です。大切なのに冷めてきた人ほど大きくなります。",
        "Priority: importance × (100 − freshness) ÷ 100: large for those who matter and grow cold.",
    ),
    "best_hour": Text(
        "届けやすい時間: 本人が注文した時間帯に、店全体の時間帯を混ぜた、販促を送ってよい時間のうち"
        "最も多い時間です。"
        "本人の注文で変わらないときは「店全体の時間」です。"
        "店全体を注文何件分とみなすかは、過去の日から予測し直して最も当たったものを使います。確かさは、"
        "前後1時間を合わせた時間帯が、重ならないほかの時間帯より本人に合っている確率で、本人の注文が5件以上で、80%以上のときを「確か」とします。",
        "Best hour: the own order hours, blended with everybody's, the fullest of the hours "
        "at which the shop may send; “the shop's hour” where the own orders do not "
        "change it. How many "
        "orders everybody's count for is what held best at a replay from an earlier day. Sureness is the "
        "chance that this time (an hour either way) suits the person better than any other time of the day "
        "that does not overlap it; from 80% and five own orders on it is called sure.",
    ),
}
