"""What people care for, and how well that foretells what they buy."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.interests import CLICK_WEIGHTS, HALF_LIFE_DAYS, Learned, Quality
from okaeri.insight.domain.shares import share_of, wilson_interval

DEFINITIONS = {
    "interests": Text(
        "関心: 購入・商品ページの閲覧・メッセージのクリック(商品やカテゴリーのページへのリンク)・本人の回答"
        "から、その人の関心のうち各分類が占める割合を出し、情報の少ない人は全体の割合に寄せます。全体の割合の{recommend_least_affinity}倍以上か、半分以上を占めると「関心あり」です。"
        "半減期は180日です。",
        "Interest: the share of a person's attention (purchases, views of product pages, clicks on links in "
        "messages that lead to the page of a product or category, own answers) that goes to a category, "
        "drawn towards everybody's where little is known. It counts from {recommend_least_affinity} times "
        "everybody's share, or half of the whole; half-life 180 days.",
    ),
    "interests_quality": Text(
        "精度: 直近60日の購入を隠して学び、その間に買った人のうち、最も関心が高いと見た分類で買った人の割合"
        "です。重みを選ぶのに使わなかった人だけで数えます。",
        "Quality: the last 60 days are hidden while learning; of those who bought in them, the share that "
        "bought in the category foretold, counted on people who were not used to choose the weights.",
    ),
}


def interests_payload(
    names: Sequence[str],
    levels: Sequence[int],
    shares: Sequence[float],
    sizes: Mapping[str, int],
    learned: Learned,
    quality: Quality,
    *,
    learned_on: date,
    people: int,
) -> dict[str, Any]:
    """Give {learned_on, people, half_life_days, view_weight, click_weight, prior, quality, topics}.

    quality: people, hits, rate, low, high (95 % Wilson), popular_rate (of foretelling the largest
    category for everybody). topics in the order of the tree: topic, name (its last part), level (0 is
    the widest), share (of all attention by purchases in its level), size (people who care for it).
    """
    low, high = wilson_interval(quality.hits, quality.people)
    return {
        "learned_on": learned_on.isoformat(),
        "people": people,
        "half_life_days": HALF_LIFE_DAYS,
        "view_weight": learned.view_weight,
        "click_weight": learned.click_weight,
        "prior": learned.prior,
        "quality": {
            "people": quality.people,
            "hits": quality.hits,
            "rate": share_of(quality.hits, quality.people),
            "low": low,
            "high": high,
            "popular_rate": share_of(quality.hits_of_popular, quality.people),
        },
        "topics": [
            {
                "topic": name,
                "name": name.rpartition(" > ")[2],
                "level": level,
                "share": share,
                "size": sizes[name],
            }
            for name, level, share in zip(names, levels, shares, strict=True)
        ],
    }


def with_sizes(payload: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Any]:
    """Give the report of an earlier training with the people who care today."""
    topics = [{**one, "size": sizes[one["topic"]]} for one in payload["topics"]]
    # Trainings of before clicks were read say nothing of them.
    return {"click_weight": CLICK_WEIGHTS[0], **payload, "topics": topics}
