"""Mails to somebody who is no customer (yet): whoever asked names him by a negative number of its own.

Such a message carries its address itself. Nobody but a transactional message can be to a stranger: he
has consented to nothing, and the policy sees that.
"""

from collections.abc import Iterable

from okaeri.customers.types import ContactPointView
from okaeri.deliver.models import Content, Message

Status = Message.Status


def points_of(numbers: Iterable[int], channel: str) -> dict[int, ContactPointView]:
    """Give number → where the stranger is reached, without any consent."""
    asked = [number for number in numbers if number < 0]
    if not asked:
        return {}
    found = Message.objects.filter(customer_id__in=asked, channel=channel).exclude(address="")
    return {
        number: ContactPointView(number, channel, address, "none", None, "")
        for number, address in found.values_list("customer_id", "address")
    }


def become_customer(number: int, customer_id: int) -> int:
    """Give a stranger's messages to the customer he turned out to be; how many."""
    return Message.objects.filter(customer_id=number).update(customer_id=customer_id)


def forget(number: int) -> int:
    """Take a stranger's address and words away; the rows stay, so that sums do. How many."""
    mine = Message.objects.filter(customer_id=number)
    Content.objects.filter(message__in=mine).delete()
    return mine.update(address="", context={}, transport_reply="")
