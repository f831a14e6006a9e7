"""The connectors by key, in the order in which a header is held against them."""

from okaeri.foundation.plugins import load_plugins
from okaeri.intake.connectors.amazon import amazon
from okaeri.intake.connectors.base import base
from okaeri.intake.connectors.cart_lists import (
    eccube_customers,
    eccube_products,
    shopify_customers,
    shopify_products,
)
from okaeri.intake.connectors.connector import Connector
from okaeri.intake.connectors.eccube import eccube
from okaeri.intake.connectors.ecforce import ecforce
from okaeri.intake.connectors.futureshop import futureshop
from okaeri.intake.connectors.lists import customers, products
from okaeri.intake.connectors.makeshop import makeshop
from okaeri.intake.connectors.mapped import mapped, mapped_mall
from okaeri.intake.connectors.nextengine import nextengine
from okaeri.intake.connectors.rakuten import rakuten
from okaeri.intake.connectors.records import calls, inquiries, payments, subscriptions
from okaeri.intake.connectors.samurai import samurai
from okaeri.intake.connectors.shopify import shopify
from okaeri.intake.connectors.smaregi import smaregi
from okaeri.intake.connectors.tamago import tamago
from okaeri.intake.connectors.template import template
from okaeri.intake.connectors.voices import reviews, surveys, surveys_by_person
from okaeri.intake.connectors.yahoo import yahoo, yahoo_items, yahoo_orders

CONNECTORS: dict[str, Connector] = {
    connector.key: connector
    for connector in (
        template, shopify, eccube, futureshop, makeshop, base, ecforce, samurai, tamago,
        nextengine, smaregi, rakuten, yahoo, yahoo_orders, yahoo_items, amazon,
        shopify_customers, shopify_products, eccube_customers, eccube_products, products, customers,
        subscriptions, inquiries, calls, payments, reviews, surveys, surveys_by_person,
        mapped, mapped_mall,
    )
}  # fmt: skip
# Layouts of other packages; none takes the place of one of ours.
for _joined in load_plugins("okaeri.connectors"):
    if isinstance(_joined, Connector):
        CONNECTORS.setdefault(_joined.key, _joined)
