"""The address of a rule: a cell of any chart leads here, and its people become a segment or a journey.

`/analysis/segments/new/?rule=<rule tree as JSON>&name=<a name>`; `address_of` builds it. The words of
the customer list do as well: `?stage=first&lapsed=1`. The list of all of them has the same words
(`pages.customers.meant`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.insight.segment_types import MOST_PARTS
from okaeri.web.narrowing import narrowed
from okaeri.web.pages.segments.drafts import draft_of

_NO_RULE = Text(
    "どの顧客かが決まっていません。ポートフォリオの円か、顧客一覧の条件から始めてください。",
    "It is not clear which customers are meant; begin at a bubble or with the customer list's filters.",
)


def address_of(rule: Mapping[str, Any], name: str = "") -> str:
    """Give the address at which these customers become a segment or start a journey."""
    words = {"rule": rule_in_address(narrowed(rule))}
    return f"{reverse('segment_new')}?{urlencode(words | ({'name': name} if name else {}))}"


def rule_in_address(rule: Mapping[str, Any]) -> str:
    """Give a rule as an address carries it."""
    return json.dumps(rule, ensure_ascii=False, separators=(",", ":"))


def people_rule(customer_ids: Sequence[int]) -> dict[str, Any]:
    """Give the rule that means these customers, whoever they are: lists no longer than a rule may hold."""
    lists = [
        {
            "field": "customer_id",
            "op": "in",
            "value": list(customer_ids[start : start + MOST_PARTS]),
        }
        for start in range(0, len(customer_ids), MOST_PARTS)
    ]
    return lists[0] if len(lists) == 1 else {"any": lists}


def asked_rule(request: HttpRequest) -> dict[str, Any] | None:
    """Read the rule an address carries; None where it carries none. Raises InputError for nonsense."""
    text = request.GET.get("rule", "")
    if not text:
        return None
    try:
        rule = json.loads(text)
        draft_of(rule)
    except (ArithmeticError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # No rule at all; what is wrong inside a rule is said beside its conditions.
        raise InputError(_NO_RULE) from None
    return dict(rule)
