"""Whatever a program sends, the API answers: never a 5xx, always JSON as described."""

import re
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings

from okaeri.foundation import clock
from okaeri.foundation import settings as shop_settings
from okaeri.foundation.settings import specs_of
from okaeri.intake.types import LiveRules
from okaeri.web.api import application, keys
from okaeri.web.api.application import api

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = 60
OPERATIONS = sorted(
    (path, method.upper())
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
)


@pytest.fixture
def described(db: None) -> Any:
    # A second to import, and every lane reads this file.
    import schemathesis

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def token(db: None) -> str:
    known = {spec.key: spec for spec in specs_of(LiveRules).values()}
    shop_settings.save(known, {"api.requests_per_minute": 100_000})
    return keys.create("fuzz", keys.SCOPES, by="x", now=clock.now(), expires_at=None)[1]


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_a_program_sends_breaks_the_api(
    described: Any, token: str, path: str, method: str
) -> None:
    operation = described[path][method]
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        response = case.call(headers=headers)
        statuses.add(response.status_code)
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        assert response.headers["content-type"][0].startswith("application/json")
        if response.status_code >= 400:
            assert set(response.json()["error"]) == {"code", "message_ja", "message"}
        else:
            case.validate_response(response, checks=[_fits], headers=headers)

    send()
    assert statuses, (path, method)


def test_every_address_of_the_api_is_among_them() -> None:
    described = {path.removeprefix("/") for path, _ in OPERATIONS}
    answered = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern)) for one in application.urlpatterns
    }
    assert {one for one in answered if one.startswith("api/v1/")} - described == {
        "api/v1/openapi.json"
    }
    assert len(OPERATIONS) >= 37


def _fits(context: Any, response: Any, case: Any) -> None:
    """What is answered is what the description promises."""
    from schemathesis.specs.openapi.checks import response_schema_conformance

    response_schema_conformance(context, response, case)
