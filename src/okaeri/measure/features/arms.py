"""The arm of a customer as an expression: the same on every engine and in `foundation.ids`."""

import ibis
import ibis.expr.types as ir

from okaeri.foundation.ids import BUCKET_DIGITS, share_threshold
from okaeri.measure.types import Arm


def arm_of(customer_id: ir.IntegerColumn, *, salt: str, holdout_share: float) -> ir.StringColumn:
    """Give "holdout" or "treated" for each customer id; `salt` is the experiment's key.

    First eight hex digits of sha256(salt + ":" + id), compared as text with the share's threshold.
    """
    if holdout_share >= 1:
        return ibis.literal(Arm.HOLDOUT.value)
    text = ibis.literal(f"{salt}:") + customer_id.cast("string")
    digits = text.hexdigest("sha256").substr(0, BUCKET_DIGITS)
    is_held_out = digits < share_threshold(holdout_share)
    return is_held_out.ifelse(Arm.HOLDOUT.value, Arm.TREATED.value)
