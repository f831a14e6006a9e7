"""ロイヤルティ指数: recommending, answering and buying again, by class."""

import ibis
import ibis.expr.types as ir

# NPS of answers from 0 to 10 (domain §2.9); 7 and 8 are neither.
PROMOTES_FROM, DETRACTS_TO = 9, 6
# The top two boxes of five.
TOP_BOX = 4


def compute_loyalty(
    people: ir.Table, answers: ir.Table, reactions: ir.Table, *, repeat_days: int
) -> ir.Table:
    """One row per class with a buyer: stage, is_lapsed, and what its loyalty index is made of.

    Columns: customers; repeat (bought twice or more, last within `repeat_days`); written (got
    marketing) and engaged (pressed a link of it); asked (answered NPS, 0 to 10), promoters (9 or 10)
    and detractors (0 to 6); advised (answered from 1 to 5 whether they recommend), advice (sum of 1 to
    5) and recommenders (4 or 5); rated (answered how satisfied), score (sum of 1 to 5, other scales
    put on it evenly) and satisfied (the top two boxes of the scale, 4 or 5 of five).
    `people`: rows of the segment table; `answers`: customer_id, day, question, score, top (the best
    score of its scale); of a person and question the newest day counts, of several on it the lowest.
    """
    buyers = people.filter(people.purchase_count > 0)
    is_back = (buyers.purchase_count > 1) & (buyers.recency_days <= repeat_days)
    rows = buyers.select("customer_id", "stage", "is_lapsed", repeat=is_back.ifelse(1, 0))
    did = reactions.group_by("customer_id").agg(
        sent=reactions.sent.sum(), clicked=reactions.clicked.sum()
    )
    parts = (
        did.select("customer_id", written=(did.sent > 0).ifelse(1, 0),
                   engaged=(did.clicked > 0).ifelse(1, 0)),
        _newest(answers.filter(answers.top == 10), "nps", "likely"),
        _newest(answers, "recommend", "recommends"),
        _ratings(answers),
    )  # fmt: skip
    for part in parts:
        rows = rows.left_join(part, "customer_id").drop("customer_id_right")
    likely, said, rating = rows.likely, rows.recommends, rows.rating
    rows = rows.select(
        "stage",
        "is_lapsed",
        "repeat",
        written=rows.written.fill_null(0),
        engaged=rows.engaged.fill_null(0),
        asked=likely.notnull().ifelse(1, 0),
        promoters=_holds(likely >= PROMOTES_FROM),
        detractors=_holds(likely <= DETRACTS_TO),
        advised=said.notnull().ifelse(1, 0),
        advice=said.fill_null(0),
        recommenders=_holds(said >= TOP_BOX),
        rated=rating.notnull().ifelse(1, 0),
        score=rating.fill_null(0.0),
        satisfied=_holds(rows.is_satisfied == 1),
    )
    sums = [name for name in rows.columns if name not in ("stage", "is_lapsed")]
    return rows.group_by("stage", "is_lapsed").agg(
        customers=rows.count(), **{name: rows[name].sum() for name in sums}
    )


def _holds(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.fill_null(ibis.literal(False)).ifelse(1, 0)


def _of_newest_day(answers: ir.Table, question: str) -> ir.Table:
    own = answers.filter(answers.question == question)
    last = own.group_by("customer_id").agg(last_on=own.day.max())
    rows = own.join(last, "customer_id")
    return rows.filter(rows.day == rows.last_on)


def _newest(answers: ir.Table, question: str, column: str) -> ir.Table:
    rows = _of_newest_day(answers, question)
    return rows.group_by("customer_id").agg(**{column: rows.score.min()})


def _ratings(answers: ir.Table) -> ir.Table:
    """One row per person: rating (1 to 5, other scales put on it evenly) and is_satisfied (0 or 1)."""
    rows = _of_newest_day(answers, "satisfaction")
    steps = (rows.top - 1).nullif(0)
    rows = rows.mutate(
        rating=1 + 4 * (rows.score - 1) / steps,
        is_satisfied=(rows.score >= rows.top - 1).ifelse(1, 0),
    )
    return rows.group_by("customer_id").agg(
        rating=rows.rating.min(), is_satisfied=rows.is_satisfied.min()
    )
