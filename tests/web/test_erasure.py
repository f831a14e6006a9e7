"""Somebody is forgotten everywhere: every table, every file, and a restored backup."""

import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from okaeri.customers import api as customers
from okaeri.customers.models import Customer, Erasure
from okaeri.deliver.models import Content, Message
from okaeri.foundation import clock
from okaeri.foundation.models import DutyState, Job
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.intake.models import (
    Delivery,
    Form,
    FormEntry,
    ImportRun,
    Inquiry,
    Order,
    Party,
    RejectedRow,
    Review,
)
from okaeri.intake.types import (
    CallIn,
    InquiryIn,
    LineIn,
    OrderIn,
    PartyIn,
    PaymentIn,
    SubscriptionIn,
)
from okaeri.intake.voice_types import ReviewIn, SurveyAnswerIn
from okaeri.intake.webhooks.sealing import unseal
from okaeri.listen import api as listen
from okaeri.web.models import ApiKey, StoredReply
from okaeri.web.pages.privacy.words import TABLE_NAMES
from okaeri.web.rights.dossier import build_dossier
from okaeri.web.rights.erasing import erase_everywhere, finish_erasures, preview_erasure
from okaeri.web.rights.exporting import as_zip, export_everything
from tests.intake.deliveries import SECRET, as_raw, shopify_headers, shopify_order
from tests.web import shop

pytestmark = pytest.mark.django_db
HIM = PartyIn(
    member_no="M77777",
    email="Kazutoyo.Ichimonji@example.invalid",
    phone="090-7654-3210",
    family_name="一文字",
    given_name="和豊",
    family_kana="イチモンジ",
    given_kana="カズトヨ",
    postal_code="602-8570",
    prefecture="京都府",
    address="京都市上京区下立売通新町西入987",
    email_opt_in=True,
)
WORDS = frozenset(
    (
        *("kazutoyo", "09076543210", "090-7654-3210", "一文字", "和豊", "イチモンジ", "カズトヨ"),
        *("新町西入987", "m77777", "602-8570"),
    )
)


class Restored(Exception):
    """The database is as it was before; the data folder is not."""


def _order(number: str, at: datetime, party: PartyIn = HIM) -> OrderIn:
    line = LineIn("LOTION", "Lotion", 1, 4800, 4800)
    return OrderIn(
        source="shop",
        order_no=number,
        ordered_at=at,
        status="accepted",
        party=party,
        lines=(line,),
        total_minor=4800,
        extra={"お届け先": "一文字 和豊"},
    )


@pytest.fixture
def him(living_shop: None) -> int:
    """A customer with something in every corner of the shop, some of it only he could find."""
    early = clock.now() - timedelta(days=9)
    intake.record_orders([_order("H-1", early), _order("H-2", early + timedelta(days=3))])
    shop.resolve()
    person = Customer.objects.get(email__istartswith="kazutoyo")
    party = Party.objects.get(email__istartswith="kazutoyo")
    message = Message.objects.exclude(status="planned").first()
    assert message is not None
    Message.objects.filter(id=message.id).update(
        customer_id=person.pk,
        address=person.email,
        transport_reply=f"250 {person.email} ok",
        reason={"code": "rejected", "reply": f"550 {person.email}"},
        context={"who": "一文字"},
    )
    Content.objects.update_or_create(
        message_id=message.id,
        defaults={"subject": "一文字様へ", "body_text": "和豊さん", "body_html": "<p>和豊さん</p>"},
    )
    _into_the_mailbox(message.id, person.email)
    run = ImportRun.objects.create(filename="x.csv", sha256="", connector="", created_at=early)
    RejectedRow.objects.create(
        run=run,
        line_no=3,
        code="x",
        reason={"ja": "「090-7654-3210」", "en": "x"},
        raw=["1", "一文字", "和豊"],
    )
    Inquiry.objects.create(
        source="s",
        inquiry_no="1",
        party=party,
        medium="mail",
        kind="question",
        status="open",
        subject="一文字です",
        body="新町西入987に届きません",
        opened_at=early,
        changed_at=early,
        change_no=1,
    )
    _voices(party)
    _other_columns(party)
    listen.ask_for_call(person.pk, note="一文字様に電話", by="mika", now=early)
    form = Form.objects.create(
        key="f", kind="signup", definition={}, created_at=early, changed_at=early
    )
    entry = FormEntry.objects.create(
        form=form,
        form_version=1,
        token="t",
        status="waiting",
        created_at=early,
        expires_at=early,
        change_no=1,
        answers={"mail": "kazutoyo.ichimonji@example.invalid"},
    )
    _mail_to_confirm(entry.pk)
    _failed_delivery(early)
    Job.objects.create(
        kind="x", status="done", payload={"for": "一文字 和豊"}, created_at=early, run_after=early
    )
    DutyState.objects.create(name="x", last_error="550 kazutoyo.ichimonji@example.invalid")
    key = ApiKey.objects.create(
        name="k", prefix="k", sha256="k", scopes=[], created_at=early, created_by="x"
    )
    StoredReply.objects.create(
        api_key=key, key="1", request_sha256="1", body='{"name": "一文字 和豊"}', created_at=early
    )
    _upload("1,一文字 和豊,09076543210\r\n2,別の 花子,0312345678\r\n")
    shop.refresh(settings.OKAERI.warehouse_dir)
    insight.create_segment("みんな", {"field": "net_minor", "op": ">=", "value": 0})
    return person.pk


