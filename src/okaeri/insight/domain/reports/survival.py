"""How far customers come, split by how they began, and where most people and money are lost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from okaeri.foundation.text import Text
from okaeri.insight.domain.reports.shipped_months import shipped_months
from okaeri.insight.domain.shares import share_of, wilson_interval
from okaeri.insight.domain.survived import Survived

STEPS = 10
# Products whose rule stands on the page; the rest are one line.
MOST_PRODUCTS = 50
FACETS = ("kind", "product", "media", "source")

DEFINITIONS = {
    "survival": Text(
        "購入回数ごとの残り方: 初回の買い方(単品・トライアル・定期、商品、媒体、販売元)で分け、"
        "n回以上買った人の割合を示します。割合は、前の購入から購入間隔の95%が収まる日数(60日以上、{lapse}日まで)たった人だけで「次も買った割合」を求め、"
        "回ごとにかけ合わせます。買ったばかりの人が多くても下がりません。人数は全員です。"
        "進まなかった人は、離反なら「離れた」、まだなら「まだ間に合う」です。",
        "Survival by purchase number: customers by how they began (one-off, trial, subscription, product, "
        "media, source) and the share that bought n times or more: at each number the share "
        "that bought again of those whose purchase is old enough (as 95 % of intervals, 60 "
        "to {lapse} days), multiplied step by step, so that many "
        "new buyers do not lower it. Counts are of everybody. Who did not go on is lost once gone, else "
        "still in time.",
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
        "次を買わずに離反した人を数えます。",
        "Bottleneck: people lost at a step × what one purchase of the next step brings. Lost is who is "
        "gone.",
    ),
    "deliveries": Text(
        "定期の回数: 契約ごとに、解約日までに届けた回数です。取り込んだ注文の数と、注文の「定期回数」の"
        "大きいほうをとります。スキップは数えず、休止は解約としません。"
        "解約した契約と、{lapse}日以上お届けのない契約を「終わった」とします。"
        "お客様単位では、いちばん長く続いた契約の回数で数え、すべての契約が終わった方を「終わった」とします。"
        "次へ進んだ割合は、結果のわかる契約(n回目のお届けから、お届け間隔の95%が収まる日数(60日以上、{lapse}日まで)"
        "たった契約)のうち、次も届けた割合です。継続率はそれをかけ合わせた、1回目に対する割合です。"
        "始まったばかりの契約が多くても下がりません。",
        "Deliveries: shipped deliveries of each contract up to its cancellation: its imported orders, or "
        "the delivery number the newest of them tells, the larger. Skips do not count and a pause is no "
        "cancellation. Cancelled contracts, and those without a delivery for {lapse} days, are over. By "
        "customer the contract that went furthest counts, and who has none left is over. Went on: of "
        "contracts whose outcome is known (the delivery is as old as 95 % of the days between two, 60 to "
        "{lapse} days), the share with a next one. Survival is these shares multiplied, of the first "
        "delivery; many new contracts do not lower it.",
    ),
    "shipped_months": Text(
        "定期の前月比(定期継続率の月の形とも): その月に定期を届けた人数 ÷ 前の月に届けた人数です。"
        "新しく始めた人も分子に入るので、"
        "100%を超えることがあります。「前月から続いた人」は、前の月にも届けた人です。"
        "お届けの間隔が1か月より長い契約があると、続いていても下がります。",
        "Month on month: people with a delivery in the month ÷ people with one in the month before. Who just "
        "began counts too, so it may pass 100 %; stayed had a delivery in both. Contracts that ship more "
        "seldom than monthly pull it down though they run.",
    ),
}

# Steps come to, of them ripe, people or contracts, gone or over.
_Counted = tuple[int, int, int, int]
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
    ripe_days: Mapping[str, int],
    as_of: date,
) -> dict[str, Any]:
    """Give {all, facets, contracts, customers, months, trial, losses, products, others}.

    all, contracts, customers: steps of n (1..10): reached, went_on, lost, waiting (of everybody); ripe
    (those of them whose outcome is known: step n is ripe_days old), ripe_lost; rate, low, high (went on
    of the ripe, None without any); share, share_low, share_high (of those who began: the rates before,
    multiplied, as Kaplan and Meier do; None once one is not known). ripe_days: of "purchases" and
    "deliveries". facets: facet → [{value ("" all others), label, steps}], most people
    first. months: of `shipped_months`. trial: one such step. losses: what is lost at each step, the most
    money first: kind ("purchase", "trial", "delivery"), n, lost, reached, next_minor (of one purchase),
    net_minor.
    products: the rule one-off buyers are gone by, most people first: {sku, name, basis, wait_days,
    intervals} and counts as of `features.gone.compute_gone_products`; others: those counts of the rest
    (None without). rules: {all, own}, how many products these are with the rest, and how many of all go
    by their own intervals.
    """
    everybody = _steps(_of_people(row) for row in rows)
    contracts, people = (
        _steps(
            (row["deliveries"], row["ripe"], row["units"], row["over"])
            for row in deliveries
            if row["unit"] == unit
        )
        for unit in ("contract", "customer")
    )
    trial = _counts(1, trials["trials"], trials["went_on"] or 0, trials["lost"] or 0)
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
        "ripe_days": dict(ripe_days),
        "trial": trial,
        "losses": _losses(everybody, trial, contracts, values, full, deliveries),
    }


def _split(
    rows: Sequence[Mapping[str, Any]], facet: str, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    parts: dict[str, list[_Counted]] = {}
    for row in rows:
        parts.setdefault(row[facet], []).append(_of_people(row))
    split = [
        {"value": value, "label": names.get(value, value), "steps": _steps(counted)}
        for value, counted in parts.items()
    ]
    return sorted(
        split,
        key=lambda part: (part["value"] == "", -part["steps"][0]["reached"], str(part["value"])),
    )


def _of_people(row: Mapping[str, Any]) -> _Counted:
    return row["purchase_count"], row["ripe"], row["customers"], row["gone"]


def _steps(rows: Iterable[_Counted]) -> list[dict[str, Any]]:
    counted = list(rows)
    steps: list[dict[str, Any]] = []
    so_far = Survived()
    for n in range(1, STEPS + 1):
        reached = sum(people for count, _, people, _ in counted if count >= n)
        on = sum(people for count, _, people, _ in counted if count > n)
        lost = sum(lapsed for count, _, _, lapsed in counted if count == n)
        if reached:
            ripe = _ripe(n, [row for row in counted if row[1] >= n])
            share = {"share": so_far.share, "share_low": so_far.low, "share_high": so_far.high}
            steps.append(_counts(n, reached, on, lost) | ripe | share)
            so_far = so_far.after(ripe["ripe_went_on"], ripe["ripe"])
    return steps


def _counts(n: int, reached: int, went_on: int, lost: int) -> dict[str, Any]:
    waiting = reached - went_on - lost
    return {"n": n, "reached": reached, "went_on": went_on, "lost": lost, "waiting": waiting}


def _ripe(n: int, rows: Sequence[_Counted]) -> dict[str, Any]:
    ripe = sum(people for _, _, people, _ in rows)
    on = sum(people for count, _, people, _ in rows if count > n)
    low, high = wilson_interval(on, ripe) if ripe else (None, None)
    return {
        "ripe": ripe,
        "ripe_went_on": on,
        "ripe_lost": sum(lapsed for count, _, _, lapsed in rows if count == n),
        "rate": share_of(on, ripe),
        "low": low,
        "high": high,
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
