"""One step, several contents by segment: who gets which and why, one report whose sums add up."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pyroaring import BitMap64

from okaeri.customers.models import Customer
from okaeri.deliver import api as deliver
from okaeri.deliver.models import Message, MessageEvent
from okaeri.foundation import clock
from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse, open_warehouse
from okaeri.insight import api as insight
from okaeri.insight.models import Segment
from okaeri.insight.store import segments
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan.journeys.definition import find_problems
from okaeri.plan.models import Decision, Enrolment, JourneyVersion, Template
from okaeri.plan.types import ContentDraft, DefinitionError
from tests.plan.conftest import NOON, Run, Shop
from tests.plan.journeys_for_tests import source_of

pytestmark = pytest.mark.django_db
THANKS, HOW_TO, VOICES = "first_follow_thanks", "first_follow_how_to", "first_follow_voices"
JOURNEY = source_of(
    f"""
  - {{id: hello, send: {{template: {THANKS}}}}}
  - {{id: until_20, wait: {{day: 20}}}}
  - {{id: end, exit: {{}}}}
"""
)

WAITING = JOURNEY.replace("  - {id: hello", "  - {id: wait, wait: {day: 1}}\n  - {id: hello")


def made(name: str, *members: int) -> int:
    number = insight.create_segment(name, {"field": "purchase_count", "op": ">=", "value": 100}).id
    hold(number, *members)
    return number


def hold(number: int, *members: int) -> None:
    """Let a segment hold these people, as its nightly count would."""
    segments.save_members(Segment.objects.get(pk=number), BitMap64(members), NOON)


def put_live(*lines: tuple[int, str], holdout_share: float = 0.0) -> None:
    plan.save_definition(JOURNEY, now=NOON)
    plan.save_variants("tiny", "hello", lines, THANKS, now=NOON)
    plan.activate("tiny", now=NOON, holdout_share=holdout_share)


def letters() -> dict[int, tuple[str, str]]:
    rows = Message.objects.values_list("customer_id", "template_key", "variant")
    return {who: (template, variant) for who, template, variant in rows}


def why(customer_id: int) -> Text:
    (found,) = [
        one.why for one in plan.decisions_of(customer_id) if one.action in ("sent", "held_out")
    ]
    return found


def test_the_first_segment_that_holds_a_person_decides_and_nobody_is_without_a_letter(
    shop: Shop, run_plan: Run
) -> None:
    dry, oily = made("乾燥肌"), made("脂性肌")
    put_live((dry, HOW_TO), (oily, VOICES))
    first, both, second, neither = (shop.order(name) for name in "abcd")
    hold(dry, first, both)
    hold(oily, both, second)
    run_plan()
    assert letters() == {
        first: (HOW_TO, f"segment:{dry}"),
        both: (HOW_TO, f"segment:{dry}"),
        second: (VOICES, f"segment:{oily}"),
        neither: (THANKS, "default"),
    }
    assert "セグメント「乾燥肌」の方に" in why(both).ja
    assert 'the letter for the segment "脂性肌"' in why(second).en
    assert "どのセグメントにも当てはまらない方" in why(neither).ja


def test_who_is_in_a_segment_is_read_once_for_everybody(
    shop: Shop, run_plan: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    dry = made("乾燥肌")
    put_live((dry, HOW_TO))
    people = [shop.order(f"p{number}") for number in range(30)]
    hold(dry, *people[::2])
    asked: list[int] = []
    known = insight.members_among

    def members_among(segment_id: int, ids: set[int]) -> frozenset[int]:
        asked.append(len(ids))
        return known(segment_id, ids)

    monkeypatch.setattr(insight, "members_among", members_among)
    run_plan()
    assert asked == [30]
    assert sum(template == HOW_TO for template, _ in letters().values()) == 15


def test_a_merged_person_is_found_under_whichever_number_the_segment_holds(
    shop: Shop, run_plan: Run
) -> None:
    dry = made("乾燥肌")
    plan.save_definition(WAITING, now=NOON)
    plan.save_variants("tiny", "hello", [(dry, HOW_TO)], THANKS, now=NOON)
    plan.activate("tiny", now=NOON, holdout_share=0.0)
    kept, absorbed = shop.order("a"), shop.order("b", at=NOON - timedelta(days=9))
    run_plan()
    Customer.objects.filter(id=absorbed).update(merged_into=kept)
    hold(dry, absorbed)
    shop.pass_days(2)
    run_plan()
    assert letters() == {kept: (HOW_TO, f"segment:{dry}")}


def test_a_segment_that_is_removed_later_holds_nobody(shop: Shop, run_plan: Run) -> None:
    dry = made("乾燥肌")
    put_live((dry, HOW_TO))
    person = shop.order("a")
    hold(dry, person)
    insight.delete_segment(dry)
    run_plan()
    assert letters() == {person: (THANKS, "default")}
    assert "セグメント" in plan.lint_definition("tiny")[0].ja


def test_a_segment_is_not_removed_while_somebody_walks_an_edition_that_asks_for_it(
    shop: Shop, run_plan: Run
) -> None:
    dry = made("乾燥肌")
    plan.save_definition(WAITING, now=NOON)
    plan.save_variants("tiny", "hello", [(dry, HOW_TO)], THANKS, now=NOON)
    plan.activate("tiny", now=NOON, holdout_share=0.0)
    shop.order("a")
    run_plan()
    plan.save_variants("tiny", "hello", [], THANKS, now=NOON)
    with pytest.raises(InputError):
        plan.remove_segment(dry)
    for days in (3, 30):
        shop.pass_days(days)
        run_plan()
    assert plan.live_journeys_of_segment(dry) == []
    plan.remove_segment(dry)


@pytest.mark.parametrize("wrong", ["unknown", "removed"])
def test_a_segment_that_is_not_there_is_refused(shop: Shop, wrong: str) -> None:
    number = 999
    if wrong == "removed":
        number = made("乾燥肌")
        insight.delete_segment(number)
    plan.save_definition(JOURNEY, now=NOON)
    with pytest.raises(DefinitionError) as error:
        plan.save_variants("tiny", "hello", [(number, HOW_TO)], THANKS, now=NOON)
    assert str(number) in error.value.message.ja
    # Written by hand it may be kept as a draft, but never goes live.
    plan.save_definition(
        JOURNEY.replace(
            "{template: first_follow_thanks}",
            f"{{template: {THANKS}, variants: [{{segment: {number}, template: {HOW_TO}}}]}}",
        ),
        now=NOON,
    )
    with pytest.raises(DefinitionError):
        plan.activate("tiny", now=NOON)


def test_a_content_that_is_not_there_and_a_segment_named_twice_are_refused(shop: Shop) -> None:
    dry = made("乾燥肌")
    plan.save_definition(JOURNEY, now=NOON)
    with pytest.raises(DefinitionError, match="nowhere"):
        plan.save_variants("tiny", "hello", [(dry, "nowhere")], THANKS, now=NOON)
    with pytest.raises(DefinitionError, match="hello"):
        plan.save_variants("tiny", "hello", [(dry, HOW_TO), (dry, VOICES)], THANKS, now=NOON)
    no_default = JOURNEY.replace(
        "{template: first_follow_thanks}", f"{{variants: [{{segment: {dry}, template: {HOW_TO}}}]}}"
    )
    assert "template" in find_problems(no_default)[0].en


def test_people_on_their_way_stay_on_the_edition_they_entered(shop: Shop, run_plan: Run) -> None:
    plan.save_definition(WAITING, now=NOON)
    plan.activate("tiny", now=NOON, holdout_share=0.0)
    before = shop.order("a")
    run_plan()
    dry = made("乾燥肌", before)
    plan.save_variants("tiny", "hello", [(dry, HOW_TO)], THANKS, now=shop.now)
    assert JourneyVersion.objects.filter(journey__key="tiny").count() == 2
    shop.clock.advance(timedelta(hours=1))
    after = shop.order("b")
    hold(dry, before, after)
    run_plan()
    shop.pass_days(2)
    run_plan()
    assert letters() == {before: (THANKS, ""), after: (HOW_TO, f"segment:{dry}")}
    (report,) = plan.report_variants("tiny")
    assert [(row.key, row.meant) for row in report.rows] == [
        (f"segment:{dry}", 1),
        ("default", 0),
        ("", 1),
    ]


@pytest.fixture
def warehouse(shop: Shop, data_dir: Path) -> Iterator[Warehouse]:
    opened = open_warehouse(data_dir / "warehouse")
    yield opened
    opened.close()


@pytest.mark.engine
def test_one_report_whose_sums_add_up_also_after_an_erasure(
    shop: Shop, run_plan: Run, warehouse: Warehouse
) -> None:
    dry = made("乾燥肌")
    put_live((dry, HOW_TO), holdout_share=0.3)
    people = [shop.order(f"p{number}") for number in range(40)]
    hold(dry, *people[:15])
    run_plan()
    sent = Message.objects.filter(status="planned").order_by("id")
    bought = [message.customer_id for message in sent[:6]]
    Message.objects.filter(id__in=sent.values("id")[:20]).update(status="accepted")
    accepted = list(Message.objects.filter(status="accepted").order_by("id"))
    for message in accepted[:7]:
        MessageEvent.objects.create(message=message, kind="opened", occurred_at=shop.now)
    MessageEvent.objects.create(message=accepted[0], kind="clicked", occurred_at=shop.now)
    MessageEvent.objects.create(message=accepted[0], kind="machine_clicked", occurred_at=shop.now)
    shop.pass_days(3)
    for number in [people.index(one) for one in bought]:
        shop.order(f"p{number}")
    shop.pass_days(1)
    insight.sync_warehouse(warehouse)
    as_of = clock.now().date()
    measure.evaluate_all(warehouse=warehouse, as_of=as_of)
    assert plan.measure_variants(warehouse=warehouse, as_of=as_of) == 1

    (report,) = plan.report_variants("tiny")
    assert [row.meant for row in report.rows] == [15, 25]
    assert report.total.meant == 40 == Message.objects.count()
    for row in (*report.rows, report.total):
        parts = (row.sent, row.waiting, row.stopped, row.failed, row.held_out, row.skipped)
        assert row.meant == sum(parts)
    assert (report.total.sent, report.total.opened, report.total.clicked) == (20, 7, 1)
    assert report.total.held_out == Enrolment.objects.filter(arm="holdout").count() > 0
    assert not report.is_touched_before
    assert report.whole is not None
    assert report.elsewhere is not None
    for arm in ("treated", "holdout"):
        for place in (0, 1):
            each = [getattr(row.evaluation.metrics[place], arm) for row in report.rows]  # type: ignore[union-attr]
            each.append(getattr(report.elsewhere.metrics[place], arm))
            whole = getattr(report.whole.metrics[place], arm)
            assert sum(one.customers for one in each) == whole.customers
            assert sum(one.total for one in each) == pytest.approx(whole.total)
    assert report.whole.metrics[0].treated.total == pytest.approx(6 * 5000)
    first = report.rows[0].evaluation
    assert first is not None
    assert first.metrics[0].verdict == "too_few"
    assert first.metrics[0].treated.customers + first.metrics[0].holdout.customers == 15

    plan.erase_person([people[0]], shop.now)
    deliver.erase_person([people[0]], shop.now)
    assert [row.meant for row in plan.report_variants("tiny")[0].rows] == [15, 25]

    # A journey begun anew is reported anew: what it sent before belongs to the experiment before.
    plan.finish("tiny", now=shop.now)
    plan.activate("tiny", now=shop.now)
    (anew,) = plan.report_variants("tiny")
    assert (anew.total.meant, anew.whole) == (0, None)


def test_a_step_passed_over_is_counted_with_its_variant(shop: Shop, run_plan: Run) -> None:
    dry = made("乾燥肌")
    put_live((dry, HOW_TO))
    person = shop.order("a")
    hold(dry, person)
    shop.pass_days(10)
    run_plan()
    assert not letters()
    assert Decision.objects.get(action="skipped").reason["variant"] == f"segment:{dry}"
    (report,) = plan.report_variants("tiny")
    assert [(row.meant, row.skipped) for row in report.rows] == [(1, 1), (0, 0)]


def test_a_letter_before_the_step_is_said(shop: Shop) -> None:
    dry = made("乾燥肌")
    plan.save_definition(
        JOURNEY.replace(
            "  - {id: until_20",
            f"  - {{id: more, send: {{template: {VOICES}}}}}\n  - {{id: until_20",
        ),
        now=NOON,
    )
    plan.save_variants("tiny", "more", [(dry, HOW_TO)], THANKS, now=NOON)
    (report,) = plan.report_variants("tiny")
    assert report.is_touched_before


def test_contents_are_written_in_place_with_a_name_in_both_languages(shop: Shop) -> None:
    draft = ContentDraft("", Text("乾燥肌の方へ", "For dry skin"), "件名", "本文", "useful")
    key = plan.save_content(draft, now=NOON)
    assert plan.get_template(key).name.en == "For dry skin"
    changed = ContentDraft(key, draft.name, "別の件名", "本文", "sales")
    assert plan.save_content(changed, now=NOON) == key
    view = plan.get_template(key)
    # What it is for stays: live journeys were checked by it.
    assert (view.version, view.subject, view.content_kind) == (2, "別の件名", "useful")
    with pytest.raises(InputError, match="in Japanese and in English"):
        plan.save_content(ContentDraft("", Text("名前", ""), "件名", "本文", "useful"), now=NOON)


def _rewritten(key: str, body: str, subject: str = "件名") -> ContentDraft:
    return ContentDraft(key, plan.get_template(key).name, subject, body, "useful")


def test_a_live_letter_is_not_rewritten_into_one_that_never_leaves(shop: Shop) -> None:
    put_live()
    version = plan.get_template(THANKS).version
    with pytest.raises(DefinitionError) as refused:
        plan.save_content(_rewritten(THANKS, "{{ coupon.code }}"), now=NOON)
    assert "「tiny」" in refused.value.message.ja
    assert plan.get_template(THANKS).version == version
    plan.save_content(_rewritten(THANKS, "ありがとうございます"), now=NOON)
    plan.pause("tiny", now=NOON)
    plan.save_content(_rewritten(THANKS, "{{ coupon.code }}"), now=NOON)
    assert plan.get_template(THANKS).version == version + 2


@pytest.mark.parametrize("field", ["coupon.code", "recommended[0].name", "like_viewed[0].url"])
def test_a_letter_everybody_gets_carries_no_offer(shop: Shop, field: str) -> None:
    """Whoever agreed to nothing gets it too: with an offer it would be advertising to them."""
    with pytest.raises(InputError, match="transactional"):
        plan.save_content(_rewritten("form_thanks", f"{{{{ {field} }}}}"), now=NOON)
    assert plan.get_template("form_thanks").version == 1


def test_words_of_an_offer_in_a_letter_everybody_gets_are_named(shop: Shop) -> None:
    words = "初回20%OFF、次回使えるクーポンも。セール中です。A sale: 10% off"
    plan.save_content(_rewritten("form_thanks", words), now=NOON)
    found = plan.get_template("form_thanks").advertising
    assert found == ("20%OFF", "クーポン", "セール", "sale", "10% off")
    plan.save_content(_rewritten("first_follow_thanks", words), now=NOON)
    assert plan.get_template("first_follow_thanks").advertising == ()


def test_shipped_letters_that_everybody_gets_sell_nothing(shop: Shop) -> None:
    found = {one.key: one.advertising for one in plan.list_templates()}
    assert found["form_thanks"] == found["form_confirm"] == ()
    assert not any(found.values())


def test_html_of_its_own_is_never_lost_in_silence(shop: Shop) -> None:
    Template.objects.filter(key=THANKS).update(body_text="本文", body_html="<p>本文</p>")
    with pytest.raises(InputError, match="HTML of its own"):
        plan.save_content(_rewritten(THANKS, "別の本文"), now=NOON)
    plan.save_content(_rewritten(THANKS, "本文", "別の件名"), now=NOON)
    newest = Template.objects.filter(key=THANKS).latest("version")
    assert (newest.subject, newest.body_html) == ("別の件名", "<p>本文</p>")


def test_a_preview_shows_somebody_whom_the_line_decides_for(shop: Shop) -> None:
    first, second = shop.order("a"), shop.order("b")
    dry, oily = made("乾燥肌", first), made("脂性肌", first, second)
    plan.save_definition(JOURNEY, now=NOON)
    plan.save_variants("tiny", "hello", [(dry, HOW_TO), (oily, VOICES)], THANKS, now=NOON)
    previews = plan.preview_variants("tiny", "hello")
    assert [one.customer_id for one in previews[:2]] == [first, second]
    assert all(one.preview and one.preview.subject for one in previews[:2])
    assert previews[2].line.segment is None