def _voices(party: Party) -> None:
    """What he wrote in other tools, one review known only by his order."""
    mine = PartyIn(email=party.email)
    at = party.seen_at
    intake.record_reviews(
        [
            ReviewIn("r", "1", 5, at, at, mine, title="一文字です", extra={"名前": "和豊"}),
            ReviewIn("r", "2", 1, at, at, order_no="H-2", body="新町西入987に届きません"),
        ]
    )
    intake.record_survey_answers(
        [SurveyAnswerIn("s", "1", "夏", "お名前は", "一文字 和豊", at, at, mine)]
    )


def _other_columns(party: Party) -> None:
    """What files had about him in columns nobody knows."""
    Party.objects.filter(id=party.id).update(extra={"紹介者": "一文字 和豊"})
    at, mine, extra = party.seen_at, PartyIn(email=party.email), {"宛名": "一文字 和豊"}
    intake.record_subscriptions([SubscriptionIn("s", "1", "active", at, mine, extra=extra)])
    intake.record_calls([CallIn("s", "1", "out", "answered", at, at, mine, extra=extra)])
    intake.record_inquiries(
        [InquiryIn("s", "2", "mail", "question", "open", at, at, mine, extra=extra)]
    )
    intake.record_payments([PaymentIn("shop", "H-1", "paid", at, extra=extra)])


@pytest.fixture
def him_foretold(him: int) -> int:
    """The same customer, with all that analyses and predictions keep of a person."""
    shop.refresh(settings.OKAERI.warehouse_dir, Depth.ALL)
    return him


def _mail_to_confirm(entry_id: int) -> None:
    """As forms send it: to somebody who is no customer yet, named by the entry."""
    one = (
        Message.objects.exclude(customer_id__lt=0).exclude(address__istartswith="kazutoyo").first()
    )
    assert one is not None
    Message.objects.filter(id=one.pk).update(
        customer_id=-entry_id, address="kazutoyo.ichimonji@example.invalid", status="planned"
    )
    Content.objects.update_or_create(
        message_id=one.pk, defaults={"subject": "一文字様", "body_text": "", "body_html": ""}
    )


def _failed_delivery(at: datetime) -> None:
    """What a shop sent in a currency that cannot be stored: his, and another's."""
    source = intake.create_connection("本店", "shopify", secret=SECRET)[0]
    for number, email in ((1, "kazutoyo.ichimonji@example.invalid"), (2, "hanako@example.invalid")):
        raw = as_raw(shopify_order(number, currency="USD", email=email))
        headers = shopify_headers(raw, "orders/create", f"d-{number}")
        assert intake.receive(source.key, headers, raw, at).outcome == "failed"


def _upload(rows: str) -> Path:
    folder = Path(settings.OKAERI.data_dir) / "uploads" / "queued"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "waiting").write_bytes(f"注文番号,氏名,電話\r\n{rows}".encode("cp932"))
    return folder / "waiting"


