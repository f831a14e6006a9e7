"""Names of analysis engines: a module of its own, because asking for a name must not load an engine."""


def is_engine(name: str) -> bool:
    """Tell whether `name` is "duckdb", "local[n]" or "spark://host:port"."""
    return name == "duckdb" or name.startswith(("spark://", "local["))
