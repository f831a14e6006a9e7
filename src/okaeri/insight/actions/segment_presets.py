"""Ready-made segments with this shop's own settings and products in their rules."""

from okaeri.foundation.settings import load
from okaeri.insight.domain.segment_presets import PRESETS, Preset, ShopFacts
from okaeri.insight.price_types import PriceRules
from okaeri.insight.segment_types import PresetView
from okaeri.insight.store import reports
from okaeri.insight.types import LifecycleRules


def list_presets() -> list[PresetView]:
    """Give every ready-made segment, its rule filled for this shop."""
    facts = _facts()
    return [_view(preset, facts) for preset in PRESETS]


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


def _view(preset: Preset, facts: ShopFacts) -> PresetView:
    rule = preset.rule(facts)
    return PresetView(preset.key, preset.name, preset.why, preset.ideas, rule, preset.playbook)
