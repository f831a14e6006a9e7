"""The connectors by key, in the order in which a header is held against them."""

from okaeri.intake.connectors.connector import Connector
from okaeri.intake.connectors.eccube import eccube
from okaeri.intake.connectors.lists import customers, products
from okaeri.intake.connectors.mapped import mapped
from okaeri.intake.connectors.shopify import shopify
from okaeri.intake.connectors.template import template

CONNECTORS: dict[str, Connector] = {
    connector.key: connector
    for connector in (template, shopify, eccube, products, customers, mapped)
}
