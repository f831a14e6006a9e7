"""Live sources: webhooks that are received, shops that are asked."""

from collections.abc import Mapping
from datetime import datetime

from okaeri.foundation import clock
from okaeri.intake.applying import AskRights
from okaeri.intake.polling import keeping as polls
from okaeri.intake.types import ConnectionView, PollView, Received
from okaeri.intake.webhooks import connections, receiving


def get_connection(connection_id: int) -> ConnectionView:
    """Give one live source or raise NotFoundError."""
    return connections.view(connections.get(connection_id), clock.now())


def create_connection(
    name: str, kind: str, *, secret: str = "", source: str = ""
) -> tuple[ConnectionView, str]:
    """Make a live source; gives it and its secret, which nobody can read again.

    Raises InputError for no name, an unknown kind, or (Shopify) a missing secret.
    """
    return connections.create(name, kind, secret, source)


def rotate_secret(connection_id: int, *, secret: str = "") -> tuple[ConnectionView, str]:
    """Give a new secret; the one before is accepted for another day."""
    return connections.rotate(connection_id, secret)


def save_poll(
    connection_id: int, *, shop_url: str, admin_url: str, client_id: str, client_secret: str
) -> PollView:
    """Keep how a source is asked by its Web API; it begins once its staff gave their leave.

    Raises InputError for an address that is not https, or no client.
    """
    return polls.save(connection_id, shop_url, admin_url, client_id, client_secret)


def receive(
    connection_key: str,
    headers: Mapping[str, str],
    raw_body: bytes,
    now: datetime,
    *,
    ask_rights: AskRights | None = None,
) -> Received:
    """Take in what a live source sent; never raises for what was sent, only for a fault of ours.

    `ask_rights` is called in the transaction of the effect with requests of people (Shopify's
    compliance topics).
    """
    return receiving.receive(connection_key, headers, raw_body, now, ask_rights)


def retry_delivery(delivery_id: int, *, ask_rights: AskRights | None = None) -> Received:
    """Try a failed delivery again; raises NotFoundError where nothing of it is kept."""
    return receiving.retry(connections.get_failed(delivery_id), clock.now(), ask_rights)
