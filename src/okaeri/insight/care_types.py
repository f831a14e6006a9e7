"""What keeping customers costs: the settings, and what stations above hand in of what was spent."""

from dataclasses import dataclass

import pyarrow as pa

from okaeri.foundation.settings import setting
from okaeri.foundation.text import Text

COUPON, POINTS = "coupon", "points"
# One row per thing spent on a person (his live number) on a shop day. kind: the channel of a message,
# "coupon" or "points"; units: messages, coupons, points; amount_minor: of a coupon, NULL where unknown.
SPENT = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("kind", pa.string()),
        ("spent_on", pa.date32()),
        ("units", pa.int64()),
        ("amount_minor", pa.int64()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class MessageCostRules:
    """What one message costs by channel, in the smallest unit; 0 is not known."""

    email: float = setting(
        "cost.email",
        0.0,
        Text("メール1通の費用(円など。0は未入力)", "Cost of one e-mail (0: not known)"),
        minimum=0,
        maximum=100_000,
    )
    line: float = setting(
        "cost.line",
        0.0,
        Text("LINE1通の費用(円など。0は未入力)", "Cost of one LINE message (0: not known)"),
        minimum=0,
        maximum=100_000,
    )
    sms: float = setting(
        "cost.sms",
        0.0,
        Text("SMS1通の費用(円など。0は未入力)", "Cost of one SMS (0: not known)"),
        minimum=0,
        maximum=100_000,
    )
    post: float = setting(
        "cost.post",
        0.0,
        Text(
            "郵送1通の費用(円など。印刷・切手。0は未入力)",
            "Cost of one letter by post, print and postage (0: not known)",
        ),
        minimum=0,
        maximum=100_000,
    )


@dataclass(frozen=True, kw_only=True)
class CareRules:
    """After how many days without a touch an active customer stands in a gap (domain rows A-09, §2.3)."""

    gap_days: int = setting(
        "care.gap_days",
        30,
        Text("ケア空白とみなす日数", "Days without a touch that are a gap in care"),
        minimum=1,
        maximum=365,
    )
