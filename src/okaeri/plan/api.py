"""The only door of plan: journeys, their decisions, contents, and the renderer for deliver."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from okaeri.foundation import clock
from okaeri.foundation.errors import NotFoundError
from okaeri.foundation.keyset import Before
from okaeri.foundation.personal import Documents
from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.foundation.warehouse import Warehouse
from okaeri.insight.recommend_types import RecommendedItem
from okaeri.insight.types import LifecycleRules, SegmentView
from okaeri.plan import goals, variants, views
from okaeri.plan.actions import (
    by_hand,
    calendar,
    edit,
    entries,
    for_segment,
    segment_uses,
    subscription_requests,
    switch,
    waiting,
)
from okaeri.plan.actions import variants as variant_actions
from okaeri.plan.actions.following import in_follow
from okaeri.plan.actions.motivation import infer_motivations
from okaeri.plan.actions.offers import like_viewed_by, offers_of
from okaeri.plan.actions.render import PlanRenderer, preview_for
from okaeri.plan.calendar_types import CalendarView, ClassOutlook, EntryIn, EntryView
from okaeri.plan.content.words import Source
from okaeri.plan.domain import completeness
from okaeri.plan.domain.advertising import advertising_in
from okaeri.plan.journeys.definition import SegmentTrigger, parse, read
from okaeri.plan.models import Journey
from okaeri.plan.store import journeys as stored_journeys
from okaeri.plan.store import rights
from okaeri.plan.types import (
    ContentDraft,
    DecisionView,
    DefinitionError,
    EnrolmentView,
    GoalCount,
    JourneyView,
    PatternCheck,
    Preview,
    TemplateError,
    TemplateView,
)
from okaeri.plan.variant_types import VariantLine, VariantPreview, VariantReport

__all__ = [
    "DefinitionError",
    "PlanRenderer",
    "TemplateError",
    "activate",
    "advertising_words",
    "ask_of_subscription",
    "check_completeness",
    "check_definition",
    "count_goal",
    "decisions_of",
    "delete_entry",
    "draft_for_entry",
    "draft_for_segment",
    "end_subscription_request",
    "enrolments_of",
    "enter_by_hand",
    "erase_person",
    "export_person",
    "find_gaps",
    "finish",
    "get_entry",
    "get_journey",
    "get_template",
    "in_care",
    "in_follow",
    "infer_motivations",
    "install_playbooks",
    "journey_keys",
    "latest_decisions",
    "left_out",
    "lint_definition",
    "list_bases",
    "list_contents_for_anyone",
    "list_for_leads",
    "list_journeys",
    "list_like_viewed",
    "list_offers",
    "list_templates",
    "list_variants",
    "live_journeys_asking",
    "live_journeys_of_segment",
    "measure_variants",
    "pause",
    "preset_of",
    "preview",
    "preview_variants",
    "remove_segment",
    "report_variants",
    "restore_entry",
    "save_content",
    "save_definition",
    "save_entry",
    "save_variants",
    "view_calendar",
]
_NO_TEMPLATE = Text("文面「{key}」は存在しません。", 'There is no template "{key}".')


def advertising_words(*texts: str) -> tuple[str, ...]:
    """Give what sounds like an offer in texts that people get without having agreed to advertising."""
    return advertising_in("transactional", *texts)


def install_playbooks(now: datetime) -> None:
    """Bring the shipped contents and playbooks in as drafts; safe to repeat."""
    edit.install_playbooks(now)


def activate(key: str, *, now: datetime, holdout_share: float | None = None) -> None:
    """Let a journey live; DefinitionError when its contents are unknown or sell too early."""
    switch.activate(key, now=now, holdout_share=holdout_share)


def pause(key: str, *, now: datetime | None = None) -> None:
    """Stop a journey and withdraw its messages that have not left; people keep their place."""
    switch.pause(key, now or clock.now())


def finish(key: str, *, now: datetime | None = None) -> None:
    """End a journey for good with its experiment and its walks; going live again begins anew."""
    switch.finish(key, now or clock.now())


def check_completeness() -> list[PatternCheck]:
    """Tell for every kind of customer whether live journeys give entry, goal, exit and a next one."""
    return completeness.check_completeness(
        stored_journeys.all_definitions(), load(LifecycleRules).lapse_days
    )


def list_journeys() -> list[JourneyView]:
    """Give every journey with its head counts, by key."""
    return views.view_journeys(Journey.objects.order_by("id"))


def startable_keys() -> list[str]:
    """Give the keys of journeys that do not run and have somebody to begin with."""
    return waiting.keys_with_people()


def journey_keys() -> frozenset[str]:
    """Give the keys of all journeys, in whatever state."""
    return frozenset(Journey.objects.values_list("key", flat=True))


def get_journey(key: str) -> JourneyView:
    """Give one journey or raise NotFoundError."""
    return views.view_journeys([switch.find_journey(key)])[0]


def preset_of(key: str) -> str:
    """Give the key of the ready-made segment a journey waits at, "" where it waits at none."""
    trigger = parse(get_journey(key).source).trigger
    return trigger.preset if isinstance(trigger, SegmentTrigger) else ""


def list_bases() -> list[tuple[str, Text]]:
    """Give (key, name) of the journeys whose steps can be used for the people of any segment."""
    return for_segment.list_bases()


def live_journeys_of_segment(segment_id: int) -> list[tuple[str, Text]]:
    """Give (key, name) of the live journeys that begin at a segment or choose a content by it."""
    return segment_uses.live_journeys_of(segment_id)


def remove_segment(segment_id: int) -> SegmentView:
    """Put a segment away; refused while another segment's rule or a live journey needs it."""
    return segment_uses.remove_segment(segment_id)


