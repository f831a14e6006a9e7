"""What a source sent, as JSON that loses nothing."""

import json
from decimal import Decimal
from typing import Any

from okaeri.foundation.errors import InputError
from okaeri.foundation.text import Text

_NOT_JSON = Text("届いたデータが JSON として読めません。", "What arrived cannot be read as JSON.")


def parse_json(raw: bytes) -> dict[str, Any]:
    """Read a JSON object: whole numbers of any size stay whole, others are Decimals, never floats.

    A list (EC-CUBE's notices) becomes {"items": [...]}. Letters no database can hold are taken out.
    """
    try:
        text = raw.decode("utf-8-sig")
        found = json.loads(text, parse_float=_decimal, parse_constant=_refuse)
        found = _storable(found) if "\\u0000" in text or "\\ud" in text.lower() else found
    except (ValueError, RecursionError, ArithmeticError):
        raise InputError(_NOT_JSON) from None
    if isinstance(found, list):
        return {"items": found}
    if not isinstance(found, dict):
        raise InputError(_NOT_JSON)
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > 100:
        raise ValueError
    return Decimal(text)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value
