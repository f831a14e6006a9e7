"""What the worker does for delivery when something is due."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from okaeri.deliver.actions.audiences import follow
from okaeri.deliver.actions.claiming import anybody_may_be_sold_to, nobody_is_followed
from okaeri.deliver.actions.liveness import WorkerSign
from okaeri.deliver.actions.recovering import recover_orphans
from okaeri.deliver.actions.rendering import render_due
from okaeri.deliver.actions.sending import send_due
from okaeri.deliver.actions.tracking import weigh_clicks
from okaeri.deliver.audience_types import AudienceService
from okaeri.deliver.store.outbox import expire
from okaeri.deliver.types import Channel, InFollow, Links, NoSellingTo, Renderer
from okaeri.foundation.work.loop import Duty

_EXPIRE_BATCH = 1000


def duties(
    *,
    renderer: Renderer,
    channels: Mapping[str, Channel],
    links: Links,
    no_selling_to: NoSellingTo = anybody_may_be_sold_to,
    in_follow: InFollow = nobody_is_followed,
    audiences: AudienceService | None = None,
) -> tuple[Duty, ...]:
    """Give delivery's duties for one worker, in the order a message passes them."""
    folder = settings.OKAERI.data_dir / "workers"
    sign = WorkerSign(folder)

    def recover(now: datetime) -> int:
        return recover_orphans(now, channels, folder, sign.name)

    def expire_late(now: datetime) -> int:
        return expire(now, _EXPIRE_BATCH)

    def render(now: datetime) -> int:
        return render_due(now, renderer, channels)

    def send(now: datetime) -> int:
        return sum(
            send_due(channel, sign.name, links, now, no_selling_to, in_follow)
            for channel in channels.values()
        )

    def weigh(now: datetime) -> int:
        return weigh_clicks(now, links)

    def follow_audiences(now: datetime) -> int:
        return follow(audiences, now)

    return (
        Duty("deliver.recover", recover),
        Duty("deliver.expire", expire_late),
        Duty("deliver.render", render),
        Duty("deliver.send", send),
        Duty("deliver.weigh_clicks", weigh),
        Duty("deliver.follow_audiences", follow_audiences),
    )
