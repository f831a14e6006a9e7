"""Ready-made segments with this shop's own settings and products in their rules."""

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.domain.segment_presets import PRESETS, Preset, ShopFacts
from okaeri.insight.price_types import PriceRules
from okaeri.insight.segment_types import PresetView
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules
from okaeri.intake import api as intake

_FROM_ORDERS = Text(
    "カートから契約の知らせがないため、注文の定期番号で数えています。{n}日お届けのない契約は、"
    "終わったものとします。",
    "No cart tells of contracts, so they are counted by the numbers orders carry; one without a delivery "
    "for {n} days is over.",
)
_NO_CONTRACTS = Text(
    "契約の知らせも、定期番号のある注文もないため、だれも入りません。注文のCSVに定期番号と定期回数を入れるか、"
    "APIで契約をお知らせください。",
    "Nobody can be in it: no cart tells of contracts and no order carries a contract's number. Give both "
    "in the order file, or tell contracts by the API.",
)


def list_presets() -> list[PresetView]:
    """Give every ready-made segment, its rule filled for this shop."""
    facts, note = _facts(), _contracts_note()
    return [_view(preset, facts, note) for preset in PRESETS]


def find_preset(key: str) -> PresetView | None:
    """Give one ready-made segment; None where none has that key."""
    return next((one for one in list_presets() if one.key == key), None)


def _facts() -> ShopFacts:
    rules, report = load(LifecycleRules), reports.find("portfolio")
    prices = load(PriceRules)
    return ShopFacts(
        lapse_days=rules.lapse_days,
        threshold_minor=report.payload["threshold_minor"]
        if report
        else round(rules.fixed_unit_price_minor * rules.multiple),
        sale_share=prices.campaign_share,
        sale_orders=prices.fewest_orders,
    )


def _contracts_note() -> Text | None:
    """Give what is missing of contracts; None where a cart tells of any."""
    if intake.list_subscriptions_after(0, 1):
        return None
    report = reports.find("survival")
    if report and report.payload["contracts"]:
        return _FROM_ORDERS.format(n=load(LifecycleRules).lapse_days)
    return _NO_CONTRACTS


def _view(preset: Preset, facts: ShopFacts, contracts: Text | None) -> PresetView:
    rule = preset.rule(facts)
    note = contracts if rule.get("did") == "subscription" else None
    return PresetView(
        preset.key, preset.name, preset.why, preset.ideas, rule, preset.playbook, note
    )
