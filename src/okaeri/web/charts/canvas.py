"""From a spec to SVG and PNG, in the colours of `static/okaeri/tokens.css`."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert
from django.utils.safestring import SafeString, mark_safe

# Token → its light colour. Each is used once, so that a colour in a spec can become its variable.
COLOURS = {
    "paper": "#faf7f1",
    "surface": "#fffdf9",
    "line": "#e4dccd",
    "line-strong": "#b9ad99",
    "ink": "#26221c",
    "ink-soft": "#5f574b",
    "accent": "#a8421a",
    "accent-wash": "#f8ebe1",
    "class-lead": "#a9a091",
    "class-first": "#5fa5d8",
    "class-toddler": "#efc24c",
    "class-steady": "#2a977a",
    "class-trend": "#b0408f",
    "class-prime": "#2f3d8a",
    "band-fresh": "#47782a",
    "band-fading": "#87a650",
    "band-care": "#c3bc74",
    "band-lost": "#d9d1bd",
}
# Stand-ins for a hatched fill, one step beside the solid colour.
_HATCHED = {
    "class-first": "#5fa5d9",
    "class-toddler": "#efc24d",
    "class-steady": "#2a977b",
    "class-trend": "#b04090",
    "class-prime": "#2f3d8b",
    "ink-soft": "#5f574c",
    "accent": "#a8421b",
}
WIDE, NARROW = 900, 340
_FONT = "Hiragino Sans, Yu Gothic UI, Noto Sans JP, Noto Sans CJK JP, sans-serif"
_INVENTED_BASE = "https://vega.github.io/vega-datasets/"


def colour(token: str) -> str:
    """Give the light colour of a token, as specs write it."""
    return COLOURS[token]


def hatched(token: str) -> str:
    """Give the colour that becomes a hatched fill of a token."""
    return _HATCHED[token]


def class_colour(stage: str, *, is_lapsed: bool) -> str:
    """Give a class's fixed colour; lapsed is the same hue, hatched."""
    token = f"class-{stage}"
    return hatched(token) if is_lapsed else colour(token)


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: `title` says the finding, `note` what is drawn and of which day.

    `columns` and `rows` are its data as the CSV gives them; `address` is its name under /charts/.
    `legend` lists classes (stage, is_lapsed) where labels would not fit on the marks.
    """

    address: str
    title: str
    note: str
    wide_spec: dict[str, Any]
    narrow_spec: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    legend: tuple[tuple[str, bool], ...] = ()
    # What its files must be asked for besides: "" or "?first=sns".
    query: str = ""

    @property
    def heading_id(self) -> str:
        """What names the picture on a page: its heading, the finding."""
        return f"chart-{re.sub('[^a-z0-9]+', '-', self.address.lower())}"

    @property
    def wide(self) -> SafeString:
        """The picture for a page at a desk."""
        return _for_page(json.dumps(self.wide_spec), self.heading_id)

    @property
    def narrow(self) -> SafeString:
        """The picture for a phone."""
        return _for_page(json.dumps(self.narrow_spec), self.heading_id)

    def svg(self) -> str:
        """Give the picture as a file of its own: light colours, white ground, title inside."""
        return _hatch(_drawn(json.dumps(self._file_spec())), "file", as_variables=False)

    def png(self) -> bytes:
        """Give the picture in pixels, twice the size."""
        return bytes(vl_convert.svg_to_png(self.svg(), scale=2))

    def _file_spec(self) -> dict[str, Any]:
        title = {
            "text": self.title,
            "subtitle": self.note,
            "anchor": "start",
            "offset": 16,
            "fontSize": 16,
            "subtitleFontSize": 13,
            "color": colour("ink"),
            "subtitleColor": colour("ink-soft"),
        }
        return {**self.wide_spec, "title": title, "background": "#ffffff", "padding": 16}


def finish(drawn: Any, *, is_narrow: bool) -> dict[str, Any]:  # noqa: ANN401 - any Altair chart
    """Give an Altair chart the house's axes and type, as a spec."""
    size = 12 if is_narrow else 14
    soft, line = colour("ink-soft"), colour("line")
    styled = (
        drawn.configure(background="transparent", font=_FONT, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=soft,
            titleColor=soft,
            titleFontWeight="normal",
            gridColor=line,
            domainColor=colour("line-strong"),
            tickColor=line,
            labelFontSize=size,
            titleFontSize=size,
            labelPadding=6,
            titlePadding=8,
        )
        .configure_text(fontSize=size)
        .configure_title(fontSize=size, fontWeight="normal", color=soft, anchor="start")
    )
    # Checking a spec against its schema takes as long as writing it; the drawing tells of mistakes.
    spec: dict[str, Any] = styled.to_dict(validate=False)
    return spec


def rows_of(values: list[dict[str, Any]]) -> alt.Data:
    """Give rows to Altair as they are."""
    return alt.Data(values=values)


@lru_cache(maxsize=256)
def _drawn(spec: str) -> str:
    return str(vl_convert.vegalite_to_svg(json.loads(spec))).replace(_INVENTED_BASE, "")


@lru_cache(maxsize=256)
def _for_page(spec: str, heading_id: str) -> SafeString:
    svg = _hatch(_drawn(spec), hashlib.sha256(spec.encode()).hexdigest()[:8], as_variables=True)
    for token, hexcode in COLOURS.items():
        svg = svg.replace(f'"{hexcode}"', f'"var(--{token})"')
    # The page's own style decides the size; the marks carry labels for screen readers.
    svg = re.sub(r'<svg ([^>]*?)width="[\d.]+" height="[\d.]+"', r"<svg \1", svg, count=1)
    named = f'role="group" aria-labelledby="{heading_id}"'
    return mark_safe(svg.replace('version="1.1"', named, 1))  # noqa: S308 - vl_convert escapes


def _hatch(svg: str, prefix: str, *, as_variables: bool) -> str:
    patterns = []
    for token, stand_in in _HATCHED.items():
        if f'"{stand_in}"' not in svg:
            continue
        name = f"hatch-{prefix}-{token}"
        stroke = f"var(--{token})" if as_variables else COLOURS[token]
        patterns.append(
            f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{stroke}" '
            f'fill-opacity="0.18"/><line y2="5" stroke="{stroke}" stroke-width="3"/></pattern>'
        )
        svg = svg.replace(f'fill="{stand_in}"', f'fill="url(#{name})"')
        svg = svg.replace(f'stroke="{stand_in}"', f'stroke="{stroke}"')
    if not patterns:
        return svg
    head, rest = svg.split(">", 1)
    return f"{head}><defs>{''.join(patterns)}</defs>{rest}"
