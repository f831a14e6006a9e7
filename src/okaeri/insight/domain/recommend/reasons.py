"""Why a product is shown, in a sentence for the person who gets it and for the staff who look."""

from okaeri.foundation.text import Text
from okaeri.insight.domain.recommend.choosing import POPULAR, REORDER, Choice

_REORDER = Text(
    "前回のお買い上げから{n}日。そろそろ次のご用意の頃です",
    "{n} days since you bought it; it may be time for the next one",
)
_POPULAR = Text("いま、よく選ばれています", "Often chosen at the moment")
_AFTER = {
    "together": Text("「{name}」と一緒によく選ばれています", "Often bought together with “{name}”"),
}
# The method "next" counts pairs in both orders, and of one basket too: it has no words of its own.
_SIMILAR = Text("「{name}」をお買い上げの方によく選ばれています", "Because you bought “{name}”")
_VIEWED = Text("ご覧になった「{name}」に近い商品です", "Close to “{name}”, which you looked at")
_SEARCHED = Text(
    "お探しの言葉に合う「{name}」に近い商品です",
    "Close to “{name}”, which fits what you searched for",
)


def reason_of(
    choice: Choice, name_of_because: str, *, is_viewed: bool = False, is_searched: bool = False
) -> Text:
    """Say why; never more than the person knows of himself.

    `is_searched`: he never opened the product, his words found it.
    """
    if choice.method == REORDER:
        return _REORDER.format(n=choice.days)
    if choice.method == POPULAR or not name_of_because:
        return _POPULAR
    if is_searched:
        return _SEARCHED.format(name=name_of_because)
    if is_viewed:
        return _VIEWED.format(name=name_of_because)
    return _AFTER.get(choice.method, _SIMILAR).format(name=name_of_because)
