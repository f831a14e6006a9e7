"""ライフイベント推定: how many people an event is likely for."""

from collections.abc import Mapping, Sequence
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.life_events import LifeEvent

LIKELY, POSSIBLE = 50.0, 20.0

DEFINITIONS = {
    "life_events": Text(
        "ライフイベントの確率: 事前確率(手がかりがないときの割合)のオッズに、見つかった手がかりの尤度比を"
        "1回ずつ掛けた確率です(ナイーブベイズ)。手がかりどうしは独立とみなすため、似た手がかりを並べると高く出ます。"
        "手がかりのない方には確率を付けません。",
        "Probability of a life event: the odds before anything is known times the ratio of each signal that "
        "was seen, once each (naive Bayes). Signals are taken for independent, so near-doubles say too "
        "much. Whoever shows no signal gets no probability.",
    ),
    "life_use": Text(
        "使い方: 確率はセグメントの条件とお客様の画面だけに出ます。文面の差し込みにはなく、"
        "推定したことを文面に書くこともしません。",
        "Use: the probability is a segment field and stands on the customer's page. It is no merge field, "
        "and no message says what was guessed.",
    ),
}


def count_chances(event: str, percents: Sequence[float]) -> dict[str, Any]:
    """Give a row for `life_events_payload` of everybody's probabilities, in percent."""
    return {
        "event": event,
        "people": len(percents),
        "likely": sum(value >= LIKELY for value in percents),
        "possible": sum(POSSIBLE <= value < LIKELY for value in percents),
    }


def life_events_payload(
    events: Sequence[LifeEvent], rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Give {events: [key, attribute, name, prior, people, likely, possible]} in the table's order.

    `rows`: event, people (with any signal), likely (50 % and up), possible (20 % to 50 %).
    """
    found = {row["event"]: row for row in rows}
    none = {"people": 0, "likely": 0, "possible": 0}
    return {
        "events": [
            {
                "key": event.key,
                "attribute": event.attribute,
                "name": event.name.as_json(),
                "prior": event.prior,
                **{name: found.get(event.key, none)[name] for name in none},
            }
            for event in events
        ]
    }
