"""What went wrong, for programs: {"error": {"code", "message_ja", "message"}} with the right status."""

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse

from okaeri.foundation.errors import OkaeriError
from okaeri.foundation.text import Text

MESSAGES: Mapping[str, tuple[int, Text]] = {
    "unreadable": (
        400,
        Text("本文をJSONとして読めません。", "The body cannot be read as JSON."),
    ),
    "no_key": (
        401,
        Text(
            "Authorization: Bearer okaeri_... を付けて送ってください。",
            "Send Authorization: Bearer okaeri_....",
        ),
    ),
    "unknown_key": (
        401,
        Text(
            "このAPIキーは使えません。無効か期限切れです。",
            "This API key cannot be used: it is unknown, revoked or expired.",
        ),
    ),
    "wrong_scope": (
        403,
        Text(
            "このAPIキーには {scope} の権限がありません。", "This API key lacks the scope {scope}."
        ),
    ),
    "not_found": (404, Text("見つかりません。", "There is nothing here.")),
    "wrong_method": (
        405,
        Text("このアドレスではその方法を使えません。", "This address does not know that method."),
    ),
    "in_flight": (
        409,
        Text(
            "同じ Idempotency-Key の処理がまだ終わっていません。少し待って送り直してください。",
            "The first request with this Idempotency-Key is not finished; send it again later.",
        ),
    ),
    "too_large": (413, Text("本文が大きすぎます(5MBまで)。", "The body is too large (5 MB).")),
    "other_request": (
        422,
        Text(
            "この Idempotency-Key は別の内容で使われています。新しいキーを付けてください。",
            "This Idempotency-Key was used with another request; use a new one.",
        ),
    ),
    "bad_input": (422, Text("{reason}", "{reason}")),
    "too_often": (
        429,
        Text(
            "回数の上限を超えました。{seconds}秒待ってください。",
            "Too many requests; wait {seconds} seconds.",
        ),
    ),
    "fault": (
        500,
        Text(
            "思わぬエラーです。何も保存していません。",
            "An unexpected error; nothing was stored.",
        ),
    ),
}


class ApiError(Exception):
    """An answer that is an error, by its code."""

    def __init__(self, code: str, *, retry_after: int = 0, **values: object) -> None:
        super().__init__(code)
        self.code, self.retry_after, self.values = code, retry_after, values

    def as_response(self) -> HttpResponse:
        """Give the answer to the program."""
        status, message = MESSAGES[self.code]
        response = error_response(status, self.code, message.format(**self.values))
        if self.retry_after:
            response["Retry-After"] = str(self.retry_after)
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        return response


def error_response(status: int, code: str, message: Text) -> HttpResponse:
    """Give an error as every error of the API looks."""
    body = {"error": {"code": code, "message_ja": message.ja, "message": message.en}}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def of_okaeri(error: OkaeriError) -> HttpResponse:
    """Give the answer for an error a person could read too."""
    status = 404 if error.code == "not_found" else 422
    return error_response(status, error.code, error.message)
