"""Numbers as people read them, in both languages at once."""

from okaeri.foundation.money import format_minor
from okaeri.foundation.text import Text


def money(amount_minor: float, currency: str) -> Text:
    """Write an amount: 12,800円 / ¥12,800."""
    return Text(
        format_minor(round(amount_minor), currency, "ja"),
        format_minor(round(amount_minor), currency, "en"),
    )


def percent(share: float) -> str:
    """Write a share with one decimal: 23.3%."""
    return f"{share * 100:.1f}%"


def interval(low: float, high: float) -> Text:
    """Write a 95 % interval in whole percent: 19〜28%."""
    return Text(f"{low * 100:.0f}〜{high * 100:.0f}%", f"{low * 100:.0f} to {high * 100:.0f}%")


def sentence(text: Text, **values: object) -> Text:
    """Fill places; a Text fills each language with its own words."""
    return text.format(**values)


def joined(*parts: Text) -> Text:
    """Set sentences one after the other."""
    return Text("".join(part.ja for part in parts), " ".join(part.en for part in parts))
