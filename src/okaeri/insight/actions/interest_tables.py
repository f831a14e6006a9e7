"""What interests are made of: topics of the shop's categories, pages and links looked at, own answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from okaeri.customers import api as customers
from okaeri.insight.actions.segment_tables import find_fact, find_recent_events
from okaeri.insight.analyses.sources import Sources
from okaeri.insight.domain.interests import Attention, topics_of

_LOOKED = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("day", pa.date32()),
        ("sku", pa.string()),
        ("category", pa.string()),
    ]
)
_VIEWED = _LOOKED.append(pa.field("identified_on", pa.date32()))
_TOPICS = pa.schema(
    [
        ("topic", pa.int64()),
        ("name", pa.string()),
        ("level", pa.int64()),
        ("share", pa.float64()),
    ]
)
_OF_CATEGORY = pa.schema([("category", pa.string()), ("topic", pa.int64())])
_SAID = pa.schema([("customer_id", pa.int64()), ("topic", pa.int64())])
_WORDS = pa.schema([("word", pa.string()), ("topic", pa.int64())])
_CHOICES = pa.schema([("key", pa.string()), ("text", pa.string()), ("topic", pa.int64())])


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics by number with their level, and which of them each category of products stands in."""

    names: Sequence[str]
    levels: np.ndarray
    by_category: Mapping[str, list[int]]

    def numbers_of(self, category: str) -> list[int]:
        """Give the topics a category stands in, the widest first."""
        known = self.by_category.get(category)
        if known is not None:
            return known
        # A page may name a category the product master does not: its wider part may be known.
        wider = set(topics_of(category))
        return [number for number, name in enumerate(self.names) if name in wider]

    def of_category(self, sources: Sources, looked: ir.Table) -> ir.Table:
        """Give category and topic for every category of products or of `looked`."""
        named = sources.rows(looked.select("category").distinct())
        every = sorted({*self.by_category, *(row["category"] for row in named)})
        rows = [(category, number) for category in every for number in self.numbers_of(category)]
        return sources.warehouse.upload(_table(rows, _OF_CATEGORY))

    def table(self, sources: Sources, shares: Sequence[float]) -> ir.Table:
        """Give topic, name, level and share of every topic."""
        rows = zip(range(len(self.names)), self.names, self.levels.tolist(), shares, strict=True)
        return sources.warehouse.upload(_table(rows, _TOPICS))

    def nothing_said(self, sources: Sources) -> ir.Table:
        """Give the rows of `said_by` of nobody: what people say today tells nothing of an earlier day."""
        return sources.warehouse.upload(_table([], _SAID))


def find_topics(sources: Sources, names: Sequence[str] | None = None) -> Topics:
    """Give the topics of the shop's products today, or with `names` those of an earlier day."""
    of_category = {
        product.category: topics_of(product.category)
        for product in sources.master.values()
        if product.category
    }
    if names is None:
        names = sorted({topic for found in of_category.values() for topic in found})
    numbers = {name: number for number, name in enumerate(names)}
    levels = np.array([name.count(" > ") for name in names], dtype=np.int64)
    places = {
        key: [numbers[name] for name in found if name in numbers]
        for key, found in of_category.items()
    }
    return Topics(names, levels, places)


def views_of(sources: Sources) -> ir.Table:
    """Give the views of product pages: customer_id, day, sku, category, identified_on."""
    rows = find_recent_events(sources.warehouse, sources.as_of)
    if rows is None:
        return sources.warehouse.upload(_table([], _VIEWED))
    return rows.filter(rows.kind == "product_view").select(*_VIEWED.names)


def clicks_of(sources: Sources) -> ir.Table:
    """Give the clicks on links to products in messages: customer_id, day, sku, category."""
    rows = find_fact(sources.warehouse, "click")
    if rows is None:
        return sources.warehouse.upload(_table([], _LOOKED))
    return rows.filter((rows.sku != "") | (rows.category != "")).select(*_LOOKED.names)


def said_by(sources: Sources, topics: Topics) -> ir.Table:
    """Give what people said of themselves, where an answer is the name of a topic: customer_id, topic."""
    rows = find_fact(sources.warehouse, "attribute")
    if rows is None:
        return topics.nothing_said(sources)
    by_word = _by_word(topics)
    words = sources.warehouse.upload(
        _table([(word, number) for word, found in by_word.items() for number in found], _WORDS)
    )
    choices = sources.warehouse.upload(_table(_choices(by_word), _CHOICES))
    rows = rows.filter(rows.text.notnull()).select("customer_id", "key", "text").distinct()
    own = rows.mutate(word=rows.text.lower()).join(words, "word")
    chosen = rows.join(choices, ["key", "text"])
    names = ("customer_id", "key", "text", "topic")
    said = own.select(*names).union(chosen.select(*names), distinct=True)
    return said.select("customer_id", "topic")


def _by_word(topics: Topics) -> dict[str, set[int]]:
    by_word: dict[str, set[int]] = {}
    for number, topic in enumerate(topics.names):
        for word in (topic, topic.rpartition(" > ")[2]):
            by_word.setdefault(word.lower(), set()).add(number)
    return by_word


def _choices(by_word: Mapping[str, set[int]]) -> list[tuple[str, str, int]]:
    return [
        (attribute.key, choice.value, number)
        for attribute in customers.list_attributes()
        for choice in attribute.choices
        for number in by_word.get(choice.name.ja.lower(), set())
        | by_word.get(choice.name.en.lower(), set())
    ]


def read_attention(sources: Sources, rows: ir.Table) -> tuple[Attention, np.ndarray]:
    """Give rows of `compute_attention` of few people as arrays, and whose they are by place."""
    found = sources.warehouse.collect(rows.order_by("customer_id", "topic"))
    ids, people = np.unique(found["customer_id"].to_numpy(), return_inverse=True)
    kinds = {kind: found[kind].to_numpy() for kind in ("bought", "viewed", "clicked", "stated")}
    return Attention(people, found["topic"].to_numpy(), n_people=ids.size, **kinds), ids


def _table(rows: Iterable[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
