"""What crosses plan's border: journeys as pages show them, decisions in words, previews."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from okaeri.foundation.errors import InputError
from okaeri.foundation.settings import Contradiction, must_be_below, setting, specs_of
from okaeri.foundation.text import Text
from okaeri.plan.region_types import why_no_prefecture


class DefinitionError(InputError):
    """A journey's definition cannot be used; says which node and what to write instead."""

    code = "bad_definition"


class TemplateError(InputError):
    """A template cannot be rendered; says where and why."""

    code = "bad_template"


@dataclass(frozen=True, kw_only=True)
class JourneyRules:
    """How the anchor day is guessed while a parcel's own days are unknown (domain reference §1.3 #15)."""

    days_to_ship: int = setting(
        "anchor.days_to_ship",
        1,
        Text("注文から発送までの日数(不明のとき)", "Days from order to shipping when unknown"),
        minimum=0,
        maximum=60,
    )
    days_to_deliver: int = setting(
        "anchor.days_to_deliver",
        2,
        Text("発送から到着までの日数(不明のとき)", "Days from shipping to delivery when unknown"),
        minimum=0,
        maximum=60,
    )
    ships_from: str = setting(
        "anchor.ships_from",
        "",
        Text(
            "発送元の都道府県(空欄なら同じ地方かどうかを見ません)",
            "Prefecture parcels leave from, in Japanese (blank: regions are not looked at)",
        ),
        judge=why_no_prefecture,
    )
    days_to_deliver_near: int = setting(
        "anchor.days_to_deliver_near",
        1,
        Text(
            "同じ地方の中での発送から到着までの日数(不明のとき)",
            "Days from shipping to delivery inside one region when unknown",
        ),
        minimum=0,
        maximum=60,
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give the days by which a parcel would be slower to neighbours."""
        if self.ships_from:
            yield from must_be_below(
                self, "days_to_deliver_near", "days_to_deliver", _SLOW_NEARBY, or_equal=True
            )


_SLOW_NEARBY = Text(
    "いまのままでは、近くのほうが遅く着くことになります。",
    "As it is, parcels would arrive later in the shop's own region than elsewhere.",
)


@dataclass(frozen=True, kw_only=True)
class CartRules:
    """How a link puts a cart together again on the shop's own page."""

    page: str = setting(
        "cart.page",
        "",
        Text(
            "カートを開くアドレス(https://から。商品を並べる所に {items})",
            "Address that opens the cart (from https:// on; {items} where products go)",
        ),
    )
    item: str = setting(
        "cart.item",
        "{sku}:{quantity}",
        Text(
            "商品1つの書き方({sku} と {quantity})", "How one product is written ({sku}, {quantity})"
        ),
    )
    separator: str = setting(
        "cart.separator", ",", Text("商品と商品の間", "What stands between products")
    )
    language: str = setting(
        "cart.language",
        "ja",
        Text("カートのお便りの言語", "Language of letters about carts"),
        choices=("ja", "en"),
    )

    def contradictions(self) -> Iterator[Contradiction]:
        """Give an address that lists products and a way to write one that names none."""
        if "{items}" in self.page and "{sku}" not in self.item:
            specs = specs_of(type(self))
            yield Contradiction((specs["page"].key, specs["item"].key), _NO_SKU)

    @property
    def leads_somewhere(self) -> bool:
        """Whether the address can be linked to."""
        try:
            parts = urlsplit(self.page.replace("{items}", ""))
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.hostname)


_NO_SKU = Text(
    "いまのままでは、カートに商品が入りません。「商品1つの書き方」に {sku} を入れてください。",
    "As it is, no product would come into the cart; write {sku} into how one product is written.",
)


@dataclass(frozen=True, slots=True)
class NodeView:
    """One step of a journey with head counts: how many stand here, passed, were left out here."""

    id: str
    # send, wait, branch, grant, exit
    kind: str
    label: Text
    # (next node id, label on the arrow)
    next: tuple[tuple[str, Text], ...]
    here: int
    passed: int
    # For send steps: messages by status ({"accepted": 12, "suppressed": 3}).
    messages: dict[str, int]
    template_key: str = ""
    # For send steps: key and name of every content somebody may get there, the default one last.
    contents: tuple[tuple[str, Text], ...] = ()
    has_variants: bool = False


class Goal(StrEnum):
    """What a journey is for: each has exactly one main goal."""

    PURCHASE = "purchase"
    FULL_PRODUCT = "full_product"
    SUBSCRIPTION = "subscription"
    INQUIRY = "inquiry"
    VISIT = "visit"
    SIGNUP = "signup"
    LINE = "line"


