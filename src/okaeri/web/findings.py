"""Sentences that say what a report found, with its uncertainty: the titles of pages and charts."""

from collections.abc import Sequence
from typing import Any

from okaeri.foundation.settings import load
from okaeri.foundation.text import Text
from okaeri.insight.analysis_types import TargetRules
from okaeri.insight.types import Finding, Stage, class_name
from okaeri.web.few import too_few
from okaeri.web.formats import number, percent, signed

_NOTHING = Text("まだ数えるものがありません", "There is nothing to count yet")


def f2_answer(known: Sequence[Finding]) -> Text | None:
    """Pick the sentence on second purchases: it says what is within chance. None before a refresh."""
    keys = ("f2_rate_90", "f2_not_yet", "empty")
    return next((finding.text for finding in known if finding.key in keys), None)


def portfolio(payload: dict[str, Any]) -> Text:
    """Say what share of customers and of sales the loyal ones are."""
    people = sum(cell["customers"] for cell in payload["cells"])
    sales = sum(cell["net_12m_minor"] for cell in payload["cells"])
    prime = next(c for c in payload["cells"] if c["stage"] == "prime" and not c["is_lapsed"])
    if not people:
        return _NOTHING
    if not prime["customers"]:
        return _no_loyal(payload["cells"], people)
    if sales <= 0:
        return Text(
            "優良現役客は{n}人({share})です。直近12か月に残った売上はありません",
            "{n} loyal customers ({share}); the last 12 months left no sales",
        ).format(n=number(prime["customers"]), share=percent(prime["customers"] / people))
    return Text(
        "優良現役客は{n}人({share})で、直近12か月の売上の{sales}を占めます",
        "{n} loyal customers ({share}) make {sales} of the last 12 months' sales",
    ).format(
        n=number(prime["customers"]),
        share=percent(prime["customers"] / people),
        sales=percent(prime["net_12m_minor"] / sales),
    )


def _no_loyal(cells: Sequence[dict[str, Any]], people: int) -> Text:
    """Say where most people are, in a shop that has no loyal active customer yet."""
    most = max(cells, key=lambda cell: cell["customers"])
    name = class_name(Stage(most["stage"]), is_lapsed=most["is_lapsed"])
    said = {"n": number(most["customers"]), "share": percent(most["customers"] / people)}
    return Text(
        f"優良現役客はまだいません。いちばん多いのは{name.ja}の{said['n']}人({said['share']})です",
        f"Nobody is loyal and active yet; most are {name.en} ({said['n']}, {said['share']})",
    )


def portfolio_answer(payload: dict[str, Any]) -> Text:
    """Say how many are active and where most of the lapsed stopped."""
    cells = payload["cells"]
    people = sum(cell["customers"] for cell in cells)
    lapsed = [cell for cell in cells if cell["is_lapsed"]]
    gone = sum(cell["customers"] for cell in lapsed)
    if not people:
        return _NOTHING
    if not gone:
        return Text(
            "購入した{people}人は全員が現役で、離脱した方はいません。",
            "Buyers so far: {people}, all of them active; nobody has lapsed.",
        ).format(people=number(people))
    first_gone = sum(cell["customers"] for cell in lapsed if cell["stage"] == "first")
    return Text(
        "購入した{people}人のうち現役は{active}人、離脱は{gone}人です。離脱客の{share}は1回買っただけで離れました。",
        "Of {people} buyers {active} are active and {gone} lapsed. {share} of the lapsed bought only once.",
    ).format(
        people=number(people),
        active=number(people - gone),
        gone=number(gone),
        share=percent(first_gone / gone),
    )


def history(rows: Sequence[tuple[str, str, bool, int]], months: Sequence[str]) -> Text:
    """Say how the loyal active customers changed over the months shown."""

    def loyal(month: str) -> int:
        return sum(row[3] for row in rows if row[:3] == (month, "prime", False))

    first, last = loyal(months[0]), loyal(months[-1])
    return Text(
        "優良現役客は{n}か月で{first}人から{last}人になりました({change}人)",
        "Loyal active customers went from {first} to {last} in {n} months ({change})",
    ).format(n=len(months) - 1, first=number(first), last=number(last), change=signed(last - first))


def sales_history(rows: Sequence[tuple[str, str, bool, int]], months: Sequence[str]) -> Text:
    """Say how the part of sales that loyal active customers make changed over the months shown."""

    def share(month: str) -> float | None:
        total = sum(row[3] for row in rows if row[0] == month)
        loyal = sum(row[3] for row in rows if row[:3] == (month, "prime", False))
        return loyal / total if total > 0 else None

    return Text(
        "12か月の売上に優良現役客が占める割合は{n}か月で{first}から{last}になりました",
        "Loyal active customers went from {first} to {last} of twelve months' sales in {n} months",
    ).format(n=len(months) - 1, first=percent(share(months[0])), last=percent(share(months[-1])))


def dropoff(payload: dict[str, Any]) -> Text:
    """Say after which purchase most customers stop."""
    n = payload.get("bottleneck_n")
    step = next((step for step in payload["steps"] if step["n"] == n), None)
    if step is None:
        return _NOTHING
    return Text(
        "いちばん離れるのは{n}回目のあとです。{reached}人のうち次へ進んだのは{rate}、離れたのは{lost}人です",
        "Most people leave after purchase {n}: of {reached}, {rate} went on and {lost} left",
    ).format(
        n=step["n"],
        reached=number(step["reached"]),
        lost=number(step["lost"]),
        rate=percent(step["went_on"] / step["reached"]),
    )


