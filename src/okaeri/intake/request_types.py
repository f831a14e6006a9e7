"""What crosses intake's border about wishes: what a person asked of one of his subscriptions."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote, urlsplit

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

# Months a pause may last; 0 lasts until it is resumed.
PAUSE_MONTHS = (1, 2, 3, 0)


@dataclass(frozen=True, kw_only=True)
class SubscriptionRules:
    """Where people skip, pause and cancel: on the cart's own page, or (blank) on ours."""

    self_service: str = setting(
        "subscriptions.self_service",
        "",
        Text(
            "カートの定期の手続きページ(https://から。定期番号を入れる所に {subscription_no}。"
            "空欄なら、お申し出をこちらで受け付けます)",
            "The cart's own page for subscriptions (from https:// on, {subscription_no} for the "
            "contract's number; blank: we take requests ourselves)",
        ),
    )

    def page_of(self, subscription_no: str) -> str:
        """Give where one contract is changed at the cart; "" where the shop named no such page."""
        try:
            parts = urlsplit(self.self_service.replace("{subscription_no}", "1"))
        except ValueError:
            return ""
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        return self.self_service.replace("{subscription_no}", quote(subscription_no, safe=""))


@dataclass(frozen=True, slots=True)
class SubscriptionRequestView:
    """One wish about one contract. `kind` is skip, pause, resume or cancel; `status` open, done,
    declined or withdrawn (taken back by the person, or another wish took its place).

    `contract_status` is how the contract stands by the newest word of its source. `pause_until` is the
    last day of a pause (None: until resumed), `for_on` the delivery a skip means, where it is known.
    """

    id: int
    subscription_id: int
    source: str
    subscription_no: str
    party_id: int | None
    sku: str
    product_name: str
    contract_status: str
    kind: str
    status: str
    pause_until: date | None
    for_on: date | None
    came_from: str
    language: str
    asked_at: datetime
    reason: str
    note: str
    ended_at: datetime | None
    ended_by: str
    ended_note: str
    change_no: int

    @property
    def product(self) -> str:
        return self.product_name or self.sku or self.subscription_no

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def is_contradicted(self) -> bool:
        """Whether it counts as cancelled here while the source says later that it goes on."""
        is_done = self.kind == "cancel" and self.status == "done"
        return is_done and self.contract_status != "cancelled"


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which wishes a list shows; "" is any."""

    status: str = ""
    kind: str = ""
