"""離脱理由: the one list of reasons to leave, and what people wrote put under one of them. Pure.

The list is the shop's attribute `lapse_reason`; here stand its first choices (domain row A-04) and the
words that lead to them.
"""

import re
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
    (
        "competitor",
        r"競合|他社|別の会社|(?:ほか|他)の商品|乗り換え|competitor|another (?:brand|shop)|switched",
    ),
    ("substitute", r"代用|代わり|市販|ドラッグストア|安い商品|substitute|alternative|cheaper"),
    ("price", r"高い|高く|高すぎ|価格|費用|お金|経済|値段|余裕が|\bprice|\bcosts?\b|expensive"),
    (
        "information",
        r"口コミ|調べ|評判|ネットで|(?<!個人)情報|\breview|read about|(?<!personal )information",
    ),
    ("surplus", r"余って|余る|余り|余分|使い切|たまって|溜ま|left over|too much|surplus"),
    ("effect", r"効果|実感|\beffect|\bresult"),
    ("unfit", r"合わな|かぶれ|肌荒れ|香り|(?<![興意])味が|\bsuit|allerg|scent"),
    ("service", r"配送|遅い|遅れ|対応|応対|梱包|\bdeliver|\bservice|\blate\b"),
    ("life", r"引っ?越|妊娠|入院|転居|生活が変|\bmov(?:ed|ing)\b|pregnan|hospital"),
)


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
        if value in known and re.search(signs, said):
            return value
    return OTHER if OTHER in known else ""
