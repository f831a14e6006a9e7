"""One file per cart; each joins by one line in `registry` and can be deleted with it."""

from okaeri.intake.connectors.choosing import (
    check_mapping,
    choose,
    find_columns,
    find_problem,
    recognise,
)
from okaeri.intake.connectors.registry import CONNECTORS

__all__ = [
    "CONNECTORS",
    "check_mapping",
    "choose",
    "find_columns",
    "find_problem",
    "recognise",
]
