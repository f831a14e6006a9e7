"""離脱理由: the one list of reasons to leave, and what people wrote put under one of them. Pure.

The list is the shop's attribute `lapse_reason`; here stand its first choices (domain row A-04) and the
words that lead to them.
"""

import unicodedata
from collections.abc import Collection

from okaeri.customers.attribute_types import Choice
from okaeri.foundation.text import Text

KEY = "lapse_reason"
OTHER = "other"
CHOICES = (
    Choice("competitor", Text("競合の商品・サービスに移った", "Went to a competitor")),
    Choice("substitute", Text("安い代用品を見つけた", "Found a cheaper substitute")),
    Choice(
        "information", Text("情報を集めるうちに意欲が下がった", "Lost interest while reading up")
    ),
    Choice("price", Text("価格・費用が負担", "Price or cost")),
    Choice("effect", Text("効果・実感がない", "No effect felt")),
    Choice("unfit", Text("体質・好みに合わない", "Did not suit")),
    Choice("surplus", Text("余っている", "Has some left")),
    Choice("service", Text("配送・応対への不満", "Delivery or service")),
    Choice("life", Text("暮らしが変わった", "Life has changed")),
    Choice(OTHER, Text("そのほか", "Something else")),
)
# The first that is found decides: who names another shop says more than who also names the price.
_WORDS = (
    ("competitor", ("競合", "他社", "別の会社", "ほかの商品", "他の商品", "乗り換え", "competitor",
                    "another brand", "another shop", "switched")),
    ("substitute", ("代用", "代わり", "市販", "ドラッグストア", "安い商品", "substitute",
                    "alternative", "cheaper")),
    ("information", ("口コミ", "調べ", "情報", "評判", "ネットで", "review", "read about",
                     "information")),
    ("surplus", ("余", "使い切", "たまって", "溜ま", "left over", "too much", "surplus")),
    ("price", ("高い", "高く", "価格", "費用", "お金", "経済", "値段", "price", "cost",
               "expensive")),
    ("effect", ("効果", "実感", "effect", "result")),
    ("unfit", ("合わな", "かぶれ", "肌荒れ", "香り", "味が", "suit", "allerg", "scent")),
    ("service", ("配送", "遅い", "対応", "応対", "梱包", "delivery", "service", "late")),
    ("life", ("引っ越", "引越", "妊娠", "入院", "転居", "生活が変", "moved", "pregnan", "hospital")),
)  # fmt: skip


def read_reason(words: str, choices: Collection[Choice]) -> str:
    """Give the choice that what somebody wrote stands for; "" where the list has no place for it.

    A choice's own value or name first, then the words of the built-in ones as far as the shop still has
    them, then "other".
    """
    said = unicodedata.normalize("NFKC", words).strip().casefold()
    if not said:
        return ""
    for choice in choices:
        names = (choice.value, choice.name.ja, choice.name.en)
        if said in {unicodedata.normalize("NFKC", name).strip().casefold() for name in names}:
            return choice.value
    known = {choice.value for choice in choices}
    for value, signs in _WORDS:
        if value in known and any(sign in said for sign in signs):
            return value
    return OTHER if OTHER in known else ""
