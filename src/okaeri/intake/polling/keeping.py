"""How a source is asked, as staff set it up: its addresses, who we are there, and its leave."""

from datetime import datetime

from okaeri.foundation import clock
from okaeri.foundation.asking import check_address
from okaeri.foundation.errors import InputError, NotFoundError
from okaeri.foundation.text import Text
from okaeri.intake.models import Connection, Poll
from okaeri.intake.polling import leave
from okaeri.intake.polling.reading import redirect_url
from okaeri.intake.types import PollView
from okaeri.intake.webhooks import connections
from okaeri.intake.webhooks.sealing import seal

_NO_CLIENT = Text(
    "EC-CUBEの「API管理 → OAuth管理」にあるクライアントIDとシークレットを入れてください。",
    "Give the client id and secret that EC-CUBE shows under API, OAuth.",
)
_NO_POLL = Text("先にEC-CUBEのアドレスを保存してください。", "Save the addresses of EC-CUBE first.")


def save(
    connection_id: int, shop_url: str, admin_url: str, client_id: str, client_secret: str
) -> PollView:
    """Keep where to ask; whoever is asked anew gives his leave anew. An empty secret stays as it was.

    Raises InputError for an address that is not https, or no client.
    """
    row = connections.get(connection_id)
    known = Poll.objects.filter(connection=row).first()
    client_id, client_secret = client_id.strip()[:200], client_secret.strip()[:500]
    if row.kind != Connection.Kind.ECCUBE or not client_id or not (client_secret or known):
        raise InputError(_NO_CLIENT)
    poll = known or Poll(connection=row)
    poll.shop_url = check_address(shop_url)[:300]
    poll.authorize_url = f"{check_address(admin_url).removesuffix('/authorize')}/authorize"[:300]
    poll.client_id = client_id
    poll.client_secret = seal(client_secret) if client_secret else poll.client_secret
    poll.refresh_token = poll.access_token = ""
    poll.access_until = poll.next_at = poll.lease_until = None
    poll.save()
    return _view(poll)


def find(connection_id: int) -> PollView | None:
    """Give how a source is asked, None where it is not."""
    poll = Poll.objects.filter(connection_id=connection_id).first()
    return None if poll is None else _view(poll)


def leave_url(connection_id: int, state: str) -> str:
    """Give the page of the shop on which its staff let us read."""
    return leave.leave_url(_get(connection_id), redirect_url(connection_id), state)


def take_leave(connection_id: int, code: str, now: datetime | None = None) -> None:
    """Begin to read with the code the shop sent along; raises an OkaeriError where it does not hold."""
    poll = _get(connection_id)
    leave.take_code(poll, code[:2000], redirect_url(connection_id), now or clock.now())
    Connection.objects.filter(id=connection_id).update(last_error={})


def _get(connection_id: int) -> Poll:
    poll = Poll.objects.filter(connection_id=connection_id).first()
    if poll is None:
        raise NotFoundError(_NO_POLL)
    return poll


def _view(poll: Poll) -> PollView:
    return PollView(
        shop_url=poll.shop_url,
        admin_url=poll.authorize_url.removesuffix("/authorize"),
        client_id=poll.client_id,
        redirect_url=redirect_url(poll.connection_id),
        is_allowed=poll.next_at is not None,
        last_read_at=poll.last_read_at,
    )
