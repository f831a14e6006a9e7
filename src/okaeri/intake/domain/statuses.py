"""What a source's own status words mean for counting purchases."""

from typing import Final

ACCEPTED: Final = "accepted"
CANCELLED: Final = "cancelled"
RETURNED: Final = "returned"
UNPAID: Final = "unpaid"
TEST: Final = "test"
STATUSES = (ACCEPTED, CANCELLED, RETURNED, UNPAID, TEST)

# The first word that occurs decides; anything else counts as accepted (§1.3 #13).
_WORDS = (
    ("キャンセル", CANCELLED), ("取消", CANCELLED), ("取り消し", CANCELLED), ("cancel", CANCELLED),
    ("void", CANCELLED), ("返品", RETURNED), ("返送", RETURNED), ("返金済", RETURNED),
    ("returned", RETURNED), ("refunded", RETURNED), ("期限切れ", UNPAID), ("未払", UNPAID),
    ("expired", UNPAID), ("unpaid", UNPAID), ("テスト", TEST), ("test", TEST),
)  # fmt: skip


def decide_status(word: str) -> str:
    """Give our status for a status word in Japanese or English; part returns stay accepted."""
    text = word.strip().lower()
    if not text or "partially" in text or "一部" in text:
        return ACCEPTED
    for part, status in _WORDS:
        if part in text:
            return status
    return ACCEPTED
