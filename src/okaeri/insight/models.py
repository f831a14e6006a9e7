"""Results of analysis, one row per customer or one document per report. Derived: rebuilt at will."""

from django.db import models


class CustomerInsight(models.Model):
    """Where one customer stands as of the last refresh. Amounts in the smallest unit."""

    customer_id = models.BigIntegerField(primary_key=True)
    as_of = models.DateField()
    # "first", "toddler", "steady", "trend", "prime"; "lead" without a purchase (insight.types.Stage)
    stage = models.CharField(max_length=8)
    is_lapsed = models.BooleanField()
    # A warning band below the lapse: 180 to 239 days by default (離脱予備軍).
    is_at_risk = models.BooleanField()
    is_f2_late = models.BooleanField()
    is_revived = models.BooleanField()
    purchase_count = models.IntegerField()
    order_count = models.IntegerField()
    first_on = models.DateField(null=True)
    second_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    tenure_days = models.IntegerField(null=True)
    recency_days = models.IntegerField(null=True)
    net_minor = models.BigIntegerField()
    net_12m_minor = models.BigIntegerField()
    r_rank = models.SmallIntegerField(null=True)
    f_rank = models.SmallIntegerField(null=True)
    m_rank = models.SmallIntegerField(null=True)
    cycle_days = models.FloatField(null=True)
    # The last purchase, shipping or delivery; of a lead the day he was first seen.
    fresh_on = models.DateField(null=True)
    # Days in which freshness halves, and whose cycle that is (insight.types.HalfLifeBasis).
    half_life_days = models.FloatField(null=True)
    half_life_basis = models.CharField(max_length=8, default="")
    freshness = models.FloatField()
    # "fresh", "fading", "care", "lost" (insight.types.FreshnessBand)
    freshness_band = models.CharField(max_length=8)
    # Orders with a discount ÷ all his orders; margin ÷ net of the orders whose costs are known.
    discount_share = models.FloatField(null=True)
    margin_share = models.FloatField(null=True)
    # The class at the month's end six months before; NULL for who had not bought by then.
    stage_before = models.CharField(max_length=8, null=True)
    lapsed_before = models.BooleanField(null=True)
    # The first day on which something he bought should be used up; past while he is overdue.
    runs_out_on = models.DateField(null=True)
    # The day he was found to be loyal no more; NULL while he is, and of who never was.
    prime_ended_on = models.DateField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["stage", "is_lapsed", "customer_id"], name="insight_by_class"),
            models.Index(fields=["freshness", "customer_id"], name="insight_by_freshness"),
            models.Index(fields=["last_on", "customer_id"], name="insight_by_last"),
            models.Index(fields=["net_minor", "customer_id"], name="insight_by_value"),
        )


class CustomerPrediction(models.Model):
    """What is foretold of one customer as of the last refresh; every figure with its 80 % interval.

    `horizon_days` is how far the shop's own history lets the return be foretold and checked.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    as_of = models.DateField()
    horizon_days = models.IntegerField()
    # Chance of being a customer still, and of buying within horizon_days.
    p_alive = models.FloatField()
    returns_chance = models.FloatField()
    orders_365 = models.FloatField()
    orders_365_low = models.IntegerField()
    orders_365_high = models.IntegerField()
    value_365_minor = models.BigIntegerField()
    value_365_low_minor = models.BigIntegerField()
    value_365_high_minor = models.BigIntegerField()
    # When the next purchase comes, if it comes within horizon_days.
    next_low_on = models.DateField()
    next_on = models.DateField()
    next_high_on = models.DateField()
    # The person's interval, shrunk to the shop's, and silence in units of it (乖離率).
    usual_gap_days = models.FloatField()
    overdue_ratio = models.FloatField()
    # Chance of no purchase within lapse_days; reasons {"code", "effect", numbers}.
    lapse_risk = models.FloatField()
    lapse_reasons = models.JSONField()
    # 0 to 100, its parts by name, and importance of those who grow cold (insight.domain.importance).
    importance = models.FloatField()
    importance_parts = models.JSONField()
    priority = models.FloatField()
    # The shop-local hour; NULL where orders carry no time. How many orders of his own it rests on.
    best_hour = models.SmallIntegerField(null=True)
    best_hour_own = models.IntegerField()
    # The chance that it beats every other time of his day; NULL of rows older than this column.
    best_hour_chance = models.FloatField(null=True)
    # 80 % intervals of the three chances (insight.domain.chance_interval); NULL of older rows.
    p_alive_low = models.FloatField(null=True)
    p_alive_high = models.FloatField(null=True)
    returns_low = models.FloatField(null=True)
    returns_high = models.FloatField(null=True)
    lapse_risk_low = models.FloatField(null=True)
    lapse_risk_high = models.FloatField(null=True)
    # Within how many days no purchase comes, by lapse_risk: the setting, at most a third of the shop's
    # history; NULL of older rows.
    lapse_days = models.SmallIntegerField(null=True)

    class Meta:
        # Each in the order of a list, with what the list asks of people: everybody is written anew each
        # night, and every index is as dear as the rows themselves.
        indexes = (
            models.Index(
                fields=["priority", "importance", "lapse_risk", "customer_id"],
                name="prediction_to_call",
            ),
            models.Index(
                fields=["value_365_minor", "overdue_ratio", "customer_id"],
                name="prediction_worth",
            ),
        )


class Report(models.Model):
    """One finished analysis as a document pages can show at once (portfolio, drop-off, cohorts)."""

    name = models.CharField(max_length=40, primary_key=True)
    as_of = models.DateField()
    rule_version = models.CharField(max_length=16)
    payload = models.JSONField()
    # The highest change number of orders that were looked at.
    orders_seen = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField()


class PortfolioSnapshot(models.Model):
    """Head count and sales of one class at one month's end. Never changed once the month is over."""

    month = models.DateField()
    stage = models.CharField(max_length=8)
    is_lapsed = models.BooleanField()
    rule_version = models.CharField(max_length=16)
    customers = models.BigIntegerField()
    # Lifetime net of these people at that day, and of the last 12 months (§1.3 #34).
    net_minor = models.BigIntegerField()
    net_12m_minor = models.BigIntegerField(default=0)
    # The bar between steady and loyal that was frozen for that month (§1.3 #11).
    threshold_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["month", "stage", "is_lapsed", "rule_version"], name="one_snapshot"
            ),
        )


