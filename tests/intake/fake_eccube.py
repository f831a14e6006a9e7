"""An EC-CUBE 4 with its Web API on this machine: OAuth tokens, GraphQL lists, and bad days.

It speaks what the plugin's documents publish: POST /token (authorization_code, refresh_token: each
refresh token works once), POST /api with a bearer token, lists sorted by day of change, newest first,
`update_datetime_start` and `_end` included, unknown fields refused.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

_PERSON = {
    "id", "name01", "name02", "kana01", "kana02", "email", "phone_number", "postal_code", "addr01",
    "addr02", "birth", "update_date", "Pref",
}  # fmt: skip
_KNOWN = {
    "orders": _PERSON | {
        "order_no", "order_date", "payment_date", "delivery_fee_total", "payment_total",
        "currency_code", "Customer", "OrderStatus", "OrderItems", "product_name", "product_code",
        "class_category_name1", "class_category_name2", "price", "quantity", "tax", "Product",
        "OrderItemType", "TaxDisplayType", "Shippings", "shipping_date", "name",
    },
    "customers": _PERSON | {"Status", "name", "create_date"},
    "products": {
        "id", "name", "update_date", "ProductCategories", "Category", "ProductClasses", "code",
        "stock", "stock_unlimited", "visible", "ClassCategory1", "ClassCategory2",
    },
}  # fmt: skip
_ARGUMENT = re.compile(r'(\w+): ("[^"]*"|\d+)')


class FakeEccube:
    """The shop's records and its mood; `asked` are the questions it was put."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {
            "orders": [],
            "customers": [],
            "products": [],
        }
        self.now = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
        self.asked: list[tuple[str, dict[str, str]]] = []
        # What happens to the next questions, one word each; "" is a good answer.
        self.moods: list[str] = []
        self.tokens: set[str] = set()
        self.refresh: set[str] = set()
        self.code = "code-from-the-admin"
        self.renewed = 0
        # Called after each good page, as customers who go on changing things.
        self.meanwhile: Callable[[], None] = lambda: None
        self.url = ""

    def order(self, number: int, *, changed: datetime, **given: Any) -> dict[str, Any]:
        """Put in an order of one bottle for 3,000 yen and tax, or replace it."""
        node = {
            "id": str(number), "order_no": str(number), "name01": "山田", "name02": "花子",
            "kana01": "ヤマダ", "kana02": "ハナコ", "email": f"p{number}@example.com",
            "phone_number": "09012345678", "postal_code": "1500001", "addr01": "渋谷区神宮前",
            "addr02": "1-2-3", "birth": None, "order_date": "2026-11-01T10:00:00+09:00",
            "payment_date": None, "update_date": stamp(changed), "delivery_fee_total": 500,
            "payment_total": 3700, "currency_code": "JPY", "Customer": {"id": str(70 + number)},
            "Pref": {"name": "東京都"}, "OrderStatus": {"id": "1"},
            "OrderItems": [
                item("1", "化粧水", 3000, 1, tax=300, code="LOTION"),
                item("2", "送料", 455, 1, tax=45),
                item("6", "ポイント", -100, 1),
            ],
            "Shippings": [{"shipping_date": None}],
        }  # fmt: skip
        self._put("orders", node | given)
        return node | given

    def member(self, number: int, *, changed: datetime, **given: Any) -> None:
        names = ("name01", "name02", "kana01", "kana02", "phone_number", "addr01", "addr02")
        node: dict[str, Any] = dict.fromkeys((*names, "postal_code", "birth", "Pref"))
        node |= {"id": str(number), "email": f"m{number}@example.com", "Status": {"id": "2"}}
        self._put("customers", node | {"update_date": stamp(changed)} | given)

    def product(self, number: int, *, changed: datetime, **given: Any) -> None:
        node = {
            "id": str(number), "name": "化粧水", "update_date": stamp(changed),
            "ProductCategories": [{"Category": {"name": "スキンケア"}}],
            "ProductClasses": [
                {"code": "LOTION", "stock": 12, "stock_unlimited": False, "visible": True,
                 "ClassCategory1": {"name": "大"}, "ClassCategory2": None}
            ],
        }  # fmt: skip
        self._put("products", node | given)

    def _put(self, name: str, node: dict[str, Any]) -> None:
        rest = [one for one in self.lists[name] if one["id"] != node["id"]]
        self.lists[name] = [*rest, node]

    # ---- answering -----------------------------------------------------------------------------

    def token(self, form: dict[str, str]) -> tuple[int, Any]:
        is_code = form["grant_type"] == "authorization_code" and form["code"] == self.code
        is_refresh = form["grant_type"] == "refresh_token" and form["refresh_token"] in self.refresh
        if form["client_secret"] != "s3cret" or not (is_code or is_refresh):
            return 400, {"error": "invalid_grant"}
        self.refresh.discard(form.get("refresh_token", ""))
        self.renewed += 1
        access, refresh = f"access-{self.renewed}", f"refresh-{self.renewed}"
        self.tokens, self.refresh = {access}, {refresh}
        return 200, {
            "token_type": "Bearer", "expires_in": 3600, "access_token": access,
            "refresh_token": refresh,
        }  # fmt: skip

    def api(self, query: str) -> tuple[int, Any]:
        match = re.fullmatch(
            r"query \{ (\w+)\(([^)]*)\) \{ totalCount nodes \{ (.*) \} \} \}", query
        )
        assert match, query
        name, given, fields = match.groups()
        unknown = set(re.findall(r"\w+", fields)) - _KNOWN[name]
        if unknown:
            return 200, {"errors": [{"message": f"Cannot query field {sorted(unknown)}"}]}
        asked = {key: value.strip('"') for key, value in _ARGUMENT.findall(given)}
        self.asked.append((name, asked))
        start = _instant(asked.get("update_datetime_start"))
        end = _instant(asked.get("update_datetime_end"))
        rows = [
            one
            for one in sorted(self.lists[name], key=lambda one: one["update_date"], reverse=True)
            if (start is None or _instant(one["update_date"]) >= start)
            and (end is None or _instant(one["update_date"]) <= end)
        ]
        page, limit = int(asked["page"]), int(asked["limit"])
        nodes = rows[(page - 1) * limit : page * limit]
        return 200, {"data": {name: {"totalCount": len(rows), "nodes": nodes}}}


