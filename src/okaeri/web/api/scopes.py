"""Which scope an address asks for; the key itself was found at the gate."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from okaeri.web.api.errors import ApiError
from okaeri.web.api.keys import SCOPES


class Scope(HttpBearer):
    """Lets through keys that hold one scope."""

    def __init__(self, scope: str) -> None:
        if scope not in SCOPES:
            raise ValueError(scope)
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ANN401 - ninja's own type
        """Give the key of the request, or refuse."""
        key: Any = request.api_key  # type: ignore[attr-defined]
        if self.scope not in key.scopes:
            raise ApiError("wrong_scope", scope=self.scope)
        return key