GOAL_NAMES: Mapping[Goal, Text] = {
    Goal.PURCHASE: Text("購入", "Purchase"),
    Goal.FULL_PRODUCT: Text("本品引き上げ", "Full product"),
    Goal.SUBSCRIPTION: Text("定期申込", "Subscription"),
    Goal.INQUIRY: Text("お問合せ", "Inquiry"),
    Goal.VISIT: Text("来店", "Visit to the shop"),
    Goal.SIGNUP: Text("会員登録", "Sign-up"),
    Goal.LINE: Text("LINE連携", "LINE link"),
}


@dataclass(frozen=True, slots=True)
class GoalCount:
    """Walks of one journey, and how many of them reached the goal within `window_days` of entering.

    `is_part`: there are more walks; only the newest were counted.
    """

    goal: Goal
    window_days: int
    treated: int
    treated_reached: int
    left_out: int
    left_out_reached: int
    is_part: bool

    @property
    def treated_share(self) -> float | None:
        return self.treated_reached / self.treated if self.treated else None

    @property
    def left_out_share(self) -> float | None:
        return self.left_out_reached / self.left_out if self.left_out else None


@dataclass(frozen=True, slots=True)
class JourneyView:
    """One journey as the list and the flow picture show it."""

    # Its number in messages (`source_id`).
    id: int
    key: str
    name: Text
    purpose: Text
    status: str
    version: int
    trigger: Text
    goal: Goal
    holdout_share: float
    # Key of its latest experiment; "" before the first start. `is_measured` while that one runs.
    experiment_key: str
    is_measured: bool
    entered: int
    active: int
    held_out: int
    # Who would have entered but for the test (`full_price_test`) or the perks (`costly_perks`):
    # reason → people.
    is_full_price_test: bool
    has_costly_perks: bool
    kept_out: Mapping[str, int]
    reached_goal: int
    nodes: tuple[NodeView, ...]
    source: str
    live_since: datetime | None


@dataclass(frozen=True, slots=True)
class EnrolmentView:
    """One customer's walk through one journey; `why` says how it ended, empty while it lasts."""

    id: int
    journey_key: str
    journey_name: Text
    version: int
    arm: str
    node: str
    state: str
    anchor_on: date
    due_at: datetime
    entered_at: datetime
    ended_at: datetime | None
    why: Text


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One step the engine took for one person, in words."""

    journey_key: str
    journey_name: Text
    customer_id: int
    node: str
    action: str
    why: Text
    decided_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """A template as one customer would get it."""

    subject: str
    body_text: str
    body_html: str


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A content's newest version; `advertising`: words of an offer where it is transactional."""

    key: str
    version: int
    channel: str
    content_kind: str  # useful, sales or transactional
    name: Text
    subject: str
    body_text: str
    body_html: str
    advertising: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContentDraft:
    """A content as staff wrote it; without a key it is a new one. `content_kind` of new ones only."""

    key: str
    name: Text
    subject: str
    body_text: str
    content_kind: str


@dataclass(frozen=True, kw_only=True)
class OfferRules:
    """Products in letters: whom to sell something else, and how many people to compare with."""

    first_cross_sell_days: int = setting(
        "guard.first_cross_sell",
        14,
        Text(
            "初回客に別の商品をすすめるまでの到着後の日数(満足している方だけ)",
            "Days after delivery until content first-time buyers see other products",
        ),
        minimum=0,
        maximum=365,
    )
    content_from: int = setting(
        "guard.first_content_from",
        4,
        Text(
            "初回客に別の商品をすすめてよい満足度(1〜5、これ以上)",
            "Satisfaction (1 to 5) from which first-time buyers count as content",
        ),
        minimum=1,
        maximum=5,
    )
    popular_share: float = setting(
        "recommend.popular_share",
        0.2,
        Text(
            "おすすめの比較のため人気の商品を見せる割合", "Share shown popular products, to compare"
        ),
        minimum=0,
        maximum=0.5,
    )


@dataclass(frozen=True, slots=True)
class PatternCheck:
    """Whether one kind of customer is cared for to the end; journeys are named by their keys.

    `journeys` are live, `drafts` would let these people in but stand still, `next_journeys` wait
    for whoever reached the goal.
    """

    key: str
    name: Text
    journeys: tuple[str, ...]
    drafts: tuple[str, ...]
    has_entry: bool
    has_goal: bool
    has_exit: bool
    next_journeys: tuple[str, ...]

    @property
    def passed(self) -> int:
        """Of four: entry, goal, exit, next journey."""
        return (
            self.has_entry
            + self.has_goal
            + self.has_exit
            + bool(self.has_entry and self.next_journeys)
        )
