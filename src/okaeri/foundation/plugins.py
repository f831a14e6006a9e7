"""What other packages bring along: adapters that join by an entry point, without a change of ours.

A package names its objects in its own metadata, under a group of these:

* `okaeri.connectors`: an `intake.connectors.connector.Connector`, one more layout of files;
* `okaeri.channels`: a function of the data folder that gives a `deliver.types.Channel`, one more way
  to a person, or another one than ours of the same kind (a mail service in the place of SMTP).
"""

import logging
from importlib.metadata import entry_points
from typing import Any

log = logging.getLogger(__name__)


def load_plugins(group: str) -> list[Any]:
    """Give the objects of a group by name; one that cannot be loaded is logged and left out."""
    found = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            found.append(point.load())
        except Exception:
            log.exception("the plug-in %s of %s cannot be loaded", point.name, group)
    return found
