"""Bringing a file in, in a real browser: two widths, two languages, from the list to the rejected rows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from okaeri.foundation.work.jobs import JobRunner
from okaeri.intake import api as intake
from tests.intake.carts import CARTS, as_bytes
from tests.web.chromium import keep_picture, session_of_staff, too_wide, window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

CART = {cart.key: cart for cart in CARTS}
LOOKS = [(language, width) for language in ("ja", "en") for width in (375, 1440)]


def _file(folder: Path, key: str) -> Path:
    cart = CART[key]
    rows = cart.rows()
    # The last order cannot be read.
    name = next(name for name in ("個数", "数量*", "数量") if name in rows[-1])
    rows[-1][name] = "たくさん"
    path = folder / f"{key}-2026-06.csv"
    path.write_bytes(as_bytes(rows, cart.encoding, cart.delimiter))
    return path


@pytest.mark.parametrize(("language", "width"), LOOKS)
def test_a_mall_file_is_looked_at_warned_of_imported_and_its_rejects_fetched(
    language: str, width: int, live_server: Any, chromium: Any, tmp_path: Path
) -> None:
    """The whole way by hand, and each page fits the window."""
    said: list[str] = []

    def look(name: str) -> None:
        assert too_wide(page) <= 0, name
        keep_picture(page, f"imports/{name}-{language}-{width}")

    def press(button: str) -> None:
        with page.expect_navigation():
            page.click(button)

    session = session_of_staff()
    with window(chromium, live_server.url, session, width=width, language=language) as page:
        page.on("console", lambda line: said.extend([line.text] * (line.type == "error")))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}/settings/imports/")
        look("list")
        page.set_input_files("#file", str(_file(tmp_path, "makeshop")))
        press("form[enctype] button")
        look("partial")
        press("button[value=columns]")
        assert page.input_value("#column-order_no") == "注文番号"
        look("columns")
        page.goto(f"{live_server.url}/settings/imports/")
        page.set_input_files("#file", str(_file(tmp_path, "rakuten")))
        press("form[enctype] button")
        assert ("分析だけ" if language == "ja" else "For analysis only") in page.content()
        look("mall")
        press("button[value=import]")
        JobRunner({intake.JOB_KIND: intake.run_import_job}).run_one(datetime.now(UTC))
        run = intake.list_import_runs()[0]
        page.goto(f"{live_server.url}/settings/imports/{run.run_id}/")
        look("result")
        with page.expect_download() as download:
            page.click(".downloads a >> nth=0")
        rejected = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert len(rejected.splitlines()) == 1 + 3
    assert said == []
