"""Tags of every template: two languages side by side, and numbers as a person reads them.

All of them read `language` and `shop` from the context (`web.context.shell` puts them there).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from okaeri.foundation.settings import ShopProfile
from okaeri.foundation.text import Text, singular
from okaeri.foundation.work.jobs import JobView
from okaeri.insight.types import (
    BAND_NAMES,
    STAGE_NAMES,
    CustomerInsightView,
    FreshnessBand,
    Stage,
    class_name,
)
from okaeri.web import formats, left_out
from okaeri.web.charts.canvas import Chart
from okaeri.web.freshness_words import freshness_reason

register = template.Library()
_DEFAULT_SHOP = ShopProfile()


def _language(context: Context) -> str:
    return str(context.get("language", "ja"))


def _shop(context: Context) -> ShopProfile:
    shop = context.get("shop")
    return shop if isinstance(shop, ShopProfile) else _DEFAULT_SHOP


@register.simple_tag(takes_context=True)
def t(context: Context, ja: str, en: str, **values: object) -> SafeString:
    """Give the Japanese or the English words; `values` fill named places and are escaped.

    The two sentences are written in the template itself, never taken from data.
    """
    words = ja if _language(context) == "ja" else en
    if not values:
        return mark_safe(words)  # noqa: S308 - our own words
    # What was escaped stays so: only words and spaces change.
    return mark_safe(singular(format_html(words, **values)))  # noqa: S308


@register.simple_tag(takes_context=True)
def say(context: Context, text: Text | str | None) -> str:
    """Give a Text in the reader's language; plain text stays as it is."""
    if isinstance(text, Text):
        return text.render(_language(context))
    return text or ""


@register.filter
def words(text: Text, language: str) -> str:
    """Give a Text in `language`, where a tag cannot stand."""
    return text.render(language)


@register.filter
def get(mapping: Any, key: object) -> Any:  # noqa: ANN401 - template data
    """Look `key` up in a mapping; None when it is not there."""
    return mapping.get(key) if mapping is not None else None


@register.simple_tag
def num(value: float | None, places: int = 0) -> str:
    """1,234."""
    return formats.number(value, places)


@register.simple_tag
def change(value: float | None, places: int = 0) -> str:
    """+12, −3, ±0."""
    return formats.signed(value, places)


@register.simple_tag
def shop_standing() -> left_out.Standing:
    """Why a page has nothing to show."""
    return left_out.standing()


@register.simple_tag
def failed_refresh() -> JobView | None:
    """The last analysis, where it failed and nothing was counted after it."""
    return left_out.failed_refresh()


@register.simple_tag(takes_context=True)
def people(context: Context, count: float | None) -> str:
    """1,234人 / 1,234 people."""
    return formats.people(count, _language(context))


@register.simple_tag(takes_context=True)
def people_at(context: Context, count: float | None, address: str | None) -> str:
    """The same, leading to those people; nobody, or people no rule finds (""), lead nowhere."""
    said = formats.people(count, _language(context))
    return format_html('<a href="{}">{}</a>', address, said) if count and address else said


@register.simple_tag(takes_context=True)
def money(context: Context, amount_minor: float | None) -> str:
    """An amount of the shop's currency."""
    return formats.money(amount_minor, _shop(context).currency, _language(context))


@register.simple_tag(takes_context=True)
def unit_money(context: Context, unit_minor: float | None) -> str:
    """What one of many costs, in the shop's currency."""
    return formats.unit_money(unit_minor, _shop(context).currency, _language(context))


@register.simple_tag(takes_context=True)
def money_change(context: Context, amount_minor: float | None) -> str:
    """A difference of amounts with its sign."""
    return formats.money_change(amount_minor, _shop(context).currency, _language(context))


@register.simple_tag(takes_context=True)
def money_range(context: Context, low: float | None, high: float | None) -> str:
    """An interval of differences in money, one dash where it is unknown."""
    return formats.money_range(low, high, _shop(context).currency, _language(context))


@register.simple_tag(takes_context=True)
def change_range(context: Context, low: float | None, high: float | None, places: int = 0) -> str:
    """An interval of differences, one dash where it is unknown."""
    return formats.change_range(low, high, places, _language(context))


@register.simple_tag
def pct(share: float | None, places: int = 1) -> str:
    """23.3%."""
    return formats.percent(share, places)


@register.simple_tag(takes_context=True)
def year_ratio(context: Context, ratio: float | None) -> str:
    """What a figure is to that of a year before."""
    return formats.year_ratio(ratio, _language(context))


