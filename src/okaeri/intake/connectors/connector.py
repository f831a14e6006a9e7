"""What a cart's export looks like, said as data; `intake/staging/stager.py` reads any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from okaeri.foundation.codes import folded
from okaeri.foundation.text import Text
from okaeri.intake.domain.statuses import decide_status
from okaeri.intake.files.rows import normal_header

# Our names of everything a file of orders may hold.
ORDER_FIELDS = (
    "order_no", "ordered_at", "ordered_time", "status", "cancelled_at", "currency", "discount",
    "points", "shipping", "fees", "refunded", "total", "subtotal", "taxes", "subscription_no",
    "delivery_no", "media_code", "shipped_on", "delivered_on", "updated_at",
)  # fmt: skip
PARTY_FIELDS = (
    "member_no", "email", "phone", "line_user_id", "name", "family_name", "given_name", "kana",
    "family_kana", "given_kana", "postal_code", "postal_code2", "prefecture", "address",
    "address2", "address3", "birth_on", "email_opt_in", "registered_at",
)  # fmt: skip
LINE_FIELDS = (
    "sku", "product_name", "unit_price", "quantity", "amount", "line_discount", "line_shipping",
    "tax_rate", "line_kind",
)  # fmt: skip
FIELDS = ORDER_FIELDS + PARTY_FIELDS + LINE_FIELDS

_MINUS = ("-", "▲", "△", "−", "(")

PRODUCT, SHIPPING, FEE, DISCOUNT, TAX, POINTS = (
    "product", "shipping", "fee", "discount", "tax", "points",
)  # fmt: skip


_SAYS_NO = frozenset({"", "0", "0.0", "-", "なし", "無", "有効", "no", "false"})


def status_of_word(word: str, cancelled_at: str) -> str:
    """Give the status of one word; a cancellation (its day, a flag) outweighs it."""
    return decide_status(word if says_no(cancelled_at) else "cancelled")


def says_no(cancelled_at: str) -> bool:
    """Tell whether a cancellation cell (a day, a flag) says that there was none."""
    return cancelled_at.strip().lower() in _SAYS_NO


def only_negative(raw: str) -> str:
    """Give a cell that takes something off; "" for one that adds (an adjustment may do either)."""
    return raw if folded(raw).startswith(_MINUS) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One export layout.

    `columns` maps our field to the names its column may have; `required` fields must be present.
    `signature` are names that only this layout has together: they recognise the file.
    """

    key: str
    name: Text
    note: Text
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    signature: tuple[str, ...]
    # What the rows are: "orders", "products" or "customers".
    kind: str = "orders"
    # Under which name its rows are stored, where that is not its key: of a list the layout of the
    # orders its member numbers agree with, of columns chosen by hand the layout they are of.
    source: str = ""
    # Rows of the same cell in this column belong together: these fields go down to blank cells below.
    carried: tuple[str, tuple[str, ...]] = ("", ())
    # Rows of a list of products may have no code (pictures, variants nobody numbered).
    is_sku_optional: bool = False
    # Rows of a list with this cell in this column are left out.
    left_out: tuple[tuple[str, str], ...] = ()
    # Of these at least one must stand in the header, and none of those.
    one_of: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    # Raw status cell and raw cancellation cell → our status.
    status: Callable[[str, str], str] = status_of_word
    # Raw cell of `line_kind` → what the row is; empty where every row is a product.
    line_kinds: Mapping[str, str] = field(default_factory=dict)
    # Prices are without tax and `tax_rate` is added (EC-CUBE).
    is_tax_excluded: bool = False
    # Order numbers that begin so are cancellations or returns ("C" in Online Retail).
    cancel_prefix: str = ""
    # "mdy" or "dmy" where days are written 8/10/2022.
    date_order: str = "ymd"
    # Field → what is done to its raw cells before they are read.
    prepare: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    # A column and the word in it (lower case) that marks an order as a test.
    test_mark: tuple[str, str] = ("", "")
    # A blank number of delivery is counted by the contract's orders.
    counts_deliveries: bool = False
    # Columns that name somebody and are neither read nor kept.
    unstored: tuple[str, ...] = ()
    # Orders of a mall: counted, but nobody of them may ever be written to.
    is_analysis_only: bool = False
    # Orders of many shops, malls among them: analysed only, until staff say with the columns of a
    # file that no mall is in it.
    is_mixed: bool = False
    # Not every column of this layout is documented, or the shop chooses them: people are told.
    is_partial: bool = False

    @property
    def stored_as(self) -> str:
        """Under which source its orders and contacts are stored."""
        return self.source or (self.key if self.kind == "orders" else "template")

    def recognises(self, positions: Mapping[str, int]) -> bool:
        """Tell whether a header (normalised name → position) is this layout."""

        def has(name: str) -> bool:
            return normal_header(name) in positions

        return (
            bool(self.signature)
            and all(map(has, self.signature))
            and (not self.one_of or any(map(has, self.one_of)))
            and not any(map(has, self.absent))
        )

    def find_columns(self, positions: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
        """Give our field → positions in the file; of several the first cell with text counts."""
        found = {}
        for name, headers in self.columns.items():
            normal = (normal_header(header) for header in headers)
            places = tuple(dict.fromkeys(positions[n] for n in normal if n in positions))
            if places:
                found[name] = places
        if "ordered_time" in found and self._has_instants(positions):
            del found["ordered_time"]
        return found

    def _has_instants(self, positions: Mapping[str, int]) -> bool:
        """Of several names of the order date the first holds the time too (注文日時, 注文日)."""
        names = self.columns["ordered_at"]
        return len(names) > 1 and normal_header(names[0]) in positions
