"""Mails that tell when they are opened and which link is pressed, and what is made of the news.

Pressing leads on at once; whether a person pressed is decided a minute later, when it is known
whether all links were pressed together. Only then there is an event that others may act upon.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from okaeri.deliver.actions.receiving import record_event
from okaeri.deliver.channels.email.footer import append_html
from okaeri.deliver.domain import machines, tracking
from okaeri.deliver.models import Message
from okaeri.deliver.store import clicks, views
from okaeri.deliver.tracking_types import Followed, TrackingRules
from okaeri.deliver.types import Links, Outgoing
from okaeri.foundation.settings import load
from okaeri.intake.event_types import TagRules
from okaeri.intake.types import PartyIn

# When the last of "all links at once" has certainly come in.
SETTLES_AFTER = timedelta(seconds=60)
_BATCH = 500
_TRANSACTIONAL = "transactional"


def track(batch: Sequence[Outgoing], links: Links) -> list[Outgoing]:
    """Give marketing messages with tracked links and the picture, as the shop's rules allow.

    The stored words stay as they were written.
    """
    rules = load(TrackingRules)
    base = links.base_url
    found = {
        one.message_id: tracking.links_in(one.body_text, one.body_html, base)
        for one in batch
        if rules.clicks and one.content_kind != _TRANSACTIONAL
    }
    numbers = clicks.ensure_links({url for urls in found.values() for url in urls})
    made = [_tracked(one, found.get(one.message_id, ()), numbers, links, rules) for one in batch]
    clicks.mark_tracked(
        {number for number, urls in found.items() if urls},
        {one.message_id for one in made if tracking.has_pixel(one.body_html)},
    )
    return made


def _tracked(
    one: Outgoing,
    urls: Sequence[str],
    numbers: dict[str, int],
    links: Links,
    rules: TrackingRules,
) -> Outgoing:
    if one.content_kind == _TRANSACTIONAL:
        return one
    ours = {
        url: tracking.click_url(links.base_url, links.secret, one.message_id, numbers[url])
        for url in urls
    }
    html = tracking.wrap_html(one.body_html, ours)
    if rules.opens and html:
        html = append_html(html, tracking.pixel(links.base_url, links.secret, one.message_id))
    return replace(one, body_text=tracking.wrap_text(one.body_text, ours), body_html=html)


def follow(token: str, secret: str, *, agent: str, method: str, now: datetime) -> Followed | None:
    """Give where a link leads and note that it was pressed; None for a link we did not make.

    A person who goes on to the shop's own pages takes along a word that says which mail he comes
    from; whoever is held to be a machine does not.
    """
    numbers = tracking.read_click(token, secret)
    url = clicks.find_url(numbers[1]) if numbers else None
    if numbers is None or url is None:
        return None
    message = views.find_message(numbers[0])
    rules = load(TrackingRules)
    if message is None or not rules.clicks:
        return Followed(url, machine="")
    machine = _suspect(message, agent, method, now, rules)
    clicks.record_click(message.id, numbers[1], machine, now)
    if not machine and tracking.origin_of(url) in load(TagRules).origin_list():
        url = tracking.with_landing(url, tracking.landing_token(secret, message.id, now))
    return Followed(url, machine)


def record_open(token: str, secret: str, *, agent: str, method: str, now: datetime) -> bool:
    """Note that a mail's picture was fetched; gives whether the picture is one of ours."""
    message_id = tracking.read_open(token, secret)
    if message_id is None:
        return False
    message = views.find_message(message_id)
    rules = load(TrackingRules)
    if message is not None and rules.opens:
        machine = _suspect(message, agent, method, now, rules)
        kind = "machine_opened" if machine else "opened"
        record_event(message.id, kind, now, {"why": machine} if machine else {})
    return True


def find_addressee(token: str, secret: str, now: datetime) -> PartyIn | None:
    """Give whom the message went to that a landing token speaks of; None where it is not good."""
    message_id = tracking.read_landing(token, secret, now)
    message = None if message_id is None else views.find_message(message_id)
    if message is None or not message.address:
        return None
    if message.channel == "line":
        return PartyIn(line_user_id=message.address)
    return PartyIn(email=message.address) if message.channel == "email" else None


def weigh_clicks(now: datetime, links: Links) -> int:
    """Judge clicks that are a minute old; gives how many messages had some."""
    until = now - SETTLES_AFTER
    waiting = clicks.list_unweighed(until, _BATCH)
    for message_id in waiting:
        _weigh(message_id, until, links)
    return len(waiting)


def _weigh(message_id: int, until: datetime, links: Links) -> None:
    words = views.find_content(message_id)
    count = len(tracking.links_in(words.body_text, words.body_html, links.base_url)) if words else 0
    presses = clicks.presses_of(message_id)
    at_once = machines.pressed_at_once(presses, count)
    by_people = [press for press in presses if press.link_id not in at_once and press.at <= until]
    machine = clicks.first_machine_click(message_id)
    if machine is None and at_once:
        machine = machines.ALL_LINKS, presses[0].at
    # The event first: after a crash in between it is judged again and found to be known.
    if by_people:
        first = by_people[0]
        record_event(message_id, "clicked", first.at, {"link": first.link_id})
    if machine is not None:
        record_event(message_id, "machine_clicked", machine[1], {"why": machine[0]})
    clicks.mark_weighed(message_id, until, at_once)


def _suspect(message: Message, agent: str, method: str, now: datetime, rules: TrackingRules) -> str:
    since = None if message.settled_at is None else now - message.settled_at
    return machines.suspect(agent, method, since, timedelta(seconds=rules.machine_seconds))
