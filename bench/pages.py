"""How long pages take for a shop of 100,000 customers, asked over HTTP from a running server.

The pages named here and every analysis that the index at /analysis/ leads to.

The shop is made from a generated file through the product's own import; the server is the product's
own (`okaeri up`), with its worker beside it. Prints the median and the 95th percentile per page.
There is no peer: no open-source tool has the same pages.
"""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from bench.shop_file import write_shop

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "100000"))
ROUNDS = 60
TARGET_MS = 200
PORT = 8765
PAGES = (
    "/",
    "/customers/",
    "/analysis/",
    "/analysis/segments/",
    "/actions/journeys/",
    "/actions/messages/",
)
OKAERI = str(Path(sys.executable).parent / "okaeri")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="okaeri-bench-") as folder:
        shop = ["--data-dir", str(Path(folder) / "shop")]
        file = Path(folder) / "orders.csv"
        orders = write_shop(file, customers=CUSTOMERS)
        begin = time.monotonic()
        subprocess.run(
            [OKAERI, "import", str(file), "--json", *shop], check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run([OKAERI, "refresh", "--json", *shop], check=True, stdout=subprocess.DEVNULL)
        print(
            f"{CUSTOMERS:,} customers, {orders:,} orders ready in {time.monotonic() - begin:.0f} s"
        )
        server = subprocess.Popen(
            [OKAERI, "up", "--port", str(PORT), *shop], stdout=subprocess.DEVNULL
        )
        try:
            _measure(_log_in(shop))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def _log_in(shop: list[str]) -> urllib.request.OpenerDirector:
    base = f"http://127.0.0.1:{PORT}"
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    for _ in range(120):
        try:
            opener.open(base + "/login/", timeout=5).read()
            break
        except OSError:
            time.sleep(0.25)
    answer = subprocess.run(
        [OKAERI, "login", "--base-url", base, *shop], check=True, capture_output=True, text=True
    )
    link = answer.stdout.strip().splitlines()[-1]
    page = opener.open(link, timeout=30).read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None, "the once-only page has no form"
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": found.group(1)}).encode()
    opener.open(urllib.request.Request(link, form, {"Referer": link}), timeout=30).read()
    return opener


def _measure(opener: urllib.request.OpenerDirector) -> None:
    base = f"http://127.0.0.1:{PORT}"
    index = opener.open(f"{base}/analysis/", timeout=30).read().decode()
    analyses = sorted(set(re.findall(r'href="(/analysis/[a-z0-9_-]+/)"', index)) - set(PAGES))
    print(f"{'page':28} {'median':>8} {'p95':>8}   ({ROUNDS} requests after 3 to warm up)")
    slow = 0
    for page in (*PAGES, *analyses):
        url = f"{base}{page}"
        times = []
        for _ in range(ROUNDS + 3):
            begin = time.perf_counter()
            with opener.open(url, timeout=60) as answer:
                body = answer.read()
                assert answer.url == url, f"{page} led to {answer.url}"
            times.append((time.perf_counter() - begin) * 1000)
            assert body
        times = sorted(times[3:])
        p95 = times[int(len(times) * 0.95)]
        slow += p95 > TARGET_MS
        print(f"{page:28} {statistics.median(times):6.0f}ms {p95:6.0f}ms", flush=True)
    if slow:
        sys.exit(f"{slow} pages take longer than {TARGET_MS} ms at the 95th percentile")


if __name__ == "__main__":
    main()
