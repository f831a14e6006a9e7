"""One template turned into the words of one message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from okaeri.plan.content.html import html_from_text
from okaeri.plan.content.liquid import compile_liquid, render_liquid
from okaeri.plan.content.subject import make_header_safe
from okaeri.plan.types import Preview


@dataclass(frozen=True, slots=True)
class Source:
    """A template's three sources; an empty `body_html` is made from the text."""

    key: str
    subject: str
    body_text: str
    body_html: str

    @property
    def html_source(self) -> str:
        return self.body_html or html_from_text(self.body_text)

    def mentions(self, field: str) -> bool:
        """Tell whether the template uses a merge field (or at least names it)."""
        return field in self.body_text or field in self.body_html or field in self.subject

    def uses(self, field: str) -> bool:
        """Tell whether the template uses a merge field: inside braces, not as a word of a sentence."""
        used = re.compile(rf"\{{[{{%][^}}]*\b{re.escape(field)}\b")
        return any(map(used.search, (self.subject, self.body_text, self.body_html)))


def render_words(source: Source, values: Mapping[str, Any]) -> Preview:
    """Fill subject, text and HTML, each escaped for its place; TemplateError when it cannot be done."""
    key = source.key
    subject = render_liquid(compile_liquid(key, source.subject, is_html=False), values)
    text = render_liquid(compile_liquid(key, source.body_text, is_html=False), values)
    html = render_liquid(compile_liquid(key, source.html_source, is_html=True), values)
    return Preview(make_header_safe(subject), text, html)


def check_source(source: Source) -> None:
    """Compile all three parts; TemplateError names the first mistake."""
    compile_liquid(source.key, source.subject, is_html=False)
    compile_liquid(source.key, source.body_text, is_html=False)
    compile_liquid(source.key, source.html_source, is_html=True)
