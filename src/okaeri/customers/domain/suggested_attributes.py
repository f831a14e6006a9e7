"""Questions most shops of things that run out ask, ready to be taken over as they are."""

from okaeri.customers.attribute_types import AttributeIn, AttributeKind, Choice
from okaeri.customers.domain import lapse_reasons
from okaeri.foundation.text import Text

AGE_GROUP, MOTIVATION = "age_group", "motivation"


def _choices(*known: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, Text(ja, en)) for value, ja, en in known)


SUGGESTED: tuple[AttributeIn, ...] = (
    AttributeIn(
        "skin_type",
        Text("肌質", "Skin type"),
        AttributeKind.CHOICE,
        _choices(
            ("dry", "乾燥肌", "Dry"),
            ("oily", "脂性肌", "Oily"),
            ("mixed", "混合肌", "Combination"),
            ("normal", "普通肌", "Normal"),
            ("sensitive", "敏感肌", "Sensitive"),
        ),
        is_in_header=True,
    ),
    AttributeIn(
        AGE_GROUP,
        Text("年代", "Age group"),
        AttributeKind.CHOICE,
        _choices(
            ("under20", "10代以下", "Under 20"),
            ("20s", "20代", "20s"),
            ("30s", "30代", "30s"),
            ("40s", "40代", "40s"),
            ("50s", "50代", "50s"),
            ("60plus", "60代以上", "60 and over"),
        ),
    ),
    AttributeIn(
        "family",
        Text("家族", "Family"),
        AttributeKind.CHOICE,
        _choices(
            ("single", "一人暮らし", "Living alone"),
            ("couple", "夫婦・パートナー", "Couple"),
            ("with_children", "子どもと同居", "With children"),
            ("with_parents", "親と同居", "With parents"),
        ),
    ),
    AttributeIn(
        "concerns",
        Text("悩み", "Concerns"),
        AttributeKind.TAGS,
        _choices(
            ("dryness", "乾燥", "Dryness"),
            ("roughness", "肌あれ", "Roughness"),
            ("dullness", "くすみ", "Dullness"),
            ("firmness", "ハリ不足", "Lack of firmness"),
            ("spots", "しみ", "Spots"),
            ("pores", "毛穴", "Pores"),
            ("sleep", "眠り", "Sleep"),
            ("digestion", "お腹の調子", "Digestion"),
        ),
        is_in_header=True,
    ),
    AttributeIn(
        "purpose",
        Text("購入目的", "Purpose"),
        AttributeKind.CHOICE,
        _choices(
            ("own_use", "自分で使う", "Own use"),
            ("family_use", "家族が使う", "For the family"),
            ("gift", "贈り物", "A gift"),
            ("trial", "お試し", "To try"),
        ),
        is_in_header=True,
    ),
    AttributeIn(
        lapse_reasons.KEY,
        Text("離脱理由", "Reason for leaving"),
        AttributeKind.CHOICE,
        lapse_reasons.CHOICES,
    ),
    AttributeIn(
        MOTIVATION,
        Text("モチベーション", "Motivation"),
        AttributeKind.CHOICE,
        _choices(
            ("shallow", "理解が浅い", "Knows little of it"),
            ("surplus", "余っている", "Has some left"),
            ("special", "特別感がほしい", "Wants to feel special"),
            ("effect", "効果を感じたい", "Wants to feel an effect"),
            ("cost", "費用が気になる", "Minds the cost"),
        ),
        is_in_header=True,
    ),
)
