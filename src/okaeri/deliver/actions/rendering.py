"""Planned messages become words shortly before they are due."""

from collections.abc import Collection
from datetime import datetime, timedelta

from okaeri.deliver.store import outbox
from okaeri.deliver.types import RenderedContent, Renderer
from okaeri.foundation.text import Text

# Words are made at most this long before they leave, so that they say what is true then.
AHEAD = timedelta(hours=1)
# Words older than this never leave (a far side that said "later", a pause, a channel at rest): what they
# show may be used up or over by then. Longer than AHEAD, so that a queue in motion is rendered once.
OLDEST = AHEAD + timedelta(minutes=30)
BATCH = 500
_NOTHING = Text("文面が返されませんでした。", "No words came back.")


def render_due(now: datetime, renderer: Renderer, channels: Collection[str]) -> int:
    """Render one batch of what is due within the hour; gives how many rows moved on.

    The renderer works outside any transaction; a batch two workers rendered is saved once.
    """
    lost = outbox.suppress_other_channels(channels, now + AHEAD, now)
    tasks = outbox.list_to_render(now + AHEAD, now, BATCH)
    if not tasks:
        return lost
    made = {content.message_id: content for content in renderer.render(tasks)}
    contents = [
        made.get(task.message_id, RenderedContent(message_id=task.message_id, error=_NOTHING))
        for task in tasks
    ]
    return lost + outbox.save_rendered(contents, now)
