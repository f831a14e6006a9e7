"""The customer list by any rule (`/customers/?rule=…`): the people behind a number of any page.

The rule stands in the address as JSON, as the builder reads it, and is checked at each look; nothing is
stored. Only who may see figures may ask: rules know more of people than the list shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from okaeri.foundation.text import Text
from okaeri.foundation.work.jobs import list_jobs
from okaeri.insight import api as insight
from okaeri.web.access import require
from okaeri.web.pages.segments.addresses import address_of, asked_rule, rule_in_address
from okaeri.web.pages.segments.boxes import people_in_words


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom an address means: the rule, its sentence, the name of the number that led here ("": none).

    `written` is the rule as the address says it, `builder` where these people become a segment.
    """

    rule: dict[str, Any]
    words: Text
    name: str
    written: str
    builder: str


def find_meant(request: HttpRequest) -> Meant | None:
    """Read the rule of the address; None without one. Raises InputError for one that cannot be used."""
    rule = asked_rule(request)
    if rule is None:
        return None
    require(request.user, "figures.see")
    name = request.GET.get("name", "")[:120]
    words = people_in_words(rule, insight.segment_catalog())
    return Meant(rule, words, name, rule_in_address(rule), address_of(rule, name))


def list_address(rule: Mapping[str, Any], name: str = "") -> str:
    """Give the address of the list of everybody a rule means."""
    words = {"rule": rule_in_address(rule)} | ({"name": name} if name else {})
    return f"{reverse('customers')}?{urlencode(words)}"


def is_being_counted() -> bool:
    """Tell whether a refresh is changing what rules read at this moment."""
    newest = next(iter(list_jobs("refresh", limit=1)), None)
    return newest is not None and newest.status == "running"
