"""How far customers come, split by how they began, and where most people and money are lost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.reports.shipped_months import shipped_months
from okaeri.insight.domain.shares import share_of, wilson_interval

STEPS = 10
# Products whose rule stands on the page; the rest are one line.
MOST_PRODUCTS = 50
FACETS = ("kind", "product", "media", "source")

DEFINITIONS = {
    "survival": Text(
        "購入回数ごとの残り方: 初回の買い方(単品・トライアル・定期、商品、媒体、販売元)で分け、"
        "n回以上買った人の割合を示します。"
        "進まなかった人は、離反なら「離れた」、まだなら「まだ間に合う」です。",
        "Survival by purchase number: customers by how they began (one-off, trial, subscription, product, "
        "media, source) and the share that bought n times or more. Who did not go on is lost once gone, "
        "else still in time.",
    ),
    "gone": Text(
        "離反: 最後の購入からの日数で決めます。トライアルだけの方は {churn_trial_days}日か、商品の使用日数の"
        "2倍の長いほうを過ぎたとき。単品の方は、最後に買った商品を買い直した人の間隔の90パーセンタイル"
        "(10人中9人が戻るまでの日数)以上たったとき。間隔が {churn_fewest_intervals}回に満たない商品と、"
        "定期を受け取ったことのある方は {lapse}日です。一緒に買った商品が複数なら、間隔のわかる商品のうち"
        "いちばん長い日数を使います。後から購入すれば取り消します。"
        "間隔は買い直した人だけから求めるので、戻らなかった人は入りません。",
        "Gone: by the days since the last purchase. Trials only: {churn_trial_days} days or twice the days "
        "the product lasts, the longer of the two. One-off buyers: the 90th percentile of the intervals of "
        "the product bought last (nine of ten come back by then); {lapse} days for products with fewer "
        "than {churn_fewest_intervals} intervals and for whoever ever had a delivery. Of several products "
        "bought together the longest known counts. A later purchase takes the mark back. Intervals are "
        "those of people who came back; who did not is not in them.",
    ),
    "bottleneck": Text(
        "ボトルネック: 各段で離れた人数 × 次の段の1回あたりの購入金額を、失った売上の目安とします。"
        "「離れた」は離反した人です。",
        "Bottleneck: people lost at a step × what one purchase of the next step brings. Lost is who is "
        "gone.",
    ),
    "deliveries": Text(
        "定期の回数: 契約ごとに、解約日までに届けた回数です。取り込んだ注文の数と、注文の「定期回数」の"
        "大きいほうをとります。スキップは数えず、休止は解約としません。"
        "解約した契約と、{lapse}日以上お届けのない契約を「終わった」とします。"
        "お客様単位では、いちばん長く続いた契約の回数で数え、すべての契約が終わった方を「終わった」とします。"
        "継続率は1回目を届けた数に対する割合、次へ進んだ割合は直前の回に対する割合です。",
        "Deliveries: shipped deliveries of each contract up to its cancellation: its imported orders, or "
        "the delivery number the newest of them tells, the larger. Skips do not count and a pause is no "
        "cancellation. Cancelled contracts, and those without a delivery for {lapse} days, are over. By "
        "customer the contract that went furthest counts, and who has none left is over. Survival is of "
        "the first delivery, went on is of the delivery before.",
    ),
    "shipped_months": Text(
        "月の継続率: その月に定期を届けた人数 ÷ 前の月に届けた人数です。新しく始めた人も分子に入るので、"
        "100%を超えることがあります。「前月から続いた人」は、前の月にも届けた人です。"
        "お届けの間隔が1か月より長い契約があると、続いていても下がります。",
        "By month: people with a delivery in the month ÷ people with one in the month before. Who just "
        "began counts too, so it may pass 100 %; stayed had a delivery in both. Contracts that ship more "
        "seldom than monthly pull it down though they run.",
    ),
}

_COUNTS = ("people", "gone", "once", "once_gone", "twice", "twice_gone")


def survival_payload(
    rows: Sequence[Mapping[str, Any]],
    *,
    names: Mapping[str, str],
    values: Iterable[Mapping[str, Any]],
    trials: Mapping[str, Any],
    full: Mapping[str, Any],
    waits: Sequence[Mapping[str, Any]],
    goods: Mapping[str, str],
    deliveries: Sequence[Mapping[str, Any]],
    months: Iterable[Mapping[str, Any]],
    as_of: date,
) -> dict[str, Any]:
    """Give {all, facets, contracts, customers, months, trial, losses, products, others}.

    all, contracts, customers: steps of n (1..10): reached, went_on, rate, low, high, lost, waiting,
    share (of those who began). facets: facet → [{value ("" all others), label, steps}], most people
    first. months: of `shipped_months`. trial: one such step. losses: what is lost at each step, the most
    money first: kind ("purchase", "trial", "delivery"), n, lost, reached, next_minor (of one purchase),
    net_minor.
    products: the rule one-off buyers are gone by, most people first: {sku, name, basis, wait_days,
    intervals} and counts as of `features.gone.compute_gone_products`; others: those counts of the rest
    (None without). rules: {all, own}, how many products these are with the rest, and how many of all go
    by their own intervals.
    """
    everybody = _steps((row["purchase_count"], row["customers"], row["gone"]) for row in rows)
    contracts, people = (
        _steps(
            (row["deliveries"], row["units"], row["over"])
            for row in deliveries
            if row["unit"] == unit
        )
        for unit in ("contract", "customer")
    )
    trial = _step(1, trials["trials"], trials["went_on"] or 0, trials["lost"] or 0)
    by_people = sorted(waits, key=lambda row: (-row["people"], row["sku"]))
    shown, rest = by_people[:MOST_PRODUCTS], by_people[MOST_PRODUCTS:]
    return {
        "products": [{**row, "name": goods.get(row["sku"]) or row["sku"]} for row in shown],
        "others": {name: sum(row[name] for row in rest) for name in _COUNTS} if rest else None,
        "rules": {
            "all": len(by_people),
            "own": sum(row["basis"] == "product" for row in by_people),
        },
        "all": everybody,
        "facets": {facet: _split(rows, facet, names) for facet in FACETS},
        "contracts": contracts,
        "customers": people,
        "months": shipped_months(months, as_of=as_of),
        "trial": trial,
        "losses": _losses(everybody, trial, contracts, values, full, deliveries),
    }


def _split(
    rows: Sequence[Mapping[str, Any]], facet: str, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    parts: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows:
        counted = (row["purchase_count"], row["customers"], row["gone"])
        parts.setdefault(row[facet], []).append(counted)
    split = [
        {"value": value, "label": names.get(value, value), "steps": _steps(counted)}
        for value, counted in parts.items()
    ]
    return sorted(
        split,
        key=lambda part: (part["value"] == "", -part["steps"][0]["reached"], str(part["value"])),
    )


def _steps(rows: Iterable[tuple[int, int, int]]) -> list[dict[str, Any]]:
    counted = list(rows)
    total = sum(people for _, people, _ in counted)
    steps = []
    for n in range(1, STEPS + 1):
        reached = sum(people for count, people, _ in counted if count >= n)
        on = sum(people for count, people, _ in counted if count > n)
        lost = sum(lapsed for count, _, lapsed in counted if count == n)
        if reached:
            steps.append(_step(n, reached, on, lost) | {"share": share_of(reached, total)})
    return steps


def _step(n: int, reached: int, went_on: int, lost: int) -> dict[str, Any]:
    low, high = wilson_interval(went_on, reached)
    return {
        "n": n,
        "reached": reached,
        "went_on": went_on,
        "rate": share_of(went_on, reached),
        "low": low,
        "high": high,
        "lost": lost,
        "waiting": reached - went_on - lost,
    }


def _losses(
    everybody: Sequence[Mapping[str, Any]],
    trial: Mapping[str, Any],
    contracts: Sequence[Mapping[str, Any]],
    values: Iterable[Mapping[str, Any]],
    full: Mapping[str, Any],
    deliveries: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    worth = {row["n"]: share_of(row["net_minor"], row["purchases"]) for row in values}
    shipped = sum(row["orders"] for row in deliveries if row["unit"] == "contract")
    earned = sum(row["net_minor"] for row in deliveries if row["unit"] == "contract")
    found = [
        *(_loss("purchase", step, worth.get(step["n"] + 1)) for step in everybody),
        _loss("trial", trial, share_of(full["net_minor"] or 0, full["orders"] or 0)),
        *(_loss("delivery", step, share_of(earned, shipped)) for step in contracts),
    ]
    lost = [loss for loss in found if loss["lost"]]
    return sorted(lost, key=lambda loss: (loss["net_minor"], loss["lost"]), reverse=True)


def _loss(kind: str, step: Mapping[str, Any], next_minor: float | None) -> dict[str, Any]:
    # Where nobody ever went on nothing is known of what it would bring.
    worth = round(next_minor or 0)
    return {
        "kind": kind,
        "n": step["n"],
        "reached": step["reached"],
        "lost": step["lost"],
        "next_minor": worth,
        "net_minor": worth * step["lost"],
    }
