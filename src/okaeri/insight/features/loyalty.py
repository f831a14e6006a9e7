"""ロイヤルティ指数: recommending, answering and buying again, by class."""

import ibis
import ibis.expr.types as ir

SATISFIED = 4


def compute_loyalty(
    people: ir.Table, answers: ir.Table, reactions: ir.Table, *, repeat_days: int
) -> ir.Table:
    """One row per class with a buyer: stage, is_lapsed, and what its loyalty index is made of.

    Columns: customers; repeat (bought twice or more, last within `repeat_days`); written (got
    marketing) and engaged (pressed a link of it); asked (answered whether they recommend), promoters
    (5 of 5) and detractors (1 to 3); rated (answered how satisfied), score (sum of 1 to 5) and
    satisfied (4 or 5 of 5, the top two boxes of §1.3 #30).
    `people`: rows of the segment table; `answers`: customer_id, day, question, score, of a person and
    question the newest day counts, of several on it the lowest score.
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
        _newest(answers, "recommend", "recommends"),
        _newest(answers, "satisfaction", "rating"),
    )  # fmt: skip
    for part in parts:
        rows = rows.left_join(part, "customer_id").drop("customer_id_right")
    said, rating = rows.recommends, rows.rating
    rows = rows.select(
        "stage",
        "is_lapsed",
        "repeat",
        written=rows.written.fill_null(0),
        engaged=rows.engaged.fill_null(0),
        asked=said.notnull().ifelse(1, 0),
        promoters=(said == 5).fill_null(ibis.literal(False)).ifelse(1, 0),
        detractors=(said <= 3).fill_null(ibis.literal(False)).ifelse(1, 0),
        rated=rating.notnull().ifelse(1, 0),
        score=rating.fill_null(0),
        satisfied=(rating >= SATISFIED).fill_null(ibis.literal(False)).ifelse(1, 0),
    )
    sums = [name for name in rows.columns if name not in ("stage", "is_lapsed")]
    return rows.group_by("stage", "is_lapsed").agg(
        customers=rows.count(), **{name: rows[name].sum() for name in sums}
    )


def _newest(answers: ir.Table, question: str, column: str) -> ir.Table:
    own = answers.filter(answers.question == question)
    last = own.group_by("customer_id").agg(last_on=own.day.max())
    rows = own.join(last, "customer_id")
    rows = rows.filter(rows.day == rows.last_on)
    return rows.group_by("customer_id").agg(**{column: rows.score.min()})
