"""Two years of 肌日和: history by file, then live days, then what the product says beside the truth."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from okaeri.customers import api as customers
from okaeri.deliver.types import ContactRules
from okaeri.foundation import clock, settings
from okaeri.foundation.clock import SimulatedClock
from okaeri.foundation.settings import ShopProfile
from okaeri.foundation.text import Text
from okaeri.insight import api as insight
from okaeri.insight.types import Depth
from okaeri.intake import api as intake
from okaeri.measure.types import Evaluation
from okaeri.plan import api as plan
from okaeri.project import startup, wiring
from okaeri_simulator import report
from okaeri_simulator.goods import CATALOGUE
from okaeri_simulator.habits.order_because_of_letter import EFFECTS
from okaeri_simulator.history import write_template_csv
from okaeri_simulator.live import Life
from okaeri_simulator.mailbox import Mailbox
from okaeri_simulator.seasons import local
from okaeri_simulator.shop import FIRST_DAY, LAST_DAY, LIVE_FROM, Shop, make_shop
from okaeri_simulator.town import ShopTown
from okaeri_simulator.truth import Truth, TruthLedger

Progress = Callable[[int, int], None]
Step = Callable[[Text], AbstractContextManager[Progress]]

PLAYBOOKS = ("first_follow", "know_us", "welcome_back")
PROFILE = {
    "shop.name": "肌日和",
    "shop.sender_name": "肌日和",
    "shop.sender_email": "hello@hadabiyori.example",
    "shop.postal_address": "〒000-0000 架空県日和市1-2-3 肌日和",
    "shop.contact": "support@hadabiyori.example",
    "shop.currency": "JPY",
    "shop.time_zone": "Asia/Tokyo",
}


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Which shop lives how long; `holdout_share` (0..1) is left out of every playbook."""

    seed: int
    customers: int
    first_day: date = FIRST_DAY
    live_from: date = LIVE_FROM
    last_day: date = LAST_DAY
    holdout_share: float = 0.10


def run_demo(planned: DemoPlan, folder: Path, step: Step) -> dict[str, Any]:
    """Live the whole demo in a prepared, empty shop; gives the report. `folder` keeps the truth."""
    started = time.monotonic()
    timings: dict[str, float] = {}
    shop = make_shop(
        planned.seed, planned.customers, first_day=planned.first_day, last_day=planned.last_day
    )
    ledger = TruthLedger()
    town = ShopTown(shop, ledger, planned.last_day)
    moving = SimulatedClock(local(planned.live_from, 0))
    clock.set_clock(moving)
    hurry_disk()
    save_profile(PROFILE)
    with step(Text("これまでの注文を取り込み", "Importing the history")) as progress:
        _import_history(planned, shop, town, folder, progress)
        timings["history"] = time.monotonic() - started
    start_playbooks(planned.holdout_share)
    mailbox = Mailbox(town)
    with step(Text("お店の毎日", "Living day by day")) as progress:
        _live(planned, shop, town, moving, mailbox, progress)
        timings["live"] = time.monotonic() - started - timings["history"]
    with step(Text("分析と効果検証", "Analysis and proof")):
        evaluations = evaluate(planned.last_day)
    truths = _truths(evaluations, ledger)
    about = {
        "seed": planned.seed,
        "shop_digest": shop.digest(),
        "people": len(shop.people),
        "customers": customers.count_customers(),
        "live_from": planned.live_from.isoformat(),
        "letters_read": mailbox.letters_read,
        "answers": town.answers,
        "unsubscribes": town.unsubscribes,
        "caused_orders": len(ledger.caused_orders),
        "seconds": {name: round(seconds, 1) for name, seconds in timings.items()}
        | {"total": round(time.monotonic() - started, 1)},
    }
    ledger.write(folder / "truth.json", {**about, "effects": EFFECTS}, truths)
    startup.freeze_clock(moving.now())
    claims = [
        report.claim_of(evaluation, truth.net_yen_each, truth.orders_each)
        for evaluation, truth in zip(evaluations, truths.values(), strict=True)
    ]
    return report.collect(planned.last_day, claims, about)


def save_profile(values: dict[str, str]) -> None:
    """Store who the shop is, and let a day's mails leave in one batch: a simulated day is one tick."""
    for rules, chosen in ((ShopProfile, values), (ContactRules, {"deliver.batch_size": 1_000})):
        known = {spec.key: spec for spec in settings.specs_of(rules).values()}
        settings.save(known, chosen)


def hurry_disk() -> None:
    """Let SQLite trust the machine while a shop is made: it can be made again after a power cut."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


def start_playbooks(holdout_share: float) -> None:
    """Install the shipped playbooks and let those live that orders start; nobody fills in forms here."""
    now = clock.now()
    plan.install_playbooks(now)
    for key in PLAYBOOKS:
        plan.activate(key, now=now, holdout_share=holdout_share)


def evaluate(as_of: date) -> list[Evaluation]:
    """Refresh every analysis and evaluate every experiment as of a day."""
    with wiring.open_shop_warehouse() as warehouse:
        insight.refresh(warehouse=warehouse, as_of=as_of)
    return wiring.evaluate_everything(as_of)


def _import_history(
    planned: DemoPlan, shop: Shop, town: ShopTown, folder: Path, progress: Progress
) -> None:
    intake.record_products(good.as_product() for good in CATALOGUE.values())
    eve = planned.live_from - timedelta(days=1)
    past = [one for one in shop.purchases if one.ordered_on <= eve]
    numbers = [town.number(purchase) for purchase in past]
    path = folder / "history.csv"
    write_template_csv(path, town.orders_as_of(numbers, eve))
    intake.import_file(path, progress=progress)
    town.forget_changes_until(eve)
    wiring.build_loop().run_until_idle()


def _live(
    planned: DemoPlan,
    shop: Shop,
    town: ShopTown,
    moving: SimulatedClock,
    mailbox: Mailbox,
    progress: Progress,
) -> None:
    with wiring.open_shop_warehouse() as warehouse:
        life = Life(
            seed=planned.seed,
            town=town,
            clock=moving,
            loop=wiring.build_loop(),
            mailbox=mailbox,
            refresh=lambda day: _refresh(day, warehouse),
        )
        life.expect(one for one in shop.purchases if one.ordered_on >= planned.live_from)
        life.live(planned.live_from, planned.last_day, progress)


def _refresh(day: date, warehouse: Any) -> None:  # noqa: ANN401 - whatever wiring opened
    insight.refresh(warehouse=warehouse, as_of=day, depth=Depth.CLASSES)


def _truths(evaluations: list[Evaluation], ledger: TruthLedger) -> dict[str, Truth]:
    playbooks = {journey.experiment_key: journey.key for journey in plan.list_journeys()}
    now = clock.now()
    return {
        evaluation.experiment.key: ledger.truth_of(
            playbooks[evaluation.experiment.key],
            window_days=evaluation.experiment.window_days,
            treated=evaluation.metrics[0].treated.customers,
            until=now,
        )
        for evaluation in evaluations
    }