def _into_the_mailbox(message_id: int, address: str) -> None:
    path = Path(settings.OKAERI.data_dir) / "mailbox.db"
    raw = zlib.compress(f"To: {address}\r\n\r\n一文字様".encode())
    with sqlite3.connect(path) as box:
        box.execute(
            "INSERT INTO mail (key, message_id, address, subject, sent_at, raw) VALUES "
            "('k', ?, ?, '一文字様へ', '2026-01-01T00:00:00+00:00', ?)",
            (message_id, address, raw),
        )
    box.close()


def _texts_of_the_database() -> Iterator[tuple[str, str]]:
    """Every value of every column of every table, JSON put into plain letters."""
    for model in apps.get_models(include_auto_created=True):
        columns = [field.attname for field in model._meta.concrete_fields]
        for row in model._default_manager.values_list(*columns):
            for name, value in zip(columns, row, strict=True):
                if isinstance(value, bytes | memoryview):
                    value = bytes(value).decode("utf-8", "ignore")
                if model is Delivery and name == "payload":
                    # Encrypted is not erased: whoever has the key can read it.
                    value = unseal(str(value))
                text = json.dumps(value, ensure_ascii=False, default=str)
                yield f"{model.__name__}.{name}", text.lower()


def _hits_in_the_database() -> set[str]:
    return {
        f"{place}: {word}"
        for place, text in _texts_of_the_database()
        for word in WORDS
        if word in text
    }


def _hits_in_the_folder() -> set[str]:
    """Every file of the data folder as bytes in each encoding, compressed mails opened."""
    hits = set()
    for path in Path(settings.OKAERI.data_dir).rglob("*"):
        if not path.is_file() or path.name == "okaeri.db":
            continue
        parts = [path.read_bytes()]
        if path.name == "mailbox.db":
            with sqlite3.connect(path) as box:
                parts += [zlib.decompress(row[0]) for row in box.execute("SELECT raw FROM mail")]
        for word in WORDS:
            forms = {word.encode(codec) for codec in ("utf-8", "cp932", "utf-16-le")}
            forms.add(json.dumps(word)[1:-1].encode())
            if any(form in part.lower() for part in parts for form in forms):
                hits.add(f"{path.name}: {word}")
    return hits


@pytest.mark.covers("G-13")
def test_after_an_erasure_no_table_and_no_file_knows_the_person(him_foretold: int) -> None:
    assert len({hit.split(".")[0] for hit in _hits_in_the_database()}) > 10
    assert _hits_in_the_folder()
    orders = Order.objects.count()
    born_with_the_shop = datetime(2001, 2, 3, tzinfo=UTC)
    Party.objects.update(registered_at=born_with_the_shop, known_at=born_with_the_shop)
    Customer.objects.update(known_at=born_with_the_shop)
    done = erase_everywhere(him_foretold, clock.now())
    assert not Party.objects.filter(fingerprint__startswith="erased:", known_at__year=2001).exists()
    assert not Party.objects.filter(
        fingerprint__startswith="erased:", registered_at__isnull=False
    ).exists()
    nobody = Customer.objects.get(id=him_foretold)
    assert nobody.known_at == nobody.created_at
    assert _hits_in_the_database() == set()
    assert _hits_in_the_folder() == set()
    assert Order.objects.count() == orders
    # Another's failed delivery can still be tried again.
    assert Delivery.objects.exclude(payload="").count() == 1
    assert not Message.objects.filter(customer_id__lt=0, status="planned").exists()
    assert customers.purchase_history([him_foretold])[him_foretold][0].net_minor == 4800
    assert done.counts["orders"] == 2


def test_the_warehouse_forgets_where_his_orders_went_at_once(him: int) -> None:
    his = set(
        Order.objects.filter(party__email__istartswith="kazutoyo").values_list("id", flat=True)
    )
    before = _areas()
    assert {before[number] for number in his} == {("京都府", "602")}
    erase_everywhere(him, clock.now())
    assert _areas() == {number: area for number, area in before.items() if number not in his}
    shop.refresh(settings.OKAERI.warehouse_dir)
    assert ("京都府", "602") not in {_areas().get(number) for number in his}


