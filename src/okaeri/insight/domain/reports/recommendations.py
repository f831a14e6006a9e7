"""How well recommendations do on purchases they were not shown."""

from datetime import date
from typing import Any

import numpy as np

from okaeri.foundation.text import Text
from okaeri.insight.domain.recommend.histories import Histories
from okaeri.insight.domain.recommend.validation import Trial
from okaeri.insight.domain.shares import share_of, wilson_interval

DEFINITIONS = {
    "recommend_hits": Text(
        "当たった割合: 最後の期間の購入を隠して学び、その期間に初めての商品を買った人のうち、その商品を"
        "おすすめの中に挙げていた人の割合です。括弧内は95%区間です。",
        "Hit rate: the last stretch of days is hidden while learning; of those who bought something new to "
        "them in it, the share for whom it was among the products shown. 95 % interval.",
    ),
    "recommend_refill": Text(
        "次のご用意: 使い切る商品のうち、使い切り予定の{cycle_lead_days}日前から、最後の購入から"
        "本人の購入間隔の{cycle_at_risk_ratio}倍までのものです(間隔は、少ないうちは到着+数量×使用日数か"
        "全員の間隔に寄せます)。それより前に買ったきりの商品と、"
        "使い切ったあとのご注文で選ばれなかった商品は、使うのをやめたとみて出しません。"
        "定期で届く商品と、お試し・サンプル・外す商品も出しません。",
        "Refill: what is used up, from {cycle_lead_days} days before it should be until {cycle_at_risk_ratio} "
        "times the person's own interval since he bought it (drawn to arrival + quantity × days of use, or to "
        "everybody's interval, while there are few); after that, or once he ordered something else without it "
        "after it was used up, he has stopped using it. Never what a "
        "subscription brings, a trial, a sample or what is left out.",
    ),
    "recommend_winner": Text(
        "使う方法: 人気の商品を出すより、偶然とは言えない差(マクネマー検定、95%)で多く当たった方法のうち、最も"
        "当たったものです。差が言えないときは人気の商品を出します。",
        "Method in use: of those that hit more often than popular products beyond chance (McNemar's test, "
        "95 %), the one with most hits; where none does, popular products are shown.",
    ),
}


def recommendations_payload(
    trial: Trial, histories: Histories, *, learned_on: date, one_in: int
) -> dict[str, Any]:
    """Give {learned_on, winner, at, held_out_days, people, items, entries, one_in, methods, again}.

    methods, best first: method, hits, people, rate (None without people), low, high (95 % Wilson):
    of `people` who bought something new to them in the held-out days, `hits` had it among their `at`.
    again: of those who bought before and in the held-out days, how many bought something again:
    hits, people, rate, low, high. one_in: learned from one customer in so many.
    """
    return {
        "learned_on": learned_on.isoformat(),
        "winner": trial.winner,
        "at": trial.at,
        "held_out_days": trial.held_out_days,
        "people": histories.n_people,
        "items": histories.n_items,
        "entries": int(histories.items.size),
        "one_in": one_in,
        "methods": [
            {"method": verdict.method, **_rate(verdict.hits, verdict.people)}
            for verdict in trial.verdicts
        ],
        "again": _again(trial, histories),
    }


def _again(trial: Trial, histories: Histories) -> dict[str, Any]:
    if trial.cut_day is None:
        return _rate(0, 0)
    known, later = histories.before(trial.cut_day), histories.since(trial.cut_day)
    owned = np.unique(known.people * known.n_items + known.items)
    returned = np.isin(later.people, known.people)
    repeats = np.isin(later.people * later.n_items + later.items, owned)
    return _rate(
        int(np.unique(later.people[repeats]).size), int(np.unique(later.people[returned]).size)
    )


def _rate(hits: int, people: int) -> dict[str, Any]:
    low, high = wilson_interval(hits, people)
    rate = share_of(hits, people)
    return {"hits": hits, "people": people, "rate": rate, "low": low, "high": high}
