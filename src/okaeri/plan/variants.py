"""What pages see of a step with several contents: its lines, a preview of each, one report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from okaeri.deliver import api as deliver
from okaeri.deliver.types import VariantCount
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.measure import api as measure
from okaeri.measure.types import Evaluation
from okaeri.plan.actions.keys import SOURCE_KIND
from okaeri.plan.actions.render import find_source, preview_for
from okaeri.plan.actions.switch import find_journey
from okaeri.plan.actions.variants import counted_since, find_step
from okaeri.plan.domain.variants import is_touched_before, variant_steps
from okaeri.plan.journeys.definition import Definition
from okaeri.plan.journeys.steps.send import DEFAULT, Send
from okaeri.plan.models import Journey
from okaeri.plan.names import names_of_segments, names_of_templates
from okaeri.plan.store import journeys as store
from okaeri.plan.types import TemplateError
from okaeri.plan.variant_types import VariantLine, VariantPreview, VariantReport, VariantRow

EVERYBODY_ELSE = Text("どれにも当てはまらない方", "Everybody else")
_BEFORE = Text("出し分ける前の版", "Editions before this one")
_GONE = Text("(削除されたセグメント)", "(a removed segment)")
_TOTAL = Text("合計", "Total")
_LOOKED_AT = 500
_WAITING = ("planned", "rendered", "claimed")
# fmt: off
_COUNTED = (
    "meant", "sent", "waiting", "stopped", "failed", "held_out", "skipped", "opened", "clicked",
)
# fmt: on


def view_lines(key: str, node: str) -> list[VariantLine]:
    """Give a step's lines in their order, everybody else last."""
    step = find_step(key, node)
    segments, contents = names_of_segments(), names_of_templates()
    lines = [
        VariantLine(
            one.segment,
            segments.get(one.key, _GONE),
            one.template,
            contents.get(one.template, Text(one.template, one.template)),
        )
        for one in step.variants
    ]
    rest = contents.get(step.template, Text(step.template, step.template))
    return [*lines, VariantLine(None, EVERYBODY_ELSE, step.template, rest)]


def preview_lines(key: str, node: str) -> list[VariantPreview]:
    """Give each line's content as one person would get it whom no earlier line decides for."""
    heads = store.template_heads()
    earlier: list[int] = []
    previews = []
    for line in view_lines(key, node):
        somebody = _somebody(line.segment, earlier)
        source = None
        if line.template_key in heads:
            source = find_source(line.template_key, heads[line.template_key].version)
        preview, problem = None, None
        if somebody is not None and source is not None:
            try:
                preview = preview_for(source, somebody)
            except TemplateError as error:
                problem = error.message
        size = None if line.segment is None else len(insight.segment_members(line.segment))
        previews.append(VariantPreview(line, size, somebody, preview, problem))
        if line.segment is not None:
            earlier.append(line.segment)
    return previews


def _somebody(segment: int | None, earlier: Sequence[int]) -> int | None:
    """Give a customer of a segment (None: of anybody) who is in none of the earlier ones."""
    if segment is None:
        found = [row.customer_id for row in insight.list_customers(limit=_LOOKED_AT).rows]
    else:
        found = list(islice(insight.segment_members(segment), _LOOKED_AT))
    for one in earlier:
        inside = insight.members_among(one, found)
        found = [who for who in found if who not in inside]
    return found[0] if found else None


def view_reports(key: str) -> list[VariantReport]:
    """Give one report per step that gives different contents, in any edition of the journey."""
    journey = find_journey(key)
    editions = store.editions_of(journey.id)
    segments, contents = names_of_segments(), names_of_templates()
    return [
        _report(journey, editions, node, keys, {**segments, **contents})
        for node, keys in variant_steps(editions).items()
    ]


def _report(
    journey: Journey,
    editions: Sequence[Definition],
    node: str,
    keys: Sequence[str],
    names: Mapping[str, Text],
) -> VariantReport:
    since = counted_since(journey.experiment_id)
    counts = deliver.count_variants(SOURCE_KIND, journey.id, node, since=since)
    skipped = store.skipped_variants(journey.id, node, since)
    groups: dict[str, Evaluation] = {}
    whole = None
    if journey.experiment_id is not None:
        groups = measure.list_groups(journey.experiment_id, node)
        whole = measure.find_evaluation(journey.experiment_id)
    others = sorted((counts.keys() | skipped.keys()) - {*keys, ""})
    order = [*keys, *others, *([""] if "" in counts or "" in skipped else [])]
    rows = [
        _row(one, names, counts.get(one), skipped.get(one, 0), groups.get(one) if one else None)
        for one in order
    ]
    newest = editions[0].nodes.get(node)
    step = newest.step if newest else None
    return VariantReport(
        node=node,
        label=names.get(step.template, Text(node, node))
        if isinstance(step, Send)
        else Text(node, node),
        rows=tuple(rows),
        total=_total(rows),
        elsewhere=groups.get(""),
        whole=whole,
        is_touched_before=any(
            is_touched_before(one, node) for one in editions if node in one.nodes
        ),
        as_of=next((one.as_of for one in groups.values()), None),
        is_in_use=isinstance(step, Send) and bool(step.variants),
    )


def _row(
    key: str,
    names: Mapping[str, Text],
    count: VariantCount | None,
    skipped: int,
    evaluation: Evaluation | None,
) -> VariantRow:
    at = count.by_status if count else {}
    name = EVERYBODY_ELSE if key == DEFAULT else names.get(key, _GONE) if key else _BEFORE
    return VariantRow(
        key=key,
        name=name,
        meant=sum(at.values()) + skipped,
        sent=at.get("accepted", 0),
        waiting=sum(at.get(one, 0) for one in _WAITING),
        stopped=at.get("suppressed", 0) + at.get("expired", 0),
        failed=at.get("rejected", 0) + at.get("unknown", 0),
        held_out=at.get("held_out", 0),
        skipped=skipped,
        opened=count.opened if count else 0,
        clicked=count.clicked if count else 0,
        evaluation=evaluation,
    )


def _total(rows: Sequence[VariantRow]) -> VariantRow:
    sums = {name: sum(getattr(row, name) for row in rows) for name in _COUNTED}
    return replace(VariantRow("total", _TOTAL), **sums)
