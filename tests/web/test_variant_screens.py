"""Pages of contents by segment in a real browser: they fit, and the console is silent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from okaeri.foundation import clock
from okaeri.foundation.warehouse import open_warehouse
from okaeri.foundation.work.loop import WorkLoop
from okaeri.insight import api as insight
from okaeri.intake import api as intake
from okaeri.intake.types import PartyIn
from okaeri.measure import api as measure
from okaeri.plan import api as plan
from okaeri.plan.duties import duties
from tests.web import shop
from tests.web.chromium import session_of_staff
from tests.web.test_screens import LOOKS, _look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
REPORT = "/actions/journeys/first_follow/variants/"


def test_pages_of_contents_by_segment_fit(live_server: Any, chromium: Any, data_dir: Path) -> None:
    folder = settings.OKAERI.warehouse_dir
    shop.fill(folder, people=60, is_live=False)
    session = session_of_staff()
    first = insight.create_segment("乾燥肌の方", {"field": "stage", "op": "=", "value": "first"}).id
    prime = insight.create_segment(
        "よく買う方", {"field": "purchase_count", "op": ">", "value": 3}
    ).id
    lines = [(first, "first_follow_how_to"), (prime, "first_follow_voices")]
    plan.save_variants("first_follow", "thanks", lines, "first_follow_thanks", now=clock.now())
    plan.activate("first_follow", now=clock.now(), holdout_share=0.2)
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(hours=1)))
    later = clock.now()
    parties = [PartyIn(email=f"v{n}@example.invalid") for n in range(30)]
    intake.record_orders(
        [shop._order(9000 + n, 1, later, party, 3000) for n, party in enumerate(parties)]
    )
    shop.resolve()
    WorkLoop(duties(batch=50)).run_until_idle()
    clock.set_clock(clock.SimulatedClock(clock.now() + timedelta(days=1)))
    warehouse = open_warehouse(folder)
    insight.sync_warehouse(warehouse)
    as_of = clock.now().date()
    measure.evaluate_all(warehouse=warehouse, as_of=as_of)
    plan.measure_variants(warehouse=warehouse, as_of=as_of)
    warehouse.close()
    pages = {
        "variants": REPORT,
        "variants-none": "/actions/journeys/know_us/variants/",
        "variants-edit": f"{REPORT}edit/?step=thanks",
        "content-new": "/actions/templates/new/?from=first_follow_thanks",
        "content-edit": "/actions/templates/first_follow_thanks/edit/",
        "journey-with-variants": "/actions/journeys/first_follow/",
    }
    pages["line-audience"] = f"/analysis/segments/{first}/line/"
    pages["segment"] = f"/analysis/segments/{first}/"
    looks = tuple(one for one in LOOKS if one[1:] in {("light", 375), ("light", 1440)})
    assert _look(chromium, live_server.url, session, pages, "variants", looks) == []
