"""Who cares for which topic, as bitmaps."""

from collections.abc import Iterable, Mapping

from pyroaring import BitMap64

from okaeri.insight.models import InterestAudience


def replace_all(audiences: Mapping[str, tuple[int, Iterable[int]]]) -> None:
    """Put new audiences, topic → (level, customers), in the place of all, in the open transaction."""
    InterestAudience.objects.all().delete()
    rows = []
    for topic, (level, customer_ids) in audiences.items():
        members = BitMap64(customer_ids)
        rows.append(
            InterestAudience(
                topic=topic, level=level, members=members.serialize(), size=len(members)
            )
        )
    InterestAudience.objects.bulk_create(rows)


def members_of(topic: str) -> list[int]:
    """Give who cares for a topic, in rising order; [] for one that is not known."""
    row = InterestAudience.objects.filter(topic=topic).first()
    return list(BitMap64.deserialize(bytes(row.members))) if row else []


def sizes() -> dict[str, int]:
    """Give topic → how many people care for it."""
    return dict(InterestAudience.objects.values_list("topic", "size"))


def sizes_among(customer_ids: BitMap64) -> dict[str, int]:
    """Give topic → how many of these people care for it."""
    return {
        row.topic: len(BitMap64.deserialize(bytes(row.members)) & customer_ids)
        for row in InterestAudience.objects.all()
    }


def forget(customer_ids: Iterable[int]) -> int:
    """Take people out of every audience; gives how many changed."""
    gone, changed = BitMap64(customer_ids), 0
    for row in InterestAudience.objects.all():
        members = BitMap64.deserialize(bytes(row.members))
        left = members - gone
        if len(left) < len(members):
            changed += InterestAudience.objects.filter(pk=row.pk).update(
                members=left.serialize(), size=len(left)
            )
    return changed


def topics_with(customer_id: int) -> list[str]:
    """Give the topics somebody is counted to care for."""
    return [
        row.topic
        for row in InterestAudience.objects.order_by("topic")
        if customer_id in BitMap64.deserialize(bytes(row.members))
    ]