def _areas() -> dict[int, tuple[str, str]]:
    warehouse = open_warehouse(settings.OKAERI.warehouse_dir)
    try:
        rows = warehouse.collect(warehouse.table("order_areas")).to_pylist()
    finally:
        warehouse.close()
    return {row["order_id"]: (row["prefecture"], row["postal3"]) for row in rows}


def test_every_table_that_keeps_a_person_has_a_name_in_both_languages(him_foretold: int) -> None:
    unnamed = {name for name in preview_erasure(him_foretold) if name not in TABLE_NAMES}
    assert unnamed == set()


def test_nobody_else_loses_anything(him_foretold: int) -> None:
    before = (
        Customer.objects.exclude(id=him_foretold).order_by("id").values_list("name_key", "email")
    )
    known = list(before)
    run = ImportRun.objects.latest("id")
    RejectedRow.objects.create(
        run=run, line_no=4, code="x", reason={"ja": "x", "en": "x"}, raw=["2", "一文字屋", "花子"]
    )
    waiting = _upload("1,一文字 和豊,09076543210\r\n2,一文字屋 花子,0312345678\r\n")
    erase_everywhere(him_foretold, clock.now())
    assert list(before.all()) == known
    assert RejectedRow.objects.count() == 1
    assert "一文字屋 花子" in waiting.read_bytes().decode("cp932")
    waiting.unlink()


def test_segments_and_their_later_counts_leave_the_person_out(him: int) -> None:
    segment = Segment.objects.get(name="みんな")
    assert him in insight.segment_members(segment.pk)
    erase_everywhere(him, clock.now())
    assert him not in insight.segment_members(segment.pk)
    again = insight.create_segment("あとで", {"field": "net_minor", "op": ">=", "value": 0})
    assert him not in insight.segment_members(again.id)


def test_an_old_file_does_not_bring_the_person_back(him: int) -> None:
    people = Customer.objects.count()
    party = Party.objects.get(id=Review.objects.get(review_no="1").party_id or 0)
    erase_everywhere(him, clock.now())
    voices = Review.objects.count()
    _voices(party)
    old = clock.now() - timedelta(days=400)
    intake.record_orders([_order("H-1", clock.now() - timedelta(days=9)), _order("H-0", old)])
    shop.resolve()
    assert _hits_in_the_database() == set()
    assert Review.objects.count() == voices
    assert Customer.objects.count() == people
    assert len(customers.purchase_history([him])[him]) == 3


@pytest.mark.parametrize("was_written_to", [True, False])
def test_who_orders_anew_is_a_new_customer_and_his_no_still_counts(
    him: int, was_written_to: bool
) -> None:
    """A no outlives the proofs: it is kept as a hash even where the law asks for nothing."""
    if was_written_to:
        Message.objects.filter(customer_id=him).update(
            status="accepted", content_kind="useful", claimed_at=clock.now()
        )
    else:
        Message.objects.filter(customer_id=him).update(status="rejected")
    customers.record_consent(
        him,
        channel="email",
        action="withdrawn",
        basis="opt_in",
        source="one_click",
        occurred_at=clock.now(),
    )
    erase_everywhere(him, clock.now())
    intake.record_orders([_order("H-9", clock.now() + timedelta(days=2))])
    shop.resolve()
    (back,) = Customer.objects.filter(email__istartswith="kazutoyo")
    assert back.pk != him
    (point,) = customers.contact_points_of(back.pk)
    assert point.consent == "withdrawn"


