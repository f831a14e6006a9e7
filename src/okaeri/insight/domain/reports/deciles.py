"""Ten equal groups by amount, and how much of the sales the first of them carry."""

from collections.abc import Iterable, Mapping
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.shares import share_of

DEFINITIONS = {
    "deciles": Text(
        "デシル: 直近365日間に買った人を購入金額の多い順に並べ、人数で10等分した組です。"
        "返品などで代金が残っていない人は含みません。「上位」の範囲は、その組が上から何%目の人たちかです。"
        "同じ金額の人は顧客番号の順に並びます。",
        "Deciles: the buyers of the last 365 days in the order of what they spent, cut into ten groups "
        "of equal head count, without those of whose purchases nothing is left after returns. The range "
        "after “top” is where the group stands among all of them. Equal amounts stand in the order of customer "
        "numbers.",
    ),
}


def deciles_payload(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give {deciles, customers, net_minor}.

    deciles: decile (1 spent most), customers, net_minor, mean_minor (rounded), smallest_minor,
    last_id (who stands last in it), share and running_share (of the net of all, None where the sum is 0).
    """
    ordered = sorted(rows, key=lambda row: row["decile"])
    total = sum(row["net_minor"] for row in ordered)
    running, deciles = 0, []
    for row in ordered:
        running += row["net_minor"]
        deciles.append(
            {
                "decile": row["decile"],
                "customers": row["customers"],
                "net_minor": row["net_minor"],
                "mean_minor": round(row["net_minor"] / row["customers"]),
                "smallest_minor": row["smallest_minor"],
                "last_id": row["last_id"],
                "share": share_of(row["net_minor"], total),
                "running_share": share_of(running, total),
            }
        )
    people = sum(row["customers"] for row in ordered)
    return {"deciles": deciles, "customers": people, "net_minor": total}
