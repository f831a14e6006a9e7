"""A million new contacts resolved against a million known: ours, and pandas with the same keys.

Half of the new contacts belong to known people: some by e-mail in another hand, some by phone and
name with another address. Ours finds them a batch at a time, keeps people, keys, evidence, consent and
contact points, and may be stopped anywhere; pandas reads all keys but the home (normalised for it),
joins them by connected components, and writes who is whom. Each side runs by itself.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

from bench.shop_file import FAMILIES, GIVEN
from bench.sides import Watch, compare, open_shop, report, run_side

CONTACTS = 1_000_000
_HEADER = "顧客ID,メールアドレス,姓,名,セイ,メイ,電話番号,郵便番号,都道府県,住所,メール許可,登録日"
_STRETCH = 100_000


def write_contacts(path: Path, first: int, count: int, known: int) -> None:
    """Write contacts `first`...; every second one is a person among the `known` in another hand."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEADER + "\r\n")
        for number in range(first, first + count):
            is_known = known and number % 2 == 0
            who = number * 7 % known if is_known else number
            mail = f"Person{who}@Example.com" if number % 4 else f"other{number}@example.com"
            digits = f"{10_000_000 + who:08}"
            phone = f"+81-90-{digits[:4]}-{digits[4:]}" if is_known else f"090{digits}"
            # A home of his own: who shares one, and a reading, is one person.
            home = f"{1_000_000 + who % 900_000},東京都,渋谷区神宮前{who // 900_000 + 1}-1"
            family, given = FAMILIES[who % 10], f"{GIVEN[who // 10 % 10]}{who % 97}"
            file.write(
                f"M{number},{mail},{family},{given},サトウ,ヨウコ{who % 97},{phone},"
                f"{home},{number % 3 % 2},2024-01-{number % 28 + 1:02}\r\n"
            )


def run_ours(known: Path, new: Path) -> None:
    """Import and resolve the known contacts, import the new ones, and measure resolving those."""
    open_shop()
    from okaeri.customers import api as customers
    from okaeri.foundation import clock
    from okaeri.intake import api as intake

    def resolve(name: str) -> tuple[int, dict[str, float]]:
        watch, stretch, done, before = Watch(), Watch(), 0, 0
        while found := customers.resolve_new_parties(clock.now(), limit=20_000):
            done += found
            if done - before >= _STRETCH:
                speed = (done - before) / stretch.read()["cpu_seconds"]
                print(
                    f"  {name} {done:9,}: {speed:7,.0f} a CPU second", file=sys.stderr, flush=True
                )
                stretch, before = Watch(), done
        return done, watch.read()

    intake.import_file(known)
    resolve("known")
    people = customers.count_customers()
    intake.import_file(new)
    done, used = resolve("new  ")
    print(f"  {people:,} people before, {customers.count_customers():,} after")
    report(count=done, **used)


def run_pandas() -> None:
    """Read the stored contacts' keys, join them, and write who is whom (its own normalising left out)."""
    open_shop()
    import numpy as np
    import pandas as pd
    from django.conf import settings
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    watch = Watch()
    with sqlite3.connect(settings.DATABASES["default"]["NAME"]) as database:
        sql = "SELECT id, source, member_no, email_key, phone_key, family_name, given_name FROM intake_party"
        frame = pd.read_sql_query(sql, database)
        keys = [
            frame["source"] + ":" + frame["member_no"],
            frame["email_key"],
            frame["phone_key"] + "|" + frame["family_name"] + frame["given_name"],
        ]
        # Every contact of this shop has all three kinds, so none is blank.
        stacked = pd.concat([kind + str(i) for i, kind in enumerate(keys)])
        nodes, _ = pd.factorize(stacked)
        people = np.tile(np.arange(len(frame)), len(keys))
        size = len(frame) + int(nodes.max()) + 1
        ends = (people, nodes + len(frame))
        graph = coo_array((np.ones(len(nodes), np.int8), ends), (size, size))
        labels = connected_components(graph, directed=False)[1][: len(frame)]
        links = pd.DataFrame({"party_id": frame["id"], "customer_id": labels})
        links.to_sql("pandas_links", database, index=False, if_exists="replace")
    print(f"  pandas sees {links['customer_id'].nunique():,} people")
    report(count=len(frame) / 2, **watch.read())


def main(contacts: int = CONTACTS) -> None:
    """Measure both sides on one shop and print contacts a second, peak memory and the ratio."""
    apps = ("foundation", "intake", "customers")
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as name:
        folder = Path(name)
        known, new = folder / "known.csv", folder / "new.csv"
        write_contacts(known, 0, contacts, 0)
        write_contacts(new, contacts, contacts, contacts)
        files = ("--known", str(known), "--new", str(new))
        sides = {
            side: run_side("bench.resolve_identity", side, folder, apps, *files)
            for side in ("ours", "pandas")
        }
    compare(sides, "contacts", "pandas")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    parser.add_argument("--side", choices=("ours", "pandas"))
    parser.add_argument("--known", type=Path)
    parser.add_argument("--new", type=Path)
    chosen = parser.parse_args()
    if chosen.side == "ours":
        run_ours(chosen.known, chosen.new)
    elif chosen.side:
        run_pandas()
    else:
        main(chosen.contacts)
