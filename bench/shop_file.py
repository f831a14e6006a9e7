"""A generated shop as a file in Okaeri's own template, the same every time."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HEADER = (
    "注文番号", "注文日時", "ステータス", "顧客ID", "メールアドレス", "姓", "名", "電話番号", "郵便番号",
    "都道府県", "住所", "商品コード", "商品名", "単価(税込)", "数量", "値引き", "送料", "合計", "メール許可",
)  # fmt: skip
FAMILIES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
GIVEN = ("陽子", "恵子", "直美", "由美子", "真由美", "智子", "裕子", "久美子", "美咲", "葵")
LAST_DAY = datetime(2026, 10, 31, 12)


def write_shop(path: Path, *, customers: int, orders: int | None = None, seed: int = 7) -> int:
    """Write about 2.6 orders per customer (or `orders` in all), one line each; gives the count.

    Half the customers buy once; the rest come back with waits of one to four months.
    """
    rng = random.Random(seed)
    written = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        customer = 0
        while customer < customers or (orders is not None and written < orders):
            number = customer % customers
            count = 1 if rng.random() < 0.5 else 1 + min(int(rng.expovariate(0.31)) + 1, 30)
            day = LAST_DAY - timedelta(days=rng.uniform(0, 900))
            for _ in range(count):
                if day > LAST_DAY or (orders is not None and written >= orders):
                    break
                written += 1
                price = rng.choice((1480, 2980, 3980, 5400))
                out.writerow(
                    (
                        f"N{written:08d}", day.strftime("%Y-%m-%d %H:%M:%S"), "出荷済", f"M{number}",
                        f"customer{number}@example.test", FAMILIES[number % 10],
                        GIVEN[number // 10 % 10], f"090{number:08d}", "1500001", "東京都",
                        # One home each: people of one name in one home are one person.
                        f"渋谷区神宮前{number // 10_000 + 1}-{number // 100 % 100 + 1}-{number % 100 + 1}",
                        f"SKU{price}", "化粧水", price, 1, 0, 500, price + 500, "1" if number % 7 else "0",
                    )
                )  # fmt: skip
                day += timedelta(days=rng.uniform(25, 120))
            customer += 1
    return written
