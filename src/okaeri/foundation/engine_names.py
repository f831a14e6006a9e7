"""Names of analysis engines: a module of its own, because asking for a name must not load an engine."""

import re

# Several masters of one cluster are told with commas between; "*" takes every core.
_ENGINE = re.compile(
    r"duckdb|local\[(?:[1-9]\d{0,3}|\*)\]|spark://[\w.\-\[\]]+:\d{1,5}(?:,[\w.\-\[\]]+:\d{1,5})*"
)


def is_engine(name: str) -> bool:
    """Tell whether `name` is "duckdb", "local[n]" or "spark://host:port"."""
    return _ENGINE.fullmatch(name) is not None
