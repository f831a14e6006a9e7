"""Forms as people meet them: filled in, caught by mistake, confirmed from the mail, the file handed out."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from okaeri.customers import api as customers
from okaeri.deliver import duties as deliver_duties
from okaeri.deliver.channels.email.channel import EmailChannel
from okaeri.deliver.channels.email.mailbox import MailboxTransport
from okaeri.deliver.models import Content
from okaeri.deliver.types import Links
from okaeri.foundation import clock
from okaeri.foundation.work.loop import WorkLoop
from okaeri.intake import api as intake
from okaeri.intake.models import FormEntry, FormTally, Party
from okaeri.plan import api as plan
from okaeri.plan import duties as plan_duties
from okaeri.web.public import forms as form_views
from okaeri.web.rate import PerMinute
from tests.intake.forms_for_tests import PDF, a_file, definition, name_the_shop, open_form
from tests.web.shop import END, resolve

pytestmark = pytest.mark.django_db
STATIC = Path(__file__).resolve().parents[2] / "src/okaeri/web/static/okaeri"


class Visitor:
    """Somebody with a phone and no account."""

    def __init__(self, now: clock.SimulatedClock, mailbox: Path) -> None:
        self.clock = now
        self.client = Client(headers={"accept-language": "ja"})
        channel = EmailChannel(MailboxTransport(mailbox))
        links = Links(base_url="http://testserver", secret=settings.SECRET_KEY)
        renderer = plan.PlanRenderer(secret=settings.SECRET_KEY, base_url="http://testserver")
        sending = deliver_duties.duties(renderer=renderer, channels={"email": channel}, links=links)
        self._loop = WorkLoop((*plan_duties.duties(), *sending))

    def open(self, path: str = "/f/letter/") -> dict[str, str]:
        """Open the form; gives its hidden values."""
        html = self.client.get(path).content.decode()
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))

    def send(self, path: str = "/f/letter/", *, after: float = 20, **typed: Any) -> Any:
        """Open the form, type for a while, send it."""
        hidden = self.open(path)
        self.clock.advance(timedelta(seconds=after))
        return self.client.post(
            path, {**hidden, "email": "hana@example.com", "agree": "yes", **typed}
        )

    def work(self) -> None:
        """Let the worker do what is due."""
        resolve()
        self._loop.run_until_idle()

    def link(self, kind: str) -> str:
        """The newest link of a kind in the mails."""
        texts = Content.objects.order_by("-message_id").values_list("body_text", flat=True)
        found = re.search(rf"http://testserver(/f/{kind}/\S+)", "\n".join(texts))
        assert found
        return found[1]


@pytest.fixture
def visitor(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(form_views, "_posts", PerMinute())
    now = clock.SimulatedClock(END)
    clock.set_clock(now)
    name_the_shop()
    plan.install_playbooks(END)
    return Visitor(now, tmp_path / "mailbox.db")


@pytest.mark.covers("Q-23")
def test_a_newsletter_is_subscribed_to_with_double_opt_in(visitor: Visitor) -> None:
    open_form()
    answer = visitor.send(family_name="山田", q_worry=["乾燥"]).content.decode()
    assert "確認のメール" in answer
    visitor.work()
    assert customers.count_customers() == 0
    link = visitor.link("confirm")
    for _ in range(3):
        page = visitor.client.get(link)
        assert "h***@example.com" in page.content.decode()
    assert FormEntry.objects.get().status == "waiting"
    done = visitor.client.post(link).content.decode()
    assert "ご登録ありがとうございます" in done
    visitor.work()
    (person,) = customers.search_customers("hana@example.com")
    assert customers.list_contact_points([person.id], "email")[person.id].may_be_written
    entry = FormEntry.objects.get()
    assert (entry.media_code, entry.tags) == ("web", ["newsletter", "乾燥"])
    assert Party.objects.get().source == "form:letter"


@pytest.mark.covers("G-17")
def test_a_document_is_handed_out_and_its_follow_up_begins(visitor: Visitor) -> None:
    open_form("guide", "document", file=a_file(), must_agree=False)
    plan.activate("lead_follow", now=END, holdout_share=0.0)
    visitor.send("/f/guide/?utm_source=instagram")
    visitor.work()
    done = visitor.client.post(visitor.link("confirm")).content.decode()
    visitor.work()
    assert visitor.link("file") in done
    seen = visitor.client.get(visitor.link("file")).content.decode()
    assert "肌の教科書.pdf" in seen
    assert intake.get_form("guide").downloads == 0
    given = visitor.client.post(visitor.link("file"))
    assert given.getvalue() == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert intake.get_form("guide").downloads == 1
    assert FormEntry.objects.get().media_code == "instagram"
    (person,) = customers.search_customers("hana@example.com")
    (walk,) = plan.enrolments_of(person.id)
    assert walk.journey_key == "lead_follow"
    visitor.clock.advance(timedelta(days=15))
    late = visitor.client.post(visitor.link("file"))
    assert late.status_code == 410
    assert "期限が切れました" in late.content.decode()


def test_what_was_typed_stays_and_every_mistake_stands_beside_its_field(visitor: Visitor) -> None:
    open_form(needs={"name": "required", "phone": "optional"})
    page = visitor.send(
        email="hana@", phone="12", family_name="山田<b>", q_worry=["シミ"], agree=""
    )
    html = page.content.decode()
    assert page.status_code == 400
    for name in ("email", "phone", "given_name", "agree"):
        assert f'id="{name}-problem"' in html
        assert f'aria-describedby="{name}-problem"' in html
    assert 'value="hana@"' in html
    assert "山田&lt;b&gt;" in html
    assert 'value="シミ" checked' in html
    assert 'name="agree" value="yes" aria-invalid' in html
    assert not FormEntry.objects.exists()


def test_the_box_is_never_ticked_beforehand(visitor: Visitor) -> None:
    open_form()
    html = visitor.client.get("/f/letter/?agree=yes").content.decode()
    assert "checked" not in html
    assert html.count("<label") >= 6


def test_nobody_learns_whether_an_address_is_known(visitor: Visitor) -> None:
    open_form()
    first = visitor.send().content
    visitor.work()
    visitor.client.post(visitor.link("confirm"))
    visitor.work()
    again = visitor.send()
    stranger = visitor.send(email="new@example.com")
    assert first == again.content == stranger.content
    beyond = [visitor.send().content for _ in range(4)]
    assert set(beyond) == {first}


def test_whoever_is_caught_by_mistake_is_told_and_gets_through_at_the_second_press(
    visitor: Visitor,
) -> None:
    open_form()
    fast = visitor.send(after=0)
    assert fast.status_code == 400
    html = fast.content.decode()
    assert "もう一度ボタンを押してください" in html
    assert 'value="hana@example.com"' in html
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
    visitor.clock.advance(timedelta(seconds=3))
    assert (
        visitor.client.post(
            "/f/letter/", {**hidden, "email": "hana@example.com", "agree": "yes"}
        ).status_code
        == 200
    )
    trapped = visitor.send(website="http://spam.example")
    assert "そのままもう一度送信" in trapped.content.decode()
    old = visitor.send(after=13 * 3600)
    assert "時間がたっていました" in old.content.decode()
    forged = visitor.send(shown="1.1700000000.abc")
    assert forged.status_code == 400
    counted = dict(FormTally.objects.values_list("kind", "count"))
    assert counted == {"too_fast": 1, "trap": 1, "stale": 2}
    assert FormEntry.objects.count() == 1


def test_the_words_that_count_are_the_words_that_were_shown(visitor: Visitor) -> None:
    open_form()
    hidden = visitor.open()
    intake.save_form("letter", "signup", definition(tags=("other",)))
    visitor.clock.advance(timedelta(seconds=20))
    answer = visitor.client.post(
        "/f/letter/", {**hidden, "email": "hana@example.com", "agree": "yes"}
    )
    assert "新しくなりました" in answer.content.decode()
    assert not FormEntry.objects.exists()


def test_an_expired_link_offers_a_new_mail(visitor: Visitor) -> None:
    open_form()
    visitor.send()
    visitor.work()
    link = visitor.link("confirm")
    visitor.clock.advance(timedelta(hours=49))
    over = visitor.client.get(link)
    assert over.status_code == 410
    assert "もう一度送る" in over.content.decode()
    assert visitor.client.post(link).status_code == 410
    assert "もう一度お送りしました" in visitor.client.post(link, {"again": "1"}).content.decode()
    visitor.work()
    assert Content.objects.count() == 2
    assert "完了しました" in visitor.client.post(link).content.decode()


def test_a_flood_from_one_connection_is_stopped(visitor: Visitor) -> None:
    open_form()
    answers = [visitor.send(email=f"a{n}@example.com").status_code for n in range(32)]
    assert answers[:20] == [200] * 20
    assert set(answers[20:]) == {429}
    assert FormEntry.objects.count() == 20


def test_only_the_forms_own_origins_may_embed_it(visitor: Visitor) -> None:
    open_form(origins=("https://shop.example",))
    page = visitor.client.get("/f/letter/?frame=1")
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://shop.example;" in policy
    assert "X-Frame-Options" not in page.headers
    assert "form-frame.js" in page.content.decode()
    assert page.cookies == {}
    other = visitor.client.get("/login/")
    assert "frame-ancestors 'self';" in other.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/f/nothing/", "/f/confirm/1-abc/", "/f/file/x/", "/f/confirm/é/"]
)
def test_links_we_never_made_lead_nowhere(visitor: Visitor, path: str) -> None:
    assert visitor.client.get(path).status_code == 404
    assert visitor.client.post(path).status_code == 404


def test_a_closed_form_says_so(visitor: Visitor) -> None:
    open_form()
    intake.switch_form("letter", is_open=False)
    page = visitor.client.get("/f/letter/")
    assert page.status_code == 410
    assert "終了しました" in page.content.decode()


def test_the_form_speaks_english_too(visitor: Visitor) -> None:
    open_form()
    visitor.client = Client(headers={"accept-language": "en-GB,en"})
    html = visitor.client.get("/f/letter/").content.decode()
    assert "Our letter" in html
    visitor.send()
    assert FormEntry.objects.get().wording.startswith("I agree to receive advertising")


def test_the_script_is_small_and_asks_nobody_else() -> None:
    script = (STATIC / "form-embed.js").read_text()
    assert len(script.encode()) < 3 * 1024
    assert "http" not in script
    assert "cookie" not in script