def test_a_restored_backup_is_cleaned_again(him: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database forgets the erasure; the list in the data folder does not."""
    inside = len(connection.savepoint_ids)
    held, waited_inside = Warehouse.held, []

    def hold(self: Warehouse) -> AbstractContextManager[None]:
        waited_inside.append(len(connection.savepoint_ids) - inside)
        return held(self)

    def erase_and_restore() -> None:
        with transaction.atomic():
            erase_everywhere(him, clock.now())
            raise Restored

    with pytest.raises(Restored):
        erase_and_restore()
    assert _hits_in_the_database()
    assert not Erasure.objects.exists()
    monkeypatch.setattr(Warehouse, "held", hold)
    assert finish_erasures(clock.now()) == 1
    # A refresh takes the warehouse first, too: neither waits for the other with rows in its hands.
    assert waited_inside == [0]
    assert _hits_in_the_database() == set()
    assert finish_erasures(clock.now()) == 0


def test_a_number_that_was_given_to_somebody_else_after_a_restore_is_left_alone(
    him: int, browser_of_staff: Client
) -> None:
    erase_everywhere(him, clock.now())
    Erasure.objects.all().delete()
    other = PartyIn(email="other@example.invalid", family_name="別", given_name="人")
    intake.record_orders([_order("O-1", clock.now() + timedelta(days=1), other)])
    shop.resolve()
    stranger = Customer.objects.get(email="other@example.invalid")
    later = clock.now() + timedelta(days=1)
    Customer.objects.filter(id=stranger.pk).update(created_at=later)
    path = Path(settings.OKAERI.data_dir) / "erasures.jsonl"
    line = json.loads(path.read_text())
    path.write_text(json.dumps({**line, "customer_id": stranger.pk}) + "\n")
    finish_erasures(clock.now())
    stranger.refresh_from_db()
    assert stranger.family_name == "別"
    assert stranger.pk not in customers.erased_ids()
    # Old orders of the one who was erased are not put down to him either.
    intake.record_orders([_order("H-0", clock.now() - timedelta(days=400))])
    shop.resolve()
    assert len(customers.purchase_history([stranger.pk])[stranger.pk]) == 1


def test_an_old_file_after_a_restore_is_counted_under_nobody(living_shop: None) -> None:
    """The backup is older than the person, and no number of his is known any more."""
    old = _order("H-0", clock.now() - timedelta(days=400))
    try:
        with transaction.atomic():
            intake.record_orders([old])
            shop.resolve()
            person = Customer.objects.get(email__istartswith="kazutoyo")
            erase_everywhere(person.pk, clock.now())
            raise Restored
    except Restored:
        pass
    assert finish_erasures(clock.now()) == 1
    intake.record_orders([old])
    shop.resolve()
    assert _hits_in_the_database() == set()
    (nobody,) = customers.erased_ids()
    assert len(customers.purchase_history([nobody])[nobody]) == 1


def test_the_proof_is_sealed_until_its_day_and_then_goes(him: int) -> None:
    Message.objects.filter(customer_id=him).update(
        status="accepted", content_kind="useful", claimed_at=clock.now()
    )
    erase_everywhere(him, clock.now())
    row = Erasure.objects.get()
    assert row.proof_until is not None
    assert row.proof["consents"][0]["action"] == "granted"
    assert customers.drop_due_proofs(row.proof_until) == 0
    assert customers.drop_due_proofs(row.proof_until + timedelta(days=1)) == 1
    row.refresh_from_db()
    assert row.proof["consents"] == []


def test_a_person_gets_everything_in_one_archive(him_foretold: int) -> None:
    tables = export_everything(customers.gather_person(him_foretold))
    archive = zipfile.ZipFile(BytesIO(as_zip(tables)))
    document = json.loads(archive.read("person.json"))
    assert document["customers"][0]["family_name"] == "一文字"
    assert {"orders", "messages", "message_contents", "inquiries", "consents"} <= set(document)
    assert {one["stars"] for one in document["reviews"]} == {5, 1}
    assert document["survey_answers"][0]["answer"] == "一文字 和豊"
    assert "orders.csv" in archive.namelist()
    assert preview_erasure(him_foretold)["orders"] == 2


def test_every_advertisement_stands_beside_the_consent_in_force(living_shop: None) -> None:
    sent = Message.objects.filter(status="accepted").exclude(content_kind="transactional")
    person = sent.values_list("customer_id", flat=True)[0]
    dossier = build_dossier(customers.gather_person(person))
    assert dossier.proofs
    assert dossier.proven == len(dossier.proofs)
    assert all(p.consent and p.consent.occurred_at <= p.message.sent_at for p in dossier.proofs)
