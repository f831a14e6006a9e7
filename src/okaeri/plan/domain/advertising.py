"""Advertising inside a letter that everybody gets: consent was never asked for it.

A transactional letter goes out whatever a person agreed to. With an offer in it, it is a
transactional letter with advertising (特定電子メール法), which counts as advertising here.
"""

import re

# Merge fields that carry an offer: a coupon, products to buy.
OFFER_FIELDS = ("coupon", "recommended", "like_viewed")
_WORDS = re.compile(
    r"割引|値引き?|クーポン|セール|キャンペーン|特別価格|お買い得|お得|半額|[0-9０-９]+\s*[%％]\s*(?:OFF|オフ|引き?)"
    r"|\b(?:coupons?|discounts?|sale|special offers?|[0-9]+\s*% off)\b",
    re.IGNORECASE,
)


def advertising_in(content_kind: str, *texts: str) -> tuple[str, ...]:
    """Give a transactional content's words that sound like an offer, each once, as they come."""
    if content_kind != "transactional":
        return ()
    found = [match.group() for text in texts for match in _WORDS.finditer(text)]
    return tuple(dict.fromkeys(found))