@register.simple_tag(takes_context=True)
def pct_range(context: Context, low: float | None, high: float | None, digits: int = 1) -> str:
    """19.0〜28.1%."""
    return formats.percent_range(low, high, _language(context), digits)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> str:
    """A calendar day with its weekday."""
    return formats.day(value, _language(context))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> str:
    """An instant in the shop's own time."""
    return formats.moment(value, _shop(context).zone, _language(context))


@register.simple_tag(takes_context=True)
def month(context: Context, value: str | date) -> str:
    """A calendar month."""
    return formats.month(value, _language(context))


@register.simple_tag(takes_context=True)
def ago(context: Context, days: int | None) -> str:
    """42日前."""
    return formats.days_ago(days, _language(context))


@register.simple_tag(takes_context=True)
def class_chip(context: Context, stage: Stage | str, is_lapsed: bool = False) -> SafeString:
    """A customer's class in its fixed colour; lapsed is hatched, so colour is never alone."""
    name = class_name(Stage(stage), is_lapsed=is_lapsed).render(_language(context))
    half = " is-lapsed" if is_lapsed else ""
    return format_html('<span class="chip class-{}{}">{}</span>', Stage(stage).value, half, name)


@register.simple_tag(takes_context=True)
def stage_chip(context: Context, stage: Stage | str) -> SafeString:
    """A class with both its halves, active and lapsed, in its fixed colour."""
    name = STAGE_NAMES[Stage(stage)].render(_language(context))
    return format_html('<span class="chip class-{}">{}</span>', Stage(stage).value, name)


@register.simple_tag(takes_context=True)
def band_chip(context: Context, band: FreshnessBand | str) -> SafeString:
    """A freshness band in its step of the ramp."""
    band = FreshnessBand(band)
    name = BAND_NAMES[band].render(_language(context))
    return format_html('<span class="chip band-{}">{}</span>', band.value, name)


@register.simple_tag(takes_context=True)
def freshness(context: Context, standing: CustomerInsightView) -> SafeString:
    """A meter from 0 to 100 with the sentence behind it: 最終購入から42日 / 想定サイクル45日."""
    language, band, value = _language(context), standing.freshness_band, standing.freshness
    label = Text("鮮度 {v}({b})", "Freshness {v} ({b})").render(language)
    label = label.format(v=formats.number(value), b=BAND_NAMES[band].render(language))
    why = freshness_reason(standing).render(language)
    return format_html(
        '<span class="meter" title="{}"><svg viewBox="0 0 100 8" width="72" height="8" role="img" '
        'aria-label="{}" preserveAspectRatio="none"><rect class="meter-track" width="100" height="8" '
        'rx="4"/><rect class="fill-band-{}" width="{}" height="8" rx="4"/></svg>'
        '<span class="meter-value">{}</span></span>',
        why,
        f"{label} {why}",
        band.value,
        max(2, min(100, round(value))),
        formats.number(value),
    )


@register.simple_tag(takes_context=True)
def why_fresh(context: Context, standing: CustomerInsightView) -> str:
    """The sentence behind a freshness."""
    return freshness_reason(standing).render(_language(context))


@register.inclusion_tag("okaeri/parts/chart.html", takes_context=True)
def chart(context: Context, drawn: Chart) -> dict[str, Any]:
    """A chart with its finding as title, its source, and its downloads."""
    return {
        "chart": drawn,
        "language": _language(context),
        "is_offline": context.get("is_offline", False),
    }


@register.simple_tag(takes_context=True)
def bar(context: Context, share: float | None, kind: str = "ink") -> SafeString:
    """A thin bar for a share (0..1) inside a table cell."""
    width = 0 if share is None else max(0, min(100, round(share * 100, 1)))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="meter-track" width="100" height="6" rx="3"/>'
        '<rect class="fill-{}" width="{}" height="6" rx="3"/></svg>',
        kind,
        width,
    )


@register.simple_tag
def spark(values: Sequence[float | None]) -> SafeString | str:
    """A line of values over time without an axis; the numbers stand beside it and in the CSV."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return formats.MISSING
    low, span = min(known), (max(known) - min(known)) or 1
    step = 96 / (len(values) - 1)
    parts: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            parts.append([])
        else:
            parts[-1].append(f"{2 + place * step:.1f},{22 - (value - low) / span * 20:.1f}")
    lines = format_html_join("", '<polyline points="{}"/>', ((" ".join(part),) for part in parts))
    last = next((part[-1].split(",") for part in reversed(parts) if part), ("0", "0"))
    return format_html(
        '<svg class="spark" viewBox="0 0 100 24" width="100" height="24" aria-hidden="true">{}'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        lines,
        *last,
    )


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The present address's query with some values changed; None takes one away."""
    asked = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            asked.pop(name, None)
        else:
            asked[name] = str(value)
    return f"?{asked.urlencode()}"
