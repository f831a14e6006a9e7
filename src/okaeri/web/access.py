"""Who may see a view: staff, unless the view says it is for everybody."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """Mark a view that needs no login (login itself, first run, pages for customers)."""
    view.is_open_to_all = True  # type: ignore[attr-defined]
    return view
