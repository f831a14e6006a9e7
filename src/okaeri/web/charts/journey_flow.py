"""A journey as a picture: steps from top to bottom, arrows with words, head counts in each.

Our own layout: a step stands one row below the latest step that leads to it; steps of one row stand
side by side in the order of the definition.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from okaeri.foundation.text import Text
from okaeri.plan.types import NodeView
from okaeri.web import formats

_BOX_W, _BOX_H, _GAP_X, _GAP_Y = 240, 84, 32, 52
_KINDS = {
    "send": Text("送る", "Send"),
    "wait": Text("待つ", "Wait"),
    "branch": Text("分かれる", "Branch"),
    "grant": Text("渡す", "Grant"),
    "coupon": Text("クーポン", "Coupon"),
    "ask": Text("聞く", "Ask"),
    "exit": Text("終わる", "End"),
}


@dataclass(frozen=True, slots=True)
class _Place:
    column: float
    row: int

    @property
    def x(self) -> float:
        return self.column * (_BOX_W + _GAP_X)

    @property
    def y(self) -> float:
        return self.row * (_BOX_H + _GAP_Y)


def draw_flow(nodes: Sequence[NodeView], language: str, *, title: str) -> SafeString:
    """Draw the steps with how many stand there now and how many went through."""
    if not nodes:
        return mark_safe("")
    places = _places(nodes)
    # Room at the right for arrows that go around a step.
    width = max(place.x for place in places.values()) + _BOX_W + _GAP_X / 2 + 4
    height = max(place.y for place in places.values()) + _BOX_H + 4
    arrows = [
        _arrow(places, node, target, label.render(language))
        for node in nodes
        for target, label in node.next
        if target in places
    ]
    boxes = [_box(places[node.id], node, language) for node in nodes]
    head = format_html(
        '<svg viewBox="-2 -2 {} {}" width="{}" role="group" aria-label="{}">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="var(--line-strong)"/></marker></defs>',
        width,
        height,
        width,
        title,
    )
    return mark_safe(head + "".join(arrows) + "".join(boxes) + "</svg>")  # noqa: S308 - parts are escaped


def _places(nodes: Sequence[NodeView]) -> dict[str, _Place]:
    rows = _rows(nodes)
    by_row: dict[int, list[str]] = {}
    for node in nodes:
        by_row.setdefault(rows[node.id], []).append(node.id)
    widest = max(len(ids) for ids in by_row.values())
    return {
        node_id: _Place(i + (widest - len(ids)) / 2, row)
        for row, ids in by_row.items()
        for i, node_id in enumerate(ids)
    }


def _rows(nodes: Sequence[NodeView]) -> dict[str, int]:
    """Give each step the longest way that leads to it; a way back up does not count."""
    order = {node.id: i for i, node in enumerate(nodes)}
    rows = dict.fromkeys(order, 0)
    for _ in nodes:
        moved = False
        for node in nodes:
            for target, _label in node.next:
                if target in rows and order[target] > order[node.id]:
                    low = rows[node.id] + 1
                    if rows[target] < low:
                        rows[target], moved = low, True
        if not moved:
            break
    return rows


def _arrow(places: dict[str, _Place], node: NodeView, target: str, label: str) -> str:
    start, end = places[node.id], places[target]
    x1, y1 = start.x + _BOX_W / 2, start.y + _BOX_H
    x2, y2 = end.x + _BOX_W / 2, end.y - 2
    if end.row <= start.row or end.row > start.row + 1:
        # Around the boxes in between: out to the right, down, and in again.
        side = max(start.x, end.x) + _BOX_W + _GAP_X / 2
        x1, y1 = start.x + _BOX_W, start.y + _BOX_H / 2
        x2, y2 = end.x + _BOX_W + 2, end.y + _BOX_H / 2
        path = f"M{x1} {y1}H{side}V{y2}H{x2}"
        label_x, label_y = side - 6.0, (y1 + y2) / 2
    else:
        middle = y1 + _GAP_Y / 2
        path = f"M{x1} {y1}V{middle}H{x2}V{y2}"
        label_x, label_y = (x1 + x2) / 2 if x1 != x2 else x1, middle - 6
    words = (
        f'<text x="{label_x}" y="{label_y}" text-anchor="middle" font-size="13" fill="var(--ink-soft)" '
        f'stroke="var(--surface)" stroke-width="5" paint-order="stroke">{escape(label)}</text>'
        if label
        else ""
    )
    return (
        f'<path d="{path}" fill="none" stroke="var(--line-strong)" stroke-width="1.5" '
        f'marker-end="url(#tip)"/>{words}'
    )


def _box(place: _Place, node: NodeView, language: str) -> str:
    kind = _KINDS.get(node.kind, Text(node.kind, node.kind)).render(language)
    edge = "var(--accent)" if node.kind == "send" else "var(--line-strong)"
    counts = _counts(node, language)
    return format_html(
        '<g transform="translate({},{})"><title>{}</title>'
        '<rect width="{}" height="{}" rx="{}" fill="var(--paper)" stroke="{}" stroke-width="1.5"/>'
        '<text x="16" y="24" font-size="13" fill="var(--ink-soft)">{}</text>'
        '<text x="16" y="46" font-size="15" font-weight="600" fill="var(--ink)">{}</text>'
        '<text x="16" y="70" font-size="13" fill="var(--ink-soft)">{}</text></g>',
        place.x,
        place.y,
        f"{kind} {node.label.render(language)} {counts}",
        _BOX_W,
        _BOX_H,
        8,
        edge,
        kind,
        _shortened(node.label.render(language), 212, 15),
        counts,
    )


def _counts(node: NodeView, language: str) -> str:
    if node.kind == "send" and node.messages:
        sent = node.messages.get("accepted", 0)
        held = node.messages.get("held_out", 0)
        text = Text(
            "送信 {sent}・対象外 {held}・通過 {n}", "sent {sent}, left out {held}, passed {n}"
        )
        return text.format(
            sent=formats.number(sent), held=formats.number(held), n=formats.number(node.passed)
        ).render(language)
    text = Text("いま {here}人・通過 {n}人", "here {here}, passed {n}")
    return text.format(here=formats.number(node.here), n=formats.number(node.passed)).render(
        language
    )


def _shortened(text: str, width: int, size: int) -> str:
    """Cut a label that would leave its box; the whole stands in the box's title."""
    room, kept = float(width), ""
    for letter in text:
        room -= size if ord(letter) > 255 else size * 0.56
        if room < 0:
            return kept[:-1] + "…"
        kept += letter
    return kept