def draft_for_segment(segment_id: int, base: str, *, now: datetime) -> str:
    """Keep a draft that leads a segment's people through the steps of another journey; its key."""
    return for_segment.draft_for_segment(segment_id, base, now)


def list_for_leads() -> list[tuple[str, Text]]:
    """Give (key, name) of the live journeys that care for people who have not bought yet."""
    return by_hand.list_for_leads()


def enter_by_hand(key: str, customer_ids: Collection[int], *, now: datetime) -> int:
    """Let people into a live journey at once, as its re-entry rule allows; how many began."""
    return by_hand.enter_by_hand(key, customer_ids, now)


def count_goal(key: str) -> GoalCount:
    """Give how many of a journey's people reached its main goal, treated and left out."""
    return goals.count_goal(switch.find_journey(key))


def save_definition(source_yaml: str, *, now: datetime) -> JourneyView:
    """Keep a definition as a new edition, or raise DefinitionError and keep nothing."""
    return get_journey(edit.save_definition(source_yaml, now))


def check_definition(source_yaml: str) -> list[Text]:
    """Give every mistake of a definition, including what would forbid it to go live."""
    definition, found = read(source_yaml)
    return found if definition is None else switch.lint(definition)


def lint_definition(key: str) -> list[Text]:
    """Give what forbids the newest edition of a journey to go live; empty when nothing does."""
    return switch.lint(parse(get_journey(key).source))


def decisions_of(customer_id: int, limit: int = 200) -> list[DecisionView]:
    """Give what the engine decided for one customer and why, newest first."""
    return views.view_decisions(customer_id, limit)


def decisions_before(
    customer_ids: Collection[int],
    before: Before | None,
    limit: int,
    *,
    without: Collection[str] = (),
) -> list[DecisionView]:
    """Give a person's newest decisions older than `before` (instant, id), newest first."""
    return views.view_decisions_before(customer_ids, before, limit, without=without)


def latest_decisions(limit: int = 50) -> list[DecisionView]:
    """Give the engine's newest decisions."""
    return views.view_decisions(None, limit)


def enrolments_of(customer_id: int) -> list[EnrolmentView]:
    """Give all walks of one customer, newest first."""
    return views.view_enrolments(customer_id)


