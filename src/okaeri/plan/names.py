"""What things are called that reasons and reports mention: contents, attributes, segments."""

from okaeri.customers import api as customers
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.plan.domain.facts import ATTRIBUTE, SEGMENT
from okaeri.plan.models import Template


def names_of_templates() -> dict[str, Text]:
    """Give template key → its name at the newest version."""
    rows = Template.objects.order_by("version").values_list("key", "name")
    return {key: Text.from_json(name) for key, name in rows}


def names_of_segments() -> dict[str, Text]:
    """Give the names by which reasons mention segments, also of those put away."""
    return {
        f"{SEGMENT}{number}": Text(name, name) for number, name in insight.segment_names().items()
    }


def names_of_attributes() -> dict[str, Text]:
    """Give the names by which reasons mention attributes and their choices."""
    names = {}
    for attribute in customers.list_attributes():
        names[f"{ATTRIBUTE}{attribute.key}"] = attribute.name
        for value, name in attribute.choice_names().items():
            names[f"{ATTRIBUTE}{attribute.key}:{value}"] = name
    return names
