"""Words for many messages at once: deliver's Renderer, with one query for each kind of fact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile, Purchase
from okaeri.deliver.types import RenderedContent, RenderTask
from okaeri.foundation import clock
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.intake import api as intake
from okaeri.intake.form_types import EntryRecord, FormDefinition, FormRules
from okaeri.intake.types import LineRecord, ProductIn
from okaeri.listen import api as listen
from okaeri.plan.actions.carts import carts_of
from okaeri.plan.actions.coupons import (
    NO_COUPON,
    Gifts,
    gifts_in_preview,
    gifts_of,
)
from okaeri.plan.actions.offers import LIKE_VIEWED, RECOMMENDED, like_viewed_by, offers_of
from okaeri.plan.actions.run_outs import running_out_of
from okaeri.plan.actions.subscription_requests import Wishes, wishes_in_preview, wishes_of
from okaeri.plan.content.merge import (
    EXAMPLE_OF_A_CART,
    EXAMPLE_OF_A_FORM,
    EXAMPLE_OF_OFFERS,
    merge_cart,
    merge_customer,
    merge_form,
    merge_offers,
    merge_order,
    merge_run_out,
    merge_shop,
)
from okaeri.plan.content.words import Source, render_words
from okaeri.plan.domain.cart import Cart
from okaeri.plan.models import Template
from okaeri.plan.types import CartRules, Preview, TemplateError

# Merge field → the question its link asks.
QUESTION_LINKS = {
    "satisfaction_url": "satisfaction",
    "expectation_url": "expectation",
    "recommend_url": "recommend",
    "nps_url": "nps",
}
# How every merge field of a cart begins.
CART = "cart."
# How every merge field of what runs out begins.
RUN_OUT = "run_out."
# The merge fields that are not known from the lines of an order.
OF_THE_GOODS = ("daily_price", "order.url", "run_out.url")
OF_THE_ORDER_ITSELF = ("order_no", "ordered_on")
_NO_TEMPLATE = Text(
    "文面「{key}」の第{version}版が見つかりません。", 'Template "{key}" has no version {version}.'
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a batch of messages needs, loaded once."""

    profiles: dict[int, CustomerProfile]
    orders: dict[int, Purchase]
    lines: dict[int, list[LineRecord]]
    products: dict[str, ProductIn]
    shop: dict[str, Any]
    currency: str
    carts: dict[int, Cart]
    entries: dict[int, EntryRecord]
    forms: dict[str, FormDefinition]
    offers: dict[int, list[RecommendedItem]]
    like_viewed: dict[int, list[RecommendedItem]]
    # Customer → codes of what runs out, the first of them first.
    run_outs: dict[int, list[str]]