def left_out(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those of these people whom a journey under way leaves out on purpose, to compare."""
    return views.left_out(customer_ids)


def in_care(customer_ids: Collection[int]) -> frozenset[int]:
    """Give those of these people whom a journey has under way."""
    return views.in_care(customer_ids)


def live_journeys_asking(attribute: str) -> list[tuple[str, Text]]:
    """Give (key, name) of live journeys that branch on an attribute."""
    return views.live_journeys_asking(attribute)


def view_calendar(now: datetime) -> CalendarView:
    """Give what is planned for each class by day, and where nothing useful is; a year ahead."""
    return calendar.view_calendar(now)


def find_gaps(now: datetime) -> list[ClassOutlook]:
    """Give the classes with people to whom nothing useful comes within the shop's days."""
    return [one for one in calendar.view_calendar(now).outlooks if one.is_gap]


def get_entry(entry_id: int) -> EntryView:
    """Give one entry of the calendar, also one that was put away, or raise NotFoundError."""
    return entries.view_entry(entry_id)


def save_entry(said: EntryIn, entry_id: int | None = None, *, now: datetime) -> int:
    """Keep a new entry of the calendar, or change one; gives its number. InputError for nonsense."""
    return entries.save_entry(said, entry_id, now)


def delete_entry(entry_id: int, *, now: datetime) -> None:
    """Put an entry away; `restore_entry` brings it back."""
    entries.set_deleted(entry_id, now)


def restore_entry(entry_id: int) -> None:
    """Bring an entry back that was put away."""
    entries.set_deleted(entry_id, None)


def list_contents_for_anyone() -> list[tuple[str, Text, str]]:
    """Give (key, name, kind) of the contents an entry can stand for: they suit whoever gets them."""
    return entries.list_contents_for_anyone()


def draft_for_entry(entry_id: int, language: str, *, now: datetime) -> str:
    """Keep a draft journey that sends an entry's content to its classes; its key."""
    return entries.draft_for_entry(entry_id, language, now)


def list_templates() -> list[TemplateView]:
    """Give the newest version of every content, by key."""
    return views.view_templates()


def get_template(key: str) -> TemplateView:
    """Give the newest version of one content or raise NotFoundError."""
    found = [view for view in views.view_templates() if view.key == key]
    if not found:
        raise NotFoundError(_NO_TEMPLATE.format(key=key))
    return found[0]


def preview(template_key: str, customer_id: int) -> Preview:
    """Give a content as one customer would get it now; TemplateError when it cannot be rendered."""
    view = get_template(template_key)
    source = Source(view.key, view.subject, view.body_text, view.body_html)
    return preview_for(source, customer_id)


def list_offers(customer_id: int, *, now: datetime) -> list[RecommendedItem]:
    """Give the products a letter would show somebody now; nobody joins a comparison by this look."""
    return offers_of([customer_id], now, is_look=True)[customer_id]


def list_like_viewed(customer_id: int, *, now: datetime) -> list[RecommendedItem]:
    """Give the products a letter would show somebody now for what he lately looked at."""
    return like_viewed_by([customer_id], now)[customer_id]


def list_variants(key: str, node: str) -> list[VariantLine]:
    """Give who gets which content at a step that sends, in order, everybody else last."""
    return variants.view_lines(key, node)


def preview_variants(key: str, node: str) -> list[VariantPreview]:
    """Give each of a step's contents as somebody would get it whom its line decides for."""
    return variants.preview_lines(key, node)


def report_variants(key: str) -> list[VariantReport]:
    """Give what became of each content of each step that gives several; one report per step."""
    return variants.view_reports(key)


def save_variants(
    key: str, node: str, lines: Sequence[tuple[int, str]], default: str, *, now: datetime
) -> None:
    """Keep (segment, content) in this order and the content of everybody else as a new edition."""
    variant_actions.save_variants(key, node, lines, default, now)


def save_content(draft: ContentDraft, *, now: datetime) -> str:
    """Keep a content that staff wrote; gives its key. InputError, TemplateError where it cannot be."""
    return variant_actions.save_content(draft, now)


def measure_variants(*, warehouse: Warehouse, as_of: date) -> int:
    """Evaluate experiments by the variants of their journeys' steps; gives how many steps."""
    return variant_actions.measure_variants(warehouse, as_of)


def export_person(customer_ids: Sequence[int]) -> dict[str, Documents]:
    """Give a person's walks and every decision with its reason."""
    return rights.export(customer_ids)


def erase_person(customer_ids: Sequence[int], now: datetime) -> dict[str, int]:
    """End a person's walks and forget why, in the caller's transaction; rows by table."""
    return rights.erase(customer_ids, now)


def ask_of_subscription(
    customer_id: int,
    contract_id: int,
    kind: str,
    *,
    months: int = 0,
    came_from: str,
    language: str,
    now: datetime,
) -> None:
    """Keep what a person asks of his own contract, and send him a receipt; again changes nothing.

    Raises NotFoundError for a contract that is not his and InputError for what cannot be asked now.
    """
    subscription_requests.ask(
        customer_id,
        contract_id,
        kind,
        months=months,
        came_from=came_from,
        language=language,
        now=now,
    )


def end_subscription_request(
    request_id: int, *, is_declined: bool = False, by: str, note: str = "", now: datetime
) -> bool:
    """Say that the cart has carried a wish out, or why it cannot, and tell the person by mail.

    Gives whether this call ended it: a wish that had ended so is told to nobody again. Raises
    NotFoundError, and InputError where it ended otherwise or is declined without a reason.
    """
    return subscription_requests.end(request_id, is_declined=is_declined, by=by, note=note, now=now)
