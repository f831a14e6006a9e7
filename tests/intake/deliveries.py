"""What live sources send, signed as they sign it."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

SECRET = "shpss_0123456789abcdef"
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def shopify_headers(
    raw: bytes, topic: str, delivery_id: str, *, secret: str = SECRET, sent: str = ""
) -> dict[str, str]:
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": delivery_id,
        "X-Shopify-Hmac-Sha256": base64.b64encode(mac).decode(),
    }
    return headers | ({"X-Shopify-Triggered-At": sent} if sent else {})


def standard_headers(
    raw: bytes, delivery_id: str, secret: str, *, at: datetime = NOW
) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{delivery_id}.{stamp}.".encode() + raw, hashlib.sha256).digest()
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def shopify_order(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An order of two bottles for 3,300 yen each with a code of 600 yen off, paid."""
    return {
        "id": 9007199254740993 + number,
        "name": f"#{1000 + number}",
        "created_at": "2026-11-01T10:00:00+09:00",
        "updated_at": "2026-11-01T10:00:00+09:00",
        "currency": "JPY",
        "taxes_included": True,
        "email": f"person{number}@example.com",
        "financial_status": "paid",
        "subtotal_price": "6000",
        "total_price": "6500",
        "total_shipping_price_set": {"shop_money": {"amount": "500", "currency_code": "JPY"}},
        "customer": {"id": 70 + number, "first_name": "花子", "last_name": "髙橋"},
        "line_items": [
            {"sku": "LOTION", "name": "化粧水", "price": "3300", "quantity": 2, "tax_lines": []}
        ],
        "refunds": [],
    } | changes


def as_raw(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()