class PlanRenderer:
    """Implements `deliver.types.Renderer`; `secret` and `base_url` make the links of questions."""

    def __init__(self, secret: str, base_url: str) -> None:
        self._secret = secret
        self._base_url = base_url
        # A template version never changes, so its words are read once.
        self._sources: dict[tuple[str, int], Source] = {}

    def render(self, tasks: list[RenderTask]) -> list[RenderedContent]:
        """One result per task, in the same order; a broken template is an `error`."""
        self._read_sources(tasks)
        known = _load(
            tasks,
            self._with_dates(tasks),
            self._with(CART, tasks),
            reads_goods=any(self._with(field, tasks) for field in OF_THE_GOODS),
            offers=offers_of(self._with(RECOMMENDED, tasks), clock.now()),
            like_viewed=like_viewed_by(self._with(LIKE_VIEWED, tasks), clock.now()),
            run_outs=running_out_of(self._with(RUN_OUT, tasks)),
        )
        gifts = gifts_of(tasks, self._sources, self._base_url)
        wishes = wishes_of(tasks, self._sources, self._base_url, self._secret)
        return [self._render(task, known, gifts, wishes) for task in tasks]

    def _render(
        self, task: RenderTask, known: _Known, gifts: Gifts, wishes: Wishes
    ) -> RenderedContent:
        source = self._sources.get(_edition(task))
        if source is None:
            words = _NO_TEMPLATE.format(key=task.template_key, version=task.template_version)
            return RenderedContent(task.message_id, error=words)
        if gifts.lacks_coupon(task):
            return RenderedContent(task.message_id, error=NO_COUPON, has_nothing_to_give=True)
        try:
            more = wishes.values(task) | gifts.values(task, known.currency)
            preview = render_words(source, self._values(task, source, known) | more)
        except TemplateError as error:
            return RenderedContent(task.message_id, error=error.message)
        return RenderedContent(
            task.message_id,
            preview.subject,
            preview.body_text,
            preview.body_html,
            asks=any(map(source.uses, QUESTION_LINKS)),
        )

    def _read_sources(self, tasks: Sequence[RenderTask]) -> None:
        for key, version in {_edition(task) for task in tasks}:
            if (key, version) not in self._sources:
                source = find_source(key, version)
                if source is not None:
                    self._sources[key, version] = source

    def _with_dates(self, tasks: Sequence[RenderTask]) -> set[int]:
        """Give whose letters say more of an order than its products: few do, and it costs a query."""
        found = ((task, self._sources.get(_edition(task))) for task in tasks)
        return {
            task.customer_id
            for task, source in found
            if source is not None and any(map(source.mentions, OF_THE_ORDER_ITSELF))
        }

    def _with(self, field: str, tasks: Sequence[RenderTask]) -> set[int]:
        """Give whose letters mention a merge field: of a cart, of recommendations."""
        found = ((task, self._sources.get(_edition(task))) for task in tasks)
        return {task.customer_id for task, source in found if source and source.mentions(field)}

    def _values(self, task: RenderTask, source: Source, known: _Known) -> dict[str, Any]:
        order_id = _order_id(task)
        lines = known.lines.get(order_id, []) if order_id else []
        purchase = known.orders.get(order_id) if order_id else None
        values: dict[str, Any] = {
            "customer": merge_customer(known.profiles.get(task.customer_id)),
            "shop": known.shop,
            "order": merge_order(
                purchase, lines, known.products, known.shop["currency"], load(CartRules)
            ),
        }
        if source.mentions(CART):
            cart = known.carts.get(task.customer_id)
            values["cart"] = merge_cart(cart, load(CartRules), known.products)
        for field, offers in ((RECOMMENDED, known.offers), (LIKE_VIEWED, known.like_viewed)):
            if source.mentions(field):
                values[field] = merge_offers(offers.get(task.customer_id, ()), known.currency)
        if source.mentions(RUN_OUT):
            due = known.run_outs.get(task.customer_id, ())
            values["run_out"] = merge_run_out(due, lines, known.products, load(CartRules))
        entry = known.entries.get(_entry_id(task))
        if entry is not None:
            values |= self._form_values(entry, known.forms[entry.form_key])
        for field, question in QUESTION_LINKS.items():
            if source.mentions(field):
                subject = f"order:{order_id}" if order_id else ""
                values[field] = listen.question_link(
                    task.customer_id, question, self._base_url, self._secret, subject=subject
                )
        return values

    def _form_values(self, entry: EntryRecord, form: FormDefinition) -> dict[str, Any]:
        has_file = form.file is not None and entry.confirmed_at is not None
        links = (entry, self._base_url, self._secret)
        rules = load(FormRules)
        return {
            "form": merge_form(entry, form),
            "confirm_url": intake.confirm_url(*links),
            "confirm_hours": rules.confirm_hours,
            "file_url": intake.file_url(*links) if has_file else "",
            "file_days": rules.file_days,
        }


def _edition(task: RenderTask) -> tuple[str, int]:
    return (task.template_key, task.template_version)


def _order_id(task: RenderTask) -> int | None:
    order_id = task.context.get("order_id")
    return order_id if isinstance(order_id, int) else None


def _entry_id(task: RenderTask) -> int:
    entry_id = task.context.get("form_entry_id")
    return entry_id if isinstance(entry_id, int) else 0


