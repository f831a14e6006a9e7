"""Liquid as we allow it: few tags, few filters, hard limits, nothing undefined, no way out.

A template is data that staff write. Whatever it holds, rendering ends quickly with words or with one
sentence (`reliability.md` S5).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import (
    LiquidError,
    LiquidSyntaxError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)

from okaeri.foundation.text import Text
from okaeri.plan.types import TemplateError

MOST_SOURCE = 100_000
MOST_OUTPUT = 200_000
_TAGS = frozenset(
    {"if", "unless", "case", "for", "break", "continue", "assign", "capture", "comment", "raw"}
    # What the parser itself uses for text and {{ }}.
    | {"content", "output", "illegal"}
)
_FILTERS = frozenset(
    {
        "abs",
        "append",
        "at_least",
        "at_most",
        "capitalize",
        "ceil",
        "default",
        "divided_by",
        "downcase",
        "escape",
        "first",
        "floor",
        "join",
        "last",
        "lstrip",
        "minus",
        "modulo",
        "newline_to_br",
        "plus",
        "prepend",
        "rstrip",
        "size",
        "strip",
        "strip_newlines",
        "truncate",
        "upcase",
        "url_encode",
    }
)

_TOO_LARGE = Text(
    "文面「{key}」の繰り返しまたは長さが上限を超えました。繰り返しを減らしてください。",
    'Template "{key}" repeats too often or grows too long; reduce its loops.',
)
_UNDEFINED = Text(
    "文面「{key}」の差し込み項目を読めません({detail})。項目の名前を確認してください。",
    'Template "{key}" uses a merge field that does not exist ({detail}); check its name.',
)
_BAD_FILTER = Text(
    "文面「{key}」で使えないフィルターがあります({detail})。",
    'Template "{key}" uses a filter that is not allowed ({detail}).',
)
_SYNTAX = Text(
    "文面「{key}」の{line}行目の書き方に誤りがあります({detail})。",
    'Template "{key}" has a mistake on line {line} ({detail}).',
)
_FAILED = Text(
    "文面「{key}」を組み立てられません({detail})。",
    'Template "{key}" cannot be rendered ({detail}).',
)


class _Limited(Environment):  # type: ignore[misc]
    """Liquid with its resources bounded; a nested loop counts as the product of its rounds."""

    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = MOST_OUTPUT
    context_depth_limit = 20


def _environment(*, is_html: bool) -> Environment:
    environment = _Limited(undefined=StrictUndefined, strict_filters=True, autoescape=is_html)
    for name in set(environment.tags) - _TAGS:
        del environment.tags[name]
    for name in set(environment.filters) - _FILTERS:
        del environment.filters[name]
    return environment


_HTML = _environment(is_html=True)
_PLAIN = _environment(is_html=False)


@lru_cache(maxsize=1024)
def compile_liquid(key: str, source: str, *, is_html: bool) -> BoundTemplate:
    """Give the compiled template (kept: one per text) or raise TemplateError; `key` names it."""
    if len(source) > MOST_SOURCE:
        raise TemplateError(_TOO_LARGE.format(key=key))
    try:
        return (_HTML if is_html else _PLAIN).from_string(source, name=key)
    except (LiquidError, RecursionError) as error:
        raise TemplateError(_explain(key, error)) from error


def render_liquid(template: BoundTemplate, values: Mapping[str, Any]) -> str:
    """Fill a compiled template or raise TemplateError with one sentence."""
    try:
        words: str = template.render(**values)
    except (LiquidError, RecursionError, OverflowError, MemoryError, UnicodeError) as error:
        raise TemplateError(_explain(template.name, error)) from error
    return words


def _explain(key: str, error: BaseException) -> Text:
    detail = (
        (str(error) or type(error).__name__)
        .split("\n")[0]
        .replace("{", "(")
        .replace("}", ")")[:120]
    )
    if isinstance(error, ResourceLimitError | RecursionError | OverflowError | MemoryError):
        return _TOO_LARGE.format(key=key)
    if isinstance(error, UndefinedError):
        return _UNDEFINED.format(key=key, detail=detail)
    if isinstance(error, UnknownFilterError):
        return _BAD_FILTER.format(key=key, detail=detail)
    if isinstance(error, LiquidSyntaxError):
        return _SYNTAX.format(key=key, line=_line(error), detail=detail)
    return _FAILED.format(key=key, detail=detail)


def _line(error: LiquidError) -> int:
    token = error.token
    if token is None:
        return 1
    return int(token.source.count("\n", 0, max(token.start_index, 0))) + 1
