"""The API as one thing: its addresses, its parser, its errors, its description."""

import logging
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from okaeri.foundation.errors import OkaeriError
from okaeri.intake import api as intake
from okaeri.web.access import needs, open_to_all
from okaeri.web.api import (  # noqa: F401 - they fill the router
    bounces,
    coupons,
    happenings,
    reading,
    segments,
    subscription_requests,
    writing,
)
from okaeri.web.api.errors import ApiError, of_okaeri
from okaeri.web.api.gate import gated
from okaeri.web.api.router import router
from okaeri.web.api.shapes import ErrorOut
from okaeri.web.webhooks.kinds import KINDS

log = logging.getLogger(__name__)
ROOT = "/api/v1/"
_ERRORS = (400, 401, 403, 404, 405, 409, 413, 422, 429)


class _StrictJson(Parser):
    """Bodies as intake reads them: whole numbers stay whole, letters can be stored."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - any JSON
        return intake.parse_json(request.body)


class OkaeriAPI(NinjaAPI):
    """Knows its own address, and describes its errors in every operation."""

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return ROOT

    def get_openapi_schema(self, **how: Any) -> Any:  # noqa: ANN401 - ninja's own type
        schema = super().get_openapi_schema(**how)
        schema["components"]["schemas"]["ErrorOut"] = ErrorOut.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        faults = schema["components"]["schemas"]["ErrorOut"].pop("$defs")
        schema["components"]["schemas"] |= faults
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status in _ERRORS:
                    operation["responses"][status] = {"description": "Error", "content": content}
        return schema


api = OkaeriAPI(
    title="Okaeri",
    version="1",
    description="Amounts are whole numbers of the currency's smallest unit. Send an "
    "Idempotency-Key with a POST to be able to repeat it safely; replies are kept for 7 days.",
    urls_namespace="okaeri-api",
    docs_url=None,
    openapi_url=None,
    parser=_StrictJson(),
)
api.add_router("", router)


@api.exception_handler(OkaeriError)
def _okaeri(request: HttpRequest, error: OkaeriError) -> HttpResponse:
    return of_okaeri(error)


@api.exception_handler(ApiError)
def _refusal(request: HttpRequest, error: ApiError) -> NoReturn:
    # The gate turns it into its answer, after it has undone what was begun.
    raise error


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return ApiError("bad_input", reason=f"{where}: {first['msg']}").as_response()


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "not_found" if error.status_code == 404 else "unreadable"
    return ApiError(code).as_response()


@api.exception_handler(Exception)
def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("the API failed at %s", request.path, exc_info=error)
    return ApiError("fault").as_response()


@open_to_all
@require_GET
def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description of the whole API (OpenAPI 3.1)."""
    return JsonResponse(api.get_openapi_schema())


@require_GET
@needs("settings.see")
def documentation(request: HttpRequest) -> HttpResponse:
    """Show what the API can do, to staff, without any script."""
    schema = api.get_openapi_schema()
    operations = [
        {"method": method.upper(), "path": address, **operation}
        for address, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "tab": "api_keys",
        "operations": operations,
        "schemas": _fields(schema),
        "webhook_kinds": KINDS.items(),
    }
    return render(request, "okaeri/apikeys/documentation.html", context)


def _fields(schema: Any) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:  # noqa: ANN401
    """Give name, sentence and fields (name, kind, needed) of every body."""
    found = []
    for name, body in sorted(schema["components"]["schemas"].items()):
        if "properties" in body and name.endswith("Body"):
            needed = set(body.get("required", ()))
            fields = [
                (field, _kind(about), field in needed)
                for field, about in body["properties"].items()
            ]
            found.append((name, body.get("description", ""), fields))
    return found


def _kind(about: dict[str, Any]) -> str:
    if "enum" in about:
        return " | ".join(map(str, about["enum"]))
    if "const" in about:
        return str(about["const"])
    if "anyOf" in about:
        return " | ".join(_kind(one) for one in about["anyOf"])
    if "$ref" in about:
        return str(about["$ref"]).rpartition("/")[2]
    if about.get("type") == "array":
        return f"[{_kind(about.get('items', {}))}]"
    return str(
        about.get("format") or about.get("type") or about.get("allOf", [{}])[0].get("$ref", "")
    )


def _addresses() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        address = str(pattern.pattern)
        if isinstance(pattern, URLPattern) and address:
            found.append(path(f"api/v1/{address}", gated(pattern.callback), name="api"))
    return found


urlpatterns = [
    path("api/v1/openapi.json", openapi, name="api"),
    path("settings/api/", documentation, name="api_documentation"),
    *_addresses(),
]