def f2_by_month(payload: dict[str, Any]) -> Text:
    """Say the newest finished month's rate beside the mean of all finished months."""
    ripe = [row for row in payload["by_month"] if row["is_mature"] and row["eligible"]]
    if not ripe:
        return Text(
            "90日たった初回客の月がまだありません",
            "No month of first-time buyers is 90 days old yet",
        )
    total = sum(row["converted"] for row in ripe) / sum(row["eligible"] for row in ripe)
    return Text(
        "90日以内に2回目を買った割合は、最新の月で{now}、全期間では{all}です",
        "Bought again within 90 days: {now} in the newest finished month, {all} over all",
    ).format(now=percent(ripe[-1]["rate"]), all=percent(total))


def freshness(payload: dict[str, Any]) -> Text:
    """Say how many customers are fresh and how many are nearly out of reach."""
    shares = {band["band"]: band for band in payload["bands"]}
    if not sum(band["customers"] for band in payload["bands"]):
        return _NOTHING
    return Text(
        "新鮮な顧客は{fresh}、要ケアは{care}({n}人)、離脱圏は{lost}です",
        "{fresh} of customers are fresh; {care} ({n}) need care, {lost} are out of reach",
    ).format(
        fresh=percent(shares["fresh"]["share"]),
        care=percent(shares["care"]["share"]),
        lost=percent(shares["lost"]["share"]),
        n=number(shares["care"]["customers"]),
    )


def cohorts(payload: dict[str, Any]) -> Text:
    """Say what share came back in the month after the first, over all finished cohorts."""
    rows = [row for row in payload["rows"] if len(row["buyers"]) > 2 and row["size"]]
    if not rows:
        return Text("2か月以上たったコホートがまだありません", "No cohort is two months old yet")
    people = sum(row["size"] for row in rows)
    back = sum(row["buyers"][1] for row in rows) / people
    return too_few(people) or Text(
        "初めて買った翌月にまた買う人は{back}です",
        "{back} buy again in the month after their first purchase",
    ).format(back=percent(back))


def movement(payload: dict[str, Any]) -> Text:
    """Say how many went up in six months, and how many loyal customers were kept."""
    now = payload["now"]
    if not payload["cells"]:
        return _NOTHING
    if not now["prime_before"]:
        return Text(
            "6か月で{n}人が上の段階に進みました",
            "{n} customers went up a class in six months",
        ).format(n=number(now["promoted"]))
    return Text(
        "6か月で{n}人が上の段階に進み、優良現役客{of}人のうち{kept}人({rate})が残っています",
        "{n} customers went up a class in six months; {kept} of {of} loyal ones stayed ({rate})",
    ).format(
        n=number(now["promoted"]),
        of=number(now["prime_before"]),
        kept=number(now["prime_kept"]),
        rate=percent(now["keep_rate"]),
    )


def movement_between(payload: dict[str, Any]) -> Text:
    """Say the same of two days somebody chose."""
    now = payload["now"]
    if not payload["cells"]:
        return _NOTHING
    up = Text(
        "このあいだに{n}人が上の段階に進みました",
        "{n} customers went up a class between the two days",
    )
    kept = Text(
        "このあいだに{n}人が上の段階に進み、優良現役客{of}人のうち{kept}人({rate})が残りました",
        "{n} customers went up a class between the two days; {kept} of {of} loyal ones stayed ({rate})",
    )
    return (kept if now["prime_before"] else up).format(
        n=number(now["promoted"]),
        of=number(now["prime_before"]),
        kept=number(now["prime_kept"]),
        rate=percent(now["keep_rate"]),
    )


def balance(payload: dict[str, Any], plan: str) -> Text:
    """Say how many active customers are foretold in five years, of how many at the last month's end."""
    years = payload["plans"][plan]
    now, then = years[0]["active"]["told"], years[-1]["active"]
    return _AHEAD[plan].format(
        now=number(now),
        told=number(then["told"]),
        low=number(then["low"]),
        high=number(then["high"]),
    )


_AHEAD = {
    "same": Text(
        "直近の月末の現役客{now}人は、新しい顧客がこの1年と同じだけ来ると、5年後に{told}人"
        "(80%の区間 {low}〜{high}人)の見通しです。",
        "With as many new buyers a year as in the last one, the {now} active at the last month's end become "
        "{told} in five years (80%: {low} to {high}).",
    ),
    "none": Text(
        "新しい顧客が来なければ、直近の月末の現役客{now}人は、5年後に{told}人"
        "(80%の区間 {low}〜{high}人)の見通しです。",
        "Without new buyers, the {now} active at the last month's end become {told} in five years "
        "(80%: {low} to {high}).",
    ),
}


def pareto(payload: dict[str, Any]) -> Text:
    """Say how many customers, counted from the largest, make the shop's guide of the sales."""
    guide = load(TargetRules).prime_sales
    rows = [row for row in payload["deciles"] if row["running_share"] is not None]
    reached = next((row for row in rows if row["running_share"] >= guide), None)
    if reached is None:
        return _NOTHING
    people = sum(row["customers"] for row in rows)
    up_to = sum(row["customers"] for row in rows if row["decile"] <= reached["decile"])
    return too_few(people) or Text(
        "上位{share}のお客様({n}人)で、売上の{sales}になります",
        "The top {share} of customers ({n}) make {sales} of the sales",
    ).format(
        share=percent(up_to / people, 0),
        n=number(up_to),
        sales=percent(reached["running_share"]),
    )
