"""Rights of people at size: the breach question over 1 M entries, export, dossier and erasure.

A shop of 100,000 customers is imported through the product's own door; the access log is written row
by row in its own form. There is no peer: no open-source tool of the kind answers these at all.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from mmap import ACCESS_READ, mmap
from pathlib import Path

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
# What each answer may take, in seconds (reliability F26, F32, F34).
MOST = {
    "breach": 60.0,
    "verify": 60.0,
    "export": 10.0,
    "dossier": 2.0,
    "erasure": 60.0,
    "search": 60.0,
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        os.environ["OKAERI_DATA_DIR"] = folder
        from okaeri.project import startup

        startup.prepare()
        seconds = _measure(Path(folder))
    for name, took in seconds.items():
        print(f"{name:10} {took:8.2f} s   (at most {MOST[name]:.0f} s)")
    sys.exit(any(took > MOST[name] for name, took in seconds.items()))


def _measure(folder: Path) -> dict[str, float]:
    from bench.shop_file import write_shop
    from okaeri.customers import api as customers
    from okaeri.foundation import clock
    from okaeri.intake import api as intake
    from okaeri.web.rights.dossier import build_dossier
    from okaeri.web.rights.erasing import erase_everywhere
    from okaeri.web.rights.exporting import as_zip, export_everything

    path = folder / "shop.csv"
    write_shop(path, customers=CUSTOMERS)
    intake.import_file(path)
    while customers.resolve_new_parties(clock.now(), limit=20_000):
        pass
    path.unlink()
    if customers.count_customers() < CUSTOMERS:
        raise SystemExit(f"only {customers.count_customers():,} people came of {CUSTOMERS:,}")
    print(f"{customers.count_customers():,} customers; writing {ENTRIES:,} entries", flush=True)
    _write_log(customers.count_customers())
    seconds: dict[str, float] = {}
    begin = time.monotonic()
    people = {scope.customer_id for scope in customers.iter_access_scope()}
    seconds["breach"] = time.monotonic() - begin
    print(f"{len(people):,} people affected")
    begin = time.monotonic()
    check = customers.verify_access_log()
    seconds["verify"] = time.monotonic() - begin
    if not check.is_whole or check.entries != ENTRIES:
        raise SystemExit(f"the log is not whole: {check}")
    number = CUSTOMERS // 2
    begin = time.monotonic()
    as_zip(export_everything(customers.gather_person(number)))
    seconds["export"] = time.monotonic() - begin
    begin = time.monotonic()
    build_dossier(customers.gather_person(number)).as_document()
    seconds["dossier"] = time.monotonic() - begin
    profile = customers.get_customer(number)
    words = [word.encode() for word in (profile.email, profile.phone) if word]
    if not _grep(folder, words):
        raise SystemExit("the search finds nobody, so it would say nothing")
    begin = time.monotonic()
    erase_everywhere(number, clock.now())
    seconds["erasure"] = time.monotonic() - begin
    begin = time.monotonic()
    if found := _grep(folder, words):
        raise SystemExit(f"still there after the erasure: {found}")
    seconds["search"] = time.monotonic() - begin
    return seconds


def _grep(folder: Path, words: list[bytes]) -> list[str]:
    """Give every file with one of the words in its bytes: the database's free pages and its log too."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as held:
                found += [f"{path.name}: {word.decode()}" for word in words if held.find(word) >= 0]
    return found


def _write_log(people: int) -> None:
    """Write entries sealed as `customers.store.access` seals them, one in a thousand a download."""
    from django.conf import settings
    from django.db import transaction
    from pyroaring import BitMap64

    from okaeri.customers.models import AccessEntry, AccessHead
    from okaeri.customers.store import access
    from okaeri.foundation import clock

    dice, chain, now = random.Random(5), "", clock.now()
    fields = (["name"], ["name", "email"], ["masked"])
    rows: list[AccessEntry] = []
    with transaction.atomic():
        for number in range(ENTRIES):
            is_list = number % 10 == 0
            start = dice.randint(1, people)
            size = people // 2 if number % 1000 == 0 else 50
            ids = range(start, start + size) if is_list else ()
            entry = AccessEntry(
                at=now, actor=f"staff-{number % 12}", action="view",
                customer_id=None if is_list else start, people=len(ids) or 1,
                members=BitMap64(ids).serialize() if is_list else b"",
                fields=fields[number % 3], where="/customers/",
            )  # fmt: skip
            values = [getattr(entry, name) for name in access._SEALED]
            entry.chain = chain = access._seal(settings.SECRET_KEY, chain, values)
            rows.append(entry)
            if len(rows) == 20_000:
                AccessEntry.objects.bulk_create(rows)
                rows = []
        AccessEntry.objects.bulk_create(rows)
        AccessHead.objects.create(id=1, entries=ENTRIES, chain=chain)


if __name__ == "__main__":
    main()