class RuleSet(models.Model):
    """The settings behind a rule version, so that an older series of month ends can say how it was made."""

    rule_version = models.CharField(max_length=16, unique=True)
    # Setting key → value (`actions.rule_series`).
    settings = models.JSONField()
    first_used_at = models.DateTimeField()


class Segment(models.Model):
    """A named rule tree and the bitmap of customers it held when last computed."""

    name = models.CharField(max_length=120)
    rule = models.JSONField()
    members = models.BinaryField(default=bytes)
    size = models.BigIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    # The ready-made segment it began as ("" for none), which suggests what to do for its people.
    preset = models.CharField(max_length=40, default="")
    # Put away, not gone: it can be brought back, and is not counted meanwhile.
    deleted_at = models.DateTimeField(null=True)


class SegmentChange(models.Model):
    """Who entered and who left a segment at one count, as bitmaps. Written once, never changed.

    A segment's first count and the count after its rule was edited are no change of people.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    entered = models.BinaryField(default=bytes)
    left = models.BinaryField(default=bytes)

    class Meta:
        indexes = (models.Index(fields=["segment", "id"], name="changes_of_segment"),)


class ItemFact(models.Model):
    """What all purchases say of one product as of the last refresh; nothing about single people."""

    sku = models.CharField(max_length=80, primary_key=True)
    name = models.CharField(max_length=255)
    # Median price paid for one piece, in the smallest unit.
    price_minor = models.BigIntegerField()
    buyers = models.BigIntegerField()
    # Bought within the last 90 days.
    recent_buyers = models.BigIntegerField(db_index=True)
    # Bought it on two days or more.
    repeat_buyers = models.BigIntegerField()
    cycle_days = models.FloatField(null=True)
    first_on = models.DateField()
    last_on = models.DateField()


class ItemCycle(models.Model):
    """The median days between two purchases of a product by one person, as of the last refresh.

    Only of products with enough intervals (setting `cycle.fewest_intervals`).
    """

    sku = models.CharField(max_length=80, primary_key=True)
    cycle_days = models.FloatField()
    # How many intervals it is the median of; NULL of rows older than this column.
    intervals = models.IntegerField(null=True)


class ItemNeighbour(models.Model):
    """How near one product stands to another by the method that won the last trial."""

    sku = models.CharField(max_length=80)
    neighbour = models.CharField(max_length=80)
    nearness = models.FloatField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["sku", "neighbour"], name="one_neighbour"),)


class InterestAudience(models.Model):
    """Who cares for one topic, as a bitmap of customers; told anew every night."""

    # A category or one above it: "走る" or "走る > 山道".
    topic = models.CharField(max_length=200, unique=True)
    level = models.SmallIntegerField()
    members = models.BinaryField(default=bytes)
    size = models.BigIntegerField(default=0)


class RunOut(models.Model):
    """When one product of one person is used up, from a week behind to four weeks ahead of a refresh."""

    customer_id = models.BigIntegerField()
    sku = models.CharField(max_length=80)
    last_on = models.DateField()
    runs_out_on = models.DateField()
    # "supply", "own" or "product" (insight.cycle_types.RunOutView)
    basis = models.CharField(max_length=8)
    # When he buys it again, if he does, with its 80 % interval; NULL of rows older than this column.
    next_low_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    next_high_on = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["customer_id", "sku"], name="one_run_out"),)
        indexes = (models.Index(fields=["runs_out_on", "sku"], name="run_outs_by_day"),)


class MediaCost(models.Model):
    """What one acquisition source cost in one month, as the shop wrote it; no analysis changes it."""

    # The first day of the month.
    month = models.DateField()
    media_code = models.CharField(max_length=80)
    cost_minor = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["month", "media_code"], name="one_cost_a_month"),
        )
