"""Every status and reason has words."""

import ast
from pathlib import Path

import okaeri.deliver
from okaeri.deliver.domain.address import mask_address
from okaeri.deliver.domain.reasons import REASONS, describe
from okaeri.deliver.domain.token import message_id_in, token_is_genuine, unsubscribe_token
from okaeri.deliver.models import Message
from okaeri.deliver.types import STATUS_NAMES


def test_every_status_has_a_name_and_a_sentence() -> None:
    assert set(STATUS_NAMES) == set(Message.Status.values)
    for status in Message.Status.values:
        assert describe(status, {}).ja


def _codes_in_source() -> set[str]:
    """String literals beside "code" in dictionaries, and reasons given to Hold and Suppress."""
    codes: set[str] = set()
    for path in Path(okaeri.deliver.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                codes |= {
                    str(value.value)
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                    and key.value == "code"
                    and isinstance(value, ast.Constant)
                }
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Hold", "Suppress"):
                codes |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return codes


def test_every_reason_the_code_can_give_has_words() -> None:
    codes = _codes_in_source()
    assert {"template_error", "worker_died", "quiet_hours", "no_address"} <= codes
    assert codes <= set(REASONS)


def test_a_reason_shows_its_detail_and_the_far_sides_reply() -> None:
    reason = {"code": "rejected", "reply": "554 no"}
    assert describe("rejected", reason).en == "The far side refused it. (reply: 554 no)"
    assert describe("planned", {"code": "new word"}).ja == "理由: new word"


def test_a_masked_address_tells_its_owner_and_nobody_else() -> None:
    assert mask_address("hanako@docomo.ne.jp") == "ha***@d***.ne.jp"
    assert mask_address("ab@x.jp") == "a***@x***.jp"
    assert mask_address("nonsense") == "***"
    assert mask_address("") == "***"


def test_a_token_speaks_for_one_message_and_cannot_be_altered() -> None:
    token = unsubscribe_token("secret", 12, "key", 7)
    assert message_id_in(token) == 12
    assert token_is_genuine(token, "secret", 12, "key", 7)
    assert not token_is_genuine(token, "other secret", 12, "key", 7)
    assert not token_is_genuine(token, "secret", 12, "key", 8)
    assert not token_is_genuine(token[:-1] + "é", "secret", 12, "key", 7)
    assert len(token.partition("-")[2]) * 4 >= 128


def test_what_is_no_token_names_no_message() -> None:
    for text in ("", "-", "12", "12-", "x-abc", "-5-abc", "９-abc", "1" * 400 + "-abc"):
        assert message_id_in(text) is None
