"""One file per cart; each joins by one line in `registry` and can be deleted with it."""

from okaeri.intake.connectors.choosing import choose, find_columns, find_problem, recognise
from okaeri.intake.connectors.registry import CONNECTORS

__all__ = ["CONNECTORS", "choose", "find_columns", "find_problem", "recognise"]