def _load(
    tasks: Sequence[RenderTask],
    with_dates: set[int],
    with_carts: set[int],
    *,
    reads_goods: bool,
    offers: dict[int, list[RecommendedItem]],
    like_viewed: dict[int, list[RecommendedItem]],
    run_outs: dict[int, list[str]],
) -> _Known:
    people = {task.customer_id for task in tasks}
    order_ids = {order_id for task in tasks if (order_id := _order_id(task)) is not None}
    lines = intake.list_lines(order_ids) if order_ids else {}
    unnamed = {line.sku for many in lines.values() for line in many if not line.product_name}
    carts = carts_of(with_carts, clock.now()) if with_carts else {}
    unnamed |= {item.sku for cart in carts.values() for item in cart.items}
    if reads_goods:
        unnamed |= {line.sku for many in lines.values() for line in many}
    histories = customers.purchase_history(with_dates) if order_ids and with_dates else {}
    orders = {item.order_id: item for history in histories.values() for item in history}
    entry_ids = {entry_id for task in tasks if (entry_id := _entry_id(task))}
    entries = intake.find_entries(entry_ids) if entry_ids else {}
    shop = load(ShopProfile)
    return _Known(
        offers=offers,
        run_outs=run_outs,
        like_viewed=like_viewed,
        currency=shop.currency,
        carts=carts,
        entries=entries,
        forms={
            key: intake.get_form(key).definition for key in {e.form_key for e in entries.values()}
        },
        profiles=customers.list_profiles(people),
        orders=orders,
        lines=lines,
        products=intake.list_products(unnamed) if unnamed else {},
        shop=merge_shop(shop),
    )


def find_source(key: str, version: int) -> Source | None:
    """Give the sources of one template version."""
    row = Template.objects.filter(key=key, version=version).first()
    return _source(row.key, row.subject, row.body_text, row.body_html) if row else None


@lru_cache(maxsize=1024)
def _source(key: str, subject: str, body_text: str, body_html: str) -> Source:
    return Source(key, subject, body_text, body_html)


def preview_for(source: Source, customer_id: int) -> Preview:
    """Render a template as one customer would get it, with his latest order and a dead link."""
    history = [item for item in _history(customer_id) if item.is_purchase]
    latest = history[-1] if history else None
    lines = intake.list_lines([latest.order_id]).get(latest.order_id, []) if latest else []
    shop = load(ShopProfile)
    goods = intake.list_products({line.sku for line in lines}) if lines else {}
    values = {
        "customer": merge_customer(customers.get_customer(customer_id)),
        "shop": merge_shop(shop),
        "order": merge_order(latest, lines, goods, shop.currency, load(CartRules)),
        **dict.fromkeys(QUESTION_LINKS, "#"),
        **EXAMPLE_OF_A_FORM,
        "cart": EXAMPLE_OF_A_CART,
        **EXAMPLE_OF_OFFERS,
        **wishes_in_preview(),
    }
    values |= _offers_in_preview(source, customer_id)
    values |= gifts_in_preview(source, customer_id, shop.currency)
    if source.mentions(RUN_OUT):
        due = running_out_of([customer_id]).get(customer_id, ())
        values["run_out"] = merge_run_out(due, lines, goods, load(CartRules))
    cart = carts_of([customer_id], clock.now()).get(customer_id) if source.mentions(CART) else None
    if cart is not None:
        products = intake.list_products([item.sku for item in cart.items])
        values["cart"] = merge_cart(cart, load(CartRules), products)
    return render_words(source, values)


def _offers_in_preview(source: Source, customer_id: int) -> dict[str, Any]:
    """Give what he would be shown today; a look puts nobody into an arm of a comparison."""
    now, currency = clock.now(), load(ShopProfile).currency
    found = {}
    if source.mentions(RECOMMENDED):
        found[RECOMMENDED] = offers_of([customer_id], now, is_look=True)
    if source.mentions(LIKE_VIEWED):
        found[LIKE_VIEWED] = like_viewed_by([customer_id], now)
    return {
        field: merge_offers(items[customer_id], currency)
        for field, items in found.items()
        if items.get(customer_id)
    }


def _history(customer_id: int) -> Iterable[Purchase]:
    return customers.purchase_history([customer_id]).get(customer_id, ())
