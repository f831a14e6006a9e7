"""A shop with trials, single products and subscriptions from several sources, oldest order first."""

import random
from datetime import UTC, date, datetime, time, timedelta

from okaeri.intake import api as intake
from okaeri.intake.types import LineIn, OrderIn, PartyIn, ProductIn

PRODUCTS = (
    ProductIn("TRIAL", "お試しセット", "セット", 980, 400, 14, is_trial=True),
    ProductIn("LOTION", "化粧水", "スキンケア", 3800, 1100, 45),
    ProductIn("CREAM", "クリーム", "スキンケア", 6200, 2000, 60),
    ProductIn("SOAP", "せっけん", "ボディ", 1200, 500, 30),
)
_PRICES = {product.sku: product.price_minor or 0 for product in PRODUCTS}
_MEDIA = ("search", "sns", "magazine", "")


def order(
    member: str,
    day: date,
    sku: str = "LOTION",
    *,
    quantity: int = 1,
    media: str = "",
    source: str = "shop",
    subscription_no: str = "",
    delivery_no: int | None = None,
    status: str = "accepted",
    currency: str = "JPY",
    refunded_minor: int = 0,
) -> OrderIn:
    """One order of one product of `PRODUCTS` at noon of Japan's day."""
    price = _PRICES[sku]
    name = next(product.name for product in PRODUCTS if product.sku == sku)
    return OrderIn(
        source=source,
        order_no=f"{member}-{day:%Y%m%d}-{sku}-{subscription_no}",
        ordered_at=datetime.combine(day, time(3), UTC),
        status=status,
        party=PartyIn(member_no=member, email=f"{member}@example.com"),
        lines=(LineIn(sku, name, quantity, price, price * quantity),),
        media_code=media,
        subscription_no=subscription_no,
        delivery_no=delivery_no,
        currency=currency,
        refunded_minor=refunded_minor,
    )


def record(*orders: OrderIn) -> None:
    """Record products and orders through intake's door."""
    intake.record_products(PRODUCTS)
    intake.record_orders(sorted(orders, key=lambda one: one.ordered_at))


def lively(*, people: int, start: date, end: date, seed: int = 11) -> list[OrderIn]:
    """Make everybody's orders between two days: trial takers, buyers of products, subscribers."""
    dice, orders = random.Random(seed), []
    for number in range(people):
        member, media = f"p{number:04}", dice.choice(_MEDIA)
        source = dice.choice(("shop", "shop", "mall"))
        day = start + timedelta(days=dice.randrange((end - start).days))
        kind = dice.choice(("trial", "single", "single", "subscription"))
        stay, sku = dice.choice((0.2, 0.45, 0.8)), dice.choice(("LOTION", "CREAM", "SOAP"))
        nth = 1
        while day <= end:
            is_trial = kind == "trial" and nth == 1
            contract = f"S{number}" if kind == "subscription" else ""
            orders.append(
                order(
                    member,
                    day,
                    "TRIAL" if is_trial else sku,
                    media=media,
                    source=source,
                    subscription_no=contract,
                    delivery_no=nth if contract else None,
                    quantity=dice.choice((1, 1, 2)),
                )
            )
            if dice.random() > stay:
                break
            day += timedelta(days=dice.randint(20, 60))
            nth += 1
    return orders
