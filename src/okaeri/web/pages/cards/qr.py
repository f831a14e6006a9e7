"""A QR code drawn into the page itself: no other address learns who is shown."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(content: str, label: str) -> SafeString:
    """Give an SVG with `content`; always dark on white, or a scanner in dark mode would fail."""
    out = io.BytesIO()
    # A micro QR code would do for so few letters, but few scanners read one.
    segno.make_qr(content, error="m").save(
        out, kind="svg", scale=6, xmldecl=False, svgns=False, dark="#000", light="#fff", title=label,
        omitsize=True,
    )  # fmt: skip
    # The content is a code of ours or an address; segno escapes the title.
    return mark_safe(out.getvalue().decode())  # noqa: S308
