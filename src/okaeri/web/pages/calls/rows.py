"""What a page shows of one person to telephone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from okaeri.customers import api as customers
from okaeri.customers.types import CustomerProfile, Purchase
from okaeri.foundation.settings import ShopProfile, load
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import CustomerInsightView
from okaeri.intake import api as intake
from okaeri.listen import api as listen
from okaeri.listen.types import CALL_REASON_NAMES, CallRules, CallTaskView
from okaeri.web import sight
from okaeri.web.pages.customers.sla import Sla, promised_at, slas_of

_OUR_GOODS = Text("当店の商品", "our products")
_PHONE = ("name", "phone")


@dataclass(frozen=True, slots=True)
class Row:
    """One person; `product` is what he bought last, `script` what to say."""

    task: CallTaskView
    profile: CustomerProfile
    standing: CustomerInsightView | None
    last: Purchase | None
    reason: Text
    why: Text
    level: Text
    script: Text
    is_due: bool
    # The promise to a lead or first buyer of the last days.
    sla: Sla | None


def rows_of(
    request: HttpRequest, tasks: Sequence[CallTaskView], now: datetime, *, action: str = "view"
) -> list[Row]:
    """Give what is known of these people, as this reader may see it; who has gone is left out.

    A number that was refused since the list was made is not shown any more.
    """
    known = customers.list_profiles(task.customer_id for task in tasks)
    refused = customers.suppressed_phones(profile.phone for profile in known.values())
    shown = sight.show(request, known, fields=_PHONE, action=action)
    histories = customers.purchase_history(known)
    standings = insight.list_insights({profile.id for profile in known.values()})
    rules, shop = load(CallRules), load(ShopProfile)
    lasts = {number: _last(history) for number, history in histories.items()}
    promised = {who: promised_at(known[who], histories.get(who, ())) for who in known}
    slas = slas_of({who: at for who, at in promised.items() if at is not None}, now)
    goods = _products(last for last in lasts.values() if last is not None)
    rows = []
    for task in tasks:
        if task.customer_id not in known or known[task.customer_id].phone in refused:
            continue
        profile, last = shown[task.customer_id], lasts.get(task.customer_id)
        product = goods.get(last.order_id, _OUR_GOODS) if last else _OUR_GOODS
        rows.append(
            Row(
                task,
                profile,
                standings.get(profile.id),
                last,
                CALL_REASON_NAMES[task.reason],
                listen.why_call(task),
                listen.call_level(task.priority),
                listen.call_script(
                    task,
                    rules,
                    shop=shop.name,
                    staff=request.user.get_username(),
                    name=profile.full_name,
                    product=product,
                ),
                task.due_at <= now,
                slas.get(profile.id),
            )
        )
    return rows


def _last(history: Sequence[Purchase]) -> Purchase | None:
    return next((one for one in reversed(history) if one.is_purchase), None)


def _products(purchases: Iterable[Purchase]) -> dict[int, Text]:
    ids = [purchase.order_id for purchase in purchases]
    lines = intake.list_lines(ids)
    return {
        number: Text(found[0].product_name, found[0].product_name)
        for number, found in lines.items()
        if found and found[0].product_name
    }
