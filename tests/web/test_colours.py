"""The tokens: every pair of text and ground that the styles use meets WCAG AA in both schemes."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

import okaeri.web

TOKENS = Path(okaeri.web.__file__).parent / "static" / "okaeri" / "tokens.css"
# Text of normal size needs 4.5; a mark, a border of a control, a bar needs 3 (WCAG 1.4.3, 1.4.11).
TEXT = [
    (text, ground)
    for ground in ("paper", "surface", "sunk")
    for text in ("ink", "ink-soft", "accent", "accent-strong", "good", "bad")
] + [
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ink", "accent-wash"),
    ("ink", "bad-wash"),
    ("ink-soft", "bad-wash"),
    ("bad", "bad-wash"),
    ("ink", "warn-wash"),
    ("paper", "good"),
]
MARKS = [("accent", "surface"), ("good", "surface"), ("bad", "surface"), ("ink-soft", "surface")]


def _tokens(scheme: int) -> dict[str, str]:
    """Give name → colour of the light (0) or the dark (1) scheme."""
    css = TOKENS.read_text(encoding="utf-8")
    pairs = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", css)
    return {name: (light, dark)[scheme] for name, light, dark in pairs}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Give the WCAG 2 contrast ratio, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_is_read_on_its_ground(scheme: int) -> None:
    tokens = _tokens(scheme)
    found = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in TEXT}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


def _mixed(colour: str, ground: str, share: float) -> str:
    """Give what `color-mix(in srgb, colour share, ground)` shows."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_ink_is_read_on_every_shade_of_the_heat_map(scheme: int) -> None:
    css = TOKENS.with_name("components.css").read_text(encoding="utf-8")
    shades = [
        int(share) for share in re.findall(r"var\(--class-steady\) (\d+)%, var\(--surface\)", css)
    ]
    tokens = _tokens(scheme)
    grounds = [_mixed(tokens["class-steady"], tokens["surface"], n / 100) for n in shades]
    assert len(grounds) == 10
    assert min(contrast(tokens["ink"], ground) for ground in grounds) >= 4.5


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_mark_stands_out_from_its_ground(scheme: int) -> None:
    tokens = _tokens(scheme)
    found = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in MARKS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3} == {}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_classes_stay_apart_in_grey(scheme: int) -> None:
    """Neighbours in brightness differ, so that a print without colour still tells five classes apart."""
    tokens = _tokens(scheme)
    classes = ("first", "toddler", "steady", "trend", "prime")
    grey = sorted(_luminance(tokens[f"class-{name}"]) for name in classes)
    steps = [(b + 0.05) / (a + 0.05) for a, b in pairwise(grey)]
    assert min(steps) > 1.15
