"""Who is still cared for after a first purchase: asked by deliver before it sells (row C-15)."""

from collections.abc import Collection, Mapping

from okaeri.deliver import api as deliver
from okaeri.plan.actions.keys import SOURCE_KIND
from okaeri.plan.domain.care import care_ahead, follows_first_purchase
from okaeri.plan.store import journeys as store
from okaeri.plan.store.journeys import Standing


def in_follow(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those with letters of care to come: steps ahead of them, or letters that have not left.

    Reads in a few statements, however many they are. Whoever is held out on purpose waits for the
    same steps as the others, so that both groups stay alike.
    """
    standing = _in_follow_journeys(store.standing_of(customer_ids))
    if not standing:
        return frozenset()
    ahead = _ahead({one.version_id for one in standing})
    walking = {
        one.customer_id for one in standing if one.is_active and one.node in ahead[one.version_id]
    }
    waiting = deliver.unsent_useful(SOURCE_KIND, {one.customer_id for one in standing} - walking)
    own = {(one.customer_id, one.journey_id) for one in standing}
    return frozenset(walking | {who for who, journey in waiting & own})


def _in_follow_journeys(standing: Collection[Standing]) -> list[Standing]:
    known = store.sources_of({one.version_id for one in standing})
    follow = {number for number, one in known.items() if follows_first_purchase(one)}
    return [one for one in standing if one.version_id in follow]


def _ahead(version_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    sales = {key for key, head in store.template_heads().items() if head.content_kind == "sales"}
    known = store.sources_of(version_ids)
    return {number: care_ahead(definition, sales) for number, definition in known.items()}
