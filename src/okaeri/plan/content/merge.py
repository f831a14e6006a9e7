"""The merge fields a template may use, built from what is known of a customer and an order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from okaeri.customers.types import CustomerProfile, Purchase
from okaeri.foundation.clock import local_day
from okaeri.foundation.money import format_minor
from okaeri.foundation.settings import ShopProfile
from okaeri.foundation.text import Text, day_in_words
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.intake.form_types import EntryRecord, FormDefinition
from okaeri.intake.request_types import SubscriptionRequestView
from okaeri.intake.types import LineRecord, ProductIn
from okaeri.plan.domain.cart import Cart, Item, restore_link
from okaeri.plan.types import CartRules
from okaeri.rewards.coupon_types import CouponView, code_in_groups

ANONYMOUS = "お客様"
# Of a shop that said no address of its cart.
NO_CART = CartRules()


def merge_customer(profile: CustomerProfile | None) -> dict[str, Any]:
    """`customer.addressee` is 「山田 様」, or 「お客様」 where no name is known."""
    family = profile.family_name if profile else ""
    return {
        "addressee": f"{family} 様" if family else ANONYMOUS,
        "family_name": family or ANONYMOUS,
        "given_name": profile.given_name if profile else "",
        "full_name": (profile.full_name if profile else "") or ANONYMOUS,
        "prefecture": profile.prefecture if profile else "",
    }


def merge_shop(shop: ShopProfile) -> dict[str, Any]:
    """`shop.name`, `shop.sender_name`, `shop.contact`, `shop.postal_address`."""
    return {
        "name": shop.name,
        "sender_name": shop.sender_name,
        "contact": shop.contact,
        "postal_address": shop.postal_address,
        "currency": shop.currency,
    }


def merge_order(
    purchase: Purchase | None,
    lines: Sequence[LineRecord],
    products: Mapping[str, ProductIn],
    currency: str = "JPY",
    cart: CartRules = NO_CART,
) -> dict[str, Any]:
    """`order.order_no`, `.ordered_on` (8月10日), `.product` (the dearest), `.products` (all names).

    `.url` is where the same is bought again, "" where no address is known. `.daily_price` is what the
    dearest product costs a day (110円), "" where nobody said how long it lasts.
    """
    named = [(line, _name(line, products)) for line in lines]
    names = list(dict.fromkeys(name for _, name in named if name))
    dearest = max(
        (item for item in named if item[1]), key=lambda n: n[0].amount_minor, default=None
    )
    day = purchase.ordered_on if purchase else None
    return {
        "order_no": purchase.order_no if purchase else "",
        "ordered_on": f"{day.month}月{day.day}日" if day else "",
        "product": dearest[1] if dearest else "商品",
        "products": names,
        "daily_price": _daily(dearest[0], products, currency) if dearest else "",
        "url": buy_link(lines, dearest[0].sku if dearest else "", products, cart),
    }


def buy_link(
    lines: Sequence[LineRecord], sku: str, products: Mapping[str, ProductIn], rules: CartRules
) -> str:
    """Give the shop's cart with these lines in it, else the product's own page, "" where neither is known."""
    pieces: Counter[str] = Counter()
    for line in lines:
        if line.sku and line.quantity > 0 and line.amount_minor > 0:
            pieces[line.sku] += line.quantity
    items = [Item(code, count) for code, count in pieces.items() if not _is_given(code, products)]
    if items and rules.leads_somewhere and "{items}" in rules.page:
        return restore_link(items, rules.page, rules.item, rules.separator)
    known = products.get(sku)
    return _web_address(known.url) if known else ""


def _is_given(sku: str, products: Mapping[str, ProductIn]) -> bool:
    """Tell whether a product is only ever tried: nobody orders it again."""
    known = products.get(sku)
    return known is not None and (known.is_trial or known.is_sample)


def _web_address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def _daily(line: LineRecord, products: Mapping[str, ProductIn], currency: str) -> str:
    product = products.get(line.sku)
    days = (product.days_supply or 0) * line.quantity if product else 0
    return format_minor(round(line.amount_minor / days), currency, "ja") if days > 0 else ""


def merge_cart(
    cart: Cart | None, rules: CartRules, products: Mapping[str, ProductIn]
) -> dict[str, Any]:
    """`cart.url` opens the shop's cart with everything in it; `.products` are the names that are
    known, `.count` the number of products, `.language` ("ja", "en") the shop's choice.
    """
    items = cart.items if cart else ()
    link = restore_link(items, rules.page, rules.item, rules.separator)
    names = [products[item.sku].name for item in items if item.sku in products]
    return {
        "url": link if rules.leads_somewhere else "",
        "products": list(dict.fromkeys(name for name in names if name)),
        "count": sum(item.quantity for item in items),
        "language": rules.language,
    }


def merge_run_out(
    due: Sequence[str],
    lines: Sequence[LineRecord],
    products: Mapping[str, ProductIn],
    cart: CartRules = NO_CART,
) -> dict[str, Any]:
    """`run_out.product` is what of this order is used up first, else its dearest product.

    `.url` is where it is bought, "" where no address is known.
    """
    named = {line.sku: _name(line, products) for line in lines}
    sku = next((sku for sku in due if named.get(sku)), "")
    if not sku:
        order = merge_order(None, lines, products, cart=cart)
        return {"product": order["product"], "url": order["url"]}
    of_it = [line for line in lines if line.sku == sku]
    return {"product": named[sku], "url": buy_link(of_it, sku, products, cart)}


def merge_form(entry: EntryRecord, form: FormDefinition) -> dict[str, Any]:
    """`form.title`, `.thanks`, `.file_name`, `.language` ("ja", "en"), `.addressee`.

    Nothing that was typed in goes to an address nobody confirmed: a form is no way to write to strangers.
    """
    is_proven = form.is_double and entry.confirmed_at is not None
    family = str(entry.answers.get("family_name", "")) if is_proven else ""
    return {
        "title": form.title.render(entry.language),
        "thanks": form.thanks.render(entry.language),
        "file_name": form.file.name if form.file else "",
        "language": entry.language,
        "addressee": f"{family} 様" if family else ANONYMOUS,
    }


def merge_offers(items: Iterable[RecommendedItem], currency: str) -> list[dict[str, str]]:
    """Each of `recommended` and `like_viewed`: `.name`, `.url` ("" where unknown), `.price`, `.reason`.

    `.reason_en` says the reason in English.
    """
    return [
        {
            "name": item.name,
            "url": _web_address(item.url),
            "price": ""
            if item.price_minor is None
            else format_minor(item.price_minor, currency, "ja"),
            "reason": item.reason.ja,
            "reason_en": item.reason.en,
        }
        for item in items
    ]


_EXAMPLE_OF_AN_OFFER = {
    "name": "商品",
    "url": "#",
    "price": "0円",
    "reason": "いま、よく選ばれています",
    "reason_en": "Often chosen at the moment",
}
# What a preview shows where there is nothing to recommend.
EXAMPLE_OF_OFFERS: Mapping[str, Any] = {
    "recommended": [_EXAMPLE_OF_AN_OFFER],
    "like_viewed": [_EXAMPLE_OF_AN_OFFER],
}
# What a preview shows where no form was filled in.
EXAMPLE_OF_A_FORM: Mapping[str, Any] = {
    "form": {
        "title": "お申し込みフォーム",
        "thanks": "",
        "file_name": "資料.pdf",
        "language": "ja",
        "addressee": ANONYMOUS,
    },
    "confirm_url": "#",
    "confirm_hours": 48,
    "file_url": "#",
    "file_days": 14,
}
# What a preview shows of a cart where the person has none.
EXAMPLE_OF_A_CART: Mapping[str, Any] = {
    "url": "#",
    "products": ["商品"],
    "count": 1,
    "language": "ja",
}


def _name(line: LineRecord, products: Mapping[str, ProductIn]) -> str:
    if line.product_name:
        return line.product_name
    product = products.get(line.sku)
    return product.name if product else ""


def merge_coupon(coupon: CouponView, currency: str) -> dict[str, str]:
    """`coupon.code` in groups, `.value` (10%引き), `.valid_until` (its last day), `.minimum`, `.name`,
    `.conditions`; `_en` behind a name says it in English. `.minimum` is "" where any amount will do.
    """
    day = day_in_words(coupon.valid_until)
    least = coupon.minimum_minor
    return {
        "name": coupon.name.ja,
        "name_en": coupon.name.en,
        "code": code_in_groups(coupon.code),
        "value": coupon.reward.ja,
        "value_en": coupon.reward.en,
        "valid_until": day.ja,
        "valid_until_en": day.en,
        "minimum": format_minor(least, currency, "ja") if least else "",
        "conditions": coupon.conditions.ja,
        "conditions_en": coupon.conditions.en,
    }


_WISHES: Mapping[str, Text] = {
    "skip": Text("次回のお届けをスキップ", "Skip the next delivery"),
    "pause": Text("お届けを休止", "Pause deliveries"),
    "resume": Text("お届けを再開", "Start deliveries again"),
    "cancel": Text("解約", "Cancel the subscription"),
}
_UNTIL = Text("お届けを休止({d}まで)", "Pause deliveries (until {d})")


def merge_wish(wish: SubscriptionRequestView, zone: ZoneInfo) -> dict[str, str]:
    """`subscription.product`, `.what` (解約), `.state` ("open", "done", "declined", "withdrawn"),
    `.asked_on` (2026年11月2日), `.why` it was declined, `.language`; `_en` says it in English.
    """
    what, asked_on = _WISHES[wish.kind], day_in_words(local_day(wish.asked_at, zone))
    if wish.pause_until is not None:
        until = day_in_words(wish.pause_until)
        what = Text(_UNTIL.ja.format(d=until.ja), _UNTIL.en.format(d=until.en))
    return {
        "product": wish.product,
        "what": what.ja,
        "what_en": what.en,
        "state": wish.status,
        "asked_on": asked_on.ja,
        "asked_on_en": asked_on.en,
        "why": wish.ended_note,
        "language": wish.language,
    }


# What a preview shows where nobody asked for anything.
EXAMPLE_OF_A_WISH: Mapping[str, str] = {
    "product": "商品",
    "what": _WISHES["skip"].ja,
    "what_en": _WISHES["skip"].en,
    "state": "open",
    "asked_on": "2026年11月2日",
    "asked_on_en": "2 Nov 2026",
    "why": "",
    "language": "ja",
}
