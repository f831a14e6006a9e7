"""What crosses intake's border about counting: which amount of an order, and which of its days, counts."""

from dataclasses import dataclass

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

MERCH_NET, MERCH_NET_NO_TAX, PAID = "merch_net", "merch_net_no_tax", "paid_total"
BY_ORDER, BY_SHIPPING = "order", "shipped"


@dataclass(frozen=True, kw_only=True)
class CountingRules:
    """How orders become sales everywhere: by which amount and on which day (§1.3 #12, #15).

    The database keeps what sources said; these rules choose from it whenever orders are read.
    """

    amount_basis: str = setting(
        "amount_basis",
        MERCH_NET,
        Text("売上とする金額", "Which amount counts as sales"),
        choices=(MERCH_NET, MERCH_NET_NO_TAX, PAID),
    )
    tax_rate: float = setting(
        "amount_basis.tax_rate",
        10.0,
        Text("注文に税額がないときの税率(%)", "Tax rate where an order does not state its tax (%)"),
        minimum=0,
        maximum=100,
    )
    analysis_date: str = setting(
        "analysis_date",
        BY_ORDER,
        Text("分析で購入日とする日", "Which day analyses take for a purchase"),
        choices=(BY_ORDER, BY_SHIPPING),
    )


# Our own words for what an order is (`intake.domain.statuses`).
STATUSES = ("accepted", "cancelled", "returned", "unpaid", "test")
StatusWords = dict[tuple[str, str], str]
_NO_STATUSES = Text(
    "「{part}」は読めません。取り込み元:ステータス=扱い を ; で区切って書いてください"
    "(例: eccube:1=unpaid)。扱いは {known} のどれかです。",
    "'{part}' cannot be read; write source:status=meaning, parted by ; (eccube:1=unpaid). A meaning is "
    "one of {known}.",
)


def read_status_words(text: str) -> StatusWords | Text:
    """Give (source, its own status word) → our status; a sentence where a part cannot be read.

    >>> read_status_words("eccube:1=unpaid; rakuten:300=accepted")
    {('eccube', '1'): 'unpaid', ('rakuten', '300'): 'accepted'}
    """
    found: StatusWords = {}
    for part in filter(None, map(str.strip, text.replace("\n", ";").split(";"))):
        named, _, status = part.rpartition("=")
        source, _, word = named.partition(":")
        if not (source.strip() and word.strip()) or status.strip() not in STATUSES:
            return _NO_STATUSES.format(part=part[:60], known=", ".join(STATUSES))
        found[source.strip(), word.strip()] = status.strip()
    return found


def _why_unreadable(text: str) -> Text | None:
    found = read_status_words(text)
    return found if isinstance(found, Text) else None


@dataclass(frozen=True, kw_only=True)
class StatusRules:
    """Which statuses of a source count as a purchase, where the shop knows better (§1.3 #13)."""

    purchase_statuses: str = setting(
        "purchase_statuses",
        "",
        Text(
            "取り込み元のステータスの扱い(空欄なら決まりのまま。例: eccube:1=unpaid; rakuten:300=accepted)",
            "What statuses of sources mean (blank: as built in; eccube:1=unpaid; rakuten:300=accepted)",
        ),
        judge=_why_unreadable,
    )

    @property
    def words(self) -> StatusWords:
        """The shop's own meanings; none where the text cannot be read."""
        found = read_status_words(self.purchase_statuses)
        return {} if isinstance(found, Text) else found


@dataclass(frozen=True, kw_only=True)
class StatusState:
    """By which statuses stored orders were settled last; changed by settling them, never by hand."""

    applied: str = setting(
        "purchase_statuses.applied",
        "",
        Text("保存済みの注文に使った扱い", "Meanings stored orders were settled by"),
    )


@dataclass(frozen=True, slots=True)
class StatusWordView:
    """One status word of a source: on how many orders it decided, what they are, what they would be.

    `changing` counts the orders that would become something else.
    """

    source: str
    word: str
    orders: int
    status: str
    becomes: str
    changing: int