def item(kind: str, name: str, price: int, count: int, *, tax: int = 0, code: str = "") -> Any:
    return {
        "product_name": name, "product_code": code or None, "class_category_name1": None,
        "class_category_name2": None, "price": price, "quantity": count, "tax": tax,
        "Product": None, "OrderItemType": {"id": kind},
        "TaxDisplayType": {"id": "1" if tax else "2"},
    }  # fmt: skip


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _instant(text: str | None) -> Any:
    return None if text is None else datetime.fromisoformat(text)


class _Handler(BaseHTTPRequestHandler):
    shop: FakeEccube

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/token":
            self._reply(*self.shop.token({k: v[0] for k, v in parse_qs(body).items()}))
            return
        mood = self.shop.moods.pop(0) if self.shop.moods else ""
        if self.headers["Authorization"].removeprefix("Bearer ") not in self.shop.tokens:
            self._reply(401, {"error": "unauthorized"})
        elif mood == "500":
            self._reply(500, {"error": "boom"})
        elif mood == "hang":
            # Until whoever asked has hung up.
            self.rfile.read(1)
        elif mood == "moved":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/api")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            status, found = self.shop.api(json.loads(body)["query"])
            self._answer(status, found, mood)

    def _answer(self, status: int, found: Any, mood: str) -> None:
        if mood == "errors":
            found = {"errors": [{"message": "Internal {server} error"}], "data": {"orders": None}}
        if mood == "warnings":
            found["errors"] = [{"message": "a notice", "extensions": {"level": "info"}}]
        if mood == "twice":
            (page,) = found["data"].values()
            page["nodes"] = page["nodes"] * 2
        raw = json.dumps(found).encode()
        raw = b"<html>maintenance" if mood == "html" else raw
        self._reply(status, raw, cut=len(raw) // 2 if mood == "cut" else 0)
        self.shop.meanwhile()

    def _reply(self, status: int, found: Any, cut: int = 0) -> None:
        raw = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response_only(status)
        self.send_header("Date", f"{self.shop.now:%a, %d %b %Y %H:%M:%S} GMT")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) - cut])

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def running() -> Iterator[FakeEccube]:
    """Give a shop that answers on this machine until the block ends."""
    shop = FakeEccube()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": shop}))
    server.daemon_threads = True
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
