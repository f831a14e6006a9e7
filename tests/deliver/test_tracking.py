"""Tracked links and the picture of a mail: who pressed, who looked, and who only seemed to."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okaeri.deliver import api
from okaeri.deliver.actions import tracking as actions
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.domain import machines, tracking
from okaeri.deliver.duties import duties
from okaeri.deliver.models import Click, Message, MessageEvent
from okaeri.deliver.types import RenderedContent, RenderTask
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from tests.deliver.shop import LINKS, make_person, make_request, set_settings

BASE, SECRET = LINKS.base_url, LINKS.secret
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
OWN = "https://hadabiyori.example/p?id=1&n=2#top"
OTHER = "https://elsewhere.example/a"
HTML = (
    '<html><body><a class="b" href="https://hadabiyori.example/p?id=1&amp;n=2#top">商品</a>'
    f"<A HREF='{OTHER}'>x</A> <a href='{BASE}/u/5-abc/'>stop</a> <a href='mailto:a@b.jp'>m</a>"
    '<a href="https://third.example/">3</a></body></html>'
)
TEXT = f"詳しくは {OWN} をご覧ください。({OTHER}).\n停止 {BASE}/u/5-abc/\n"
SECONDS = timedelta(seconds=1)


# ---- the rules, without a database -------------------------------------------------------------


def test_links_of_others_are_found_once_and_our_own_pages_are_left_alone() -> None:
    assert tracking.links_in(TEXT, HTML, BASE) == [OWN, OTHER, "https://third.example/"]
    assert tracking.links_in("https://例.jp/と https://a.example/日本", "", BASE) == []


def test_wrapping_changes_addresses_and_nothing_else() -> None:
    ours = {OWN: f"{BASE}/c/1-1-a/", OTHER: f"{BASE}/c/1-2-b/"}
    html, text = tracking.wrap_html(HTML, ours), tracking.wrap_text(TEXT, ours)
    assert f'<a class="b" href="{BASE}/c/1-1-a/">商品</a><A HREF="{BASE}/c/1-2-b/">x</A>' in html
    assert f"<a href='{BASE}/u/5-abc/'>stop</a>" in html
    assert (
        text
        == f"詳しくは {BASE}/c/1-1-a/ をご覧ください。({BASE}/c/1-2-b/).\n停止 {BASE}/u/5-abc/\n"
    )


@pytest.mark.property
@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_without_known_links_stays_as_it_is(text: str, middle: str) -> None:
    ours = {"https://known.example/": "https://x.example/"}
    for words in (text, f"<a href='{middle}'>", f"https://{middle}"):
        assert tracking.wrap_text(words, ours) == words
        assert tracking.wrap_html(words, ours) == words
        tracking.links_in(words, words, BASE)


def test_a_token_says_only_what_we_signed() -> None:
    token = tracking.click_url(BASE, SECRET, 7, 9).split("/")[-2]
    assert tracking.read_click(token, SECRET) == (7, 9)
    for forged in (
        "8" + token[1:],
        token.replace("-9-", "-8-"),
        token[:-1],
        "",
        "--",
        "7-9-é",
        "٧-9-a",
    ):
        assert tracking.read_click(forged, SECRET) is None
    assert tracking.read_click(token, "another secret") is None
    # A token of one purpose is worth nothing for another.
    landing = tracking.landing_token(SECRET, 7, datetime.fromtimestamp(0).astimezone())
    assert tracking.read_click(landing, SECRET) is None


@pytest.mark.parametrize(
    ("agent", "method", "seconds", "why"),
    [
        (CHROME, "GET", 60, ""),
        (IPHONE, "GET", 60, ""),
        (CHROME, "GET", 19, machines.EARLY),
        (CHROME, "GET", None, machines.EARLY),
        (CHROME, "HEAD", 60, machines.HEAD),
        ("", "GET", 60, machines.AGENT),
        ("Barracuda Sentinel (EE)", "GET", 60, machines.AGENT),
        ("python-requests/2.32", "GET", 600, machines.AGENT),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", "GET", 600, machines.AGENT),
        ("Mozilla/5.0", "GET", 600, machines.APPLE),
        ("Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)", "GET", 600,
         machines.GOOGLE),
    ],
)  # fmt: skip
def test_machines_are_known_by_name_method_and_haste(
    agent: str, method: str, seconds: int | None, why: str
) -> None:
    since = None if seconds is None else seconds * SECONDS
    assert machines.suspect(agent, method, since, 20 * SECONDS) == why


def test_pressing_all_links_at_once_is_no_reading() -> None:
    at = datetime(2026, 4, 8, 2, 0).astimezone()

    def press(*when: tuple[int, int]) -> list[machines.Press]:
        return [machines.Press(link, at + second * SECONDS) for link, second in when]

    assert machines.pressed_at_once(press((1, 0), (2, 3), (3, 9)), 3) == {1, 2, 3}
    assert machines.pressed_at_once(press((1, 0), (2, 3), (3, 11)), 3) == set()
    assert machines.pressed_at_once(press((1, 0), (2, 1)), 3) == set()
    assert machines.pressed_at_once(press((1, 0)), 1) == set()
    assert machines.pressed_at_once(press((1, 0), (2, 1), (3, 1), (4, 2)), 9) == {1, 2, 3, 4}


# ---- a mail that left --------------------------------------------------------------------------


class LinkRenderer:
    """Writes the same mail with three links to everybody."""

    def render(self, tasks: list[RenderTask]) -> list[RenderedContent]:
        return [RenderedContent(t.message_id, "件名", TEXT, HTML) for t in tasks]


@pytest.fixture
def send(shop: None, email: EmailChannel, simulated: clock.SimulatedClock) -> WorkLoop:
    set_settings({"tag.origins": "https://hadabiyori.example"})
    return WorkLoop(duties(renderer=LinkRenderer(), channels={"email": email}, links=LINKS))


def mail_to(person: int, send: WorkLoop, box: MailboxTransport, kind: str = "useful") -> str:
    """Send one mail and give its words."""
    api.submit([make_request(person, kind=kind)], clock.now())
    send.run_until_idle()
    from email import message_from_bytes, policy

    mail = box.find(Message.objects.get(customer_id=person).pk)
    assert mail is not None
    parts = message_from_bytes(mail.raw, policy=policy.default).walk()
    return "\n".join(str(p.get_content()) for p in parts if p.get_content_maintype() == "text")


def token_of(words: str, place: int) -> str:
    found = list(dict.fromkeys(re.findall(rf"{BASE}/c/([^/]+)/", words)))
    return str(found[place])


def press(token: str, agent: str = CHROME, method: str = "GET") -> str:
    found = actions.follow(token, SECRET, agent=agent, method=method, now=clock.now())
    assert found is not None
    return found.url


def look(words: str, agent: str = CHROME) -> None:
    (token,) = re.findall(rf"{BASE}/o/([^\"]+)\.gif", words)
    assert actions.record_open(token, SECRET, agent=agent, method="GET", now=clock.now())


def kinds() -> Mapping[str, dict[str, object]]:
    return dict(MessageEvent.objects.values_list("kind", "detail"))


def test_a_mail_leaves_with_tracked_links_and_a_picture_but_its_way_out_untouched(
    send: WorkLoop, box: MailboxTransport
) -> None:
    words = mail_to(make_person(), send, box)
    assert len(set(re.findall(rf"{BASE}/c/([^/]+)/", words))) == 3
    assert OTHER not in words
    assert f"{BASE}/u/5-abc/" in words
    assert words.count(".gif") == 1
    content = api.find_content(Message.objects.get().pk)
    assert content is not None
    assert content.body_html == HTML


def test_mails_an_order_needs_and_shops_that_do_not_want_it_are_left_alone(
    send: WorkLoop, box: MailboxTransport
) -> None:
    assert "/c/" not in mail_to(make_person(), send, box, kind="transactional")
    set_settings({"tracking.clicks": False, "tracking.opens": False})
    words = mail_to(make_person(), send, box)
    assert "/c/" not in words
    assert ".gif" not in words
    # Nobody can have pressed or opened them, so no rate may count them.
    assert set(Message.objects.values_list("has_link", "has_picture")) == {(False, False)}


def test_a_person_is_led_on_and_counts_a_minute_later(
    send: WorkLoop, box: MailboxTransport, simulated: clock.SimulatedClock
) -> None:
    person = make_person()
    words = mail_to(person, send, box)
    simulated.advance(timedelta(minutes=5))
    parts = urlsplit(press(token_of(words, 0)))
    query = parse_qs(parts.query)
    assert (query["id"], query["n"], parts.fragment) == (["1"], ["2"], "top")
    assert api_addressee(query[tracking.LANDING_FIELD][0]) == f"p{person}@example.com"
    assert press(token_of(words, 1)) == OTHER
    look(words)
    send.run_until_idle()
    assert set(kinds()) == {"opened"}
    simulated.advance(2 * timedelta(minutes=1))
    send.run_until_idle()
    assert set(kinds()) == {"opened", "clicked"}
    numbers = api.engagement([person, 10**9])
    assert (numbers[person].sent, numbers[person].opened, numbers[person].clicked) == (1, 1, 1)
    assert numbers[person].last_clicked_at is not None
    assert list(Message.objects.values_list("has_link", "has_picture")) == [(True, True)]
    assert numbers[10**9].sent == 0


def api_addressee(token: str) -> str:
    found = actions.find_addressee(token, SECRET, clock.now())
    assert found is not None
    return found.email


def test_a_scanner_that_presses_everything_is_never_taken_for_a_person(
    send: WorkLoop, box: MailboxTransport, simulated: clock.SimulatedClock
) -> None:
    person = make_person()
    words = mail_to(person, send, box)
    simulated.advance(timedelta(minutes=5))
    for place in range(3):
        press(token_of(words, place))
        simulated.advance(SECONDS)
    simulated.advance(timedelta(minutes=2))
    send.run_until_idle()
    assert kinds() == {"machine_clicked": {"why": machines.ALL_LINKS}}
    # The person comes later and is heard.
    simulated.advance(timedelta(hours=1))
    press(token_of(words, 1))
    simulated.advance(timedelta(minutes=2))
    send.run_until_idle()
    assert set(kinds()) == {"machine_clicked", "clicked"}
    numbers = api.engagement([person])[person]
    assert (numbers.clicked, numbers.machine_clicked) == (1, 1)


def test_haste_names_and_proxies_are_counted_apart_and_carry_no_word_along(
    send: WorkLoop, box: MailboxTransport, simulated: clock.SimulatedClock
) -> None:
    words = mail_to(make_person(), send, box)
    assert press(token_of(words, 0)) == OWN
    look(words, agent="Mozilla/5.0")
    simulated.advance(timedelta(minutes=5))
    assert press(token_of(words, 0), agent="Barracuda") == OWN
    assert press(token_of(words, 0), method="HEAD") == OWN
    simulated.advance(timedelta(minutes=5))
    send.run_until_idle()
    assert kinds() == {
        "machine_opened": {"why": machines.APPLE},
        "machine_clicked": {"why": machines.EARLY},
    }


def test_a_message_nobody_was_sure_of_has_arrived_when_anything_opens_it(
    send: WorkLoop, box: MailboxTransport
) -> None:
    words = mail_to(make_person(), send, box)
    Message.objects.update(status="unknown")
    look(words, agent="Mozilla/5.0")
    assert Message.objects.get().status == "accepted"


def test_a_link_outlives_its_message_and_tells_nobody(
    send: WorkLoop, box: MailboxTransport
) -> None:
    words = mail_to(make_person(), send, box)
    Message.objects.all().delete()
    assert press(token_of(words, 1)) == OTHER
    assert not Click.objects.exists()
    look(words)
    assert not MessageEvent.objects.exists()


def test_a_copy_that_staff_read_tells_nobody_that_the_mail_was_opened() -> None:
    dot = tracking.pixel("https://shop.example", "secret", 7)
    assert tracking.without_pixel(f"<p>こんにちは</p>{dot}") == "<p>こんにちは</p>"
    assert tracking.without_pixel('<img src="https://shop.example/logo.gif">').startswith("<img")
