"""Everything that the OpenAPI description promises, tried with generated requests (schemathesis)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

load_all_checks()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# these end the login that asks, stay open, or would fetch prices from outside
LEFT_OUT = ("/auth/logout", "/auth/password", "/events", "/data/downloads")
WAYS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def operations(server: Any) -> list[Any]:
    """Every operation of the description that can be asked again and again."""
    schema = schemathesis.openapi.from_asgi("/api/alpha-discovery/openapi.json", server.client.app)
    found: list[Any] = [cast("Any", one).ok() for one in schema.get_all_operations()]
    return [one for one in found if not one.path.endswith(LEFT_OUT) and one.method.upper() in WAYS]


def try_all(server: Any, examples: int) -> int:
    """Ask everything with ``examples`` generated requests each; how many operations there were."""
    headers = server.login()
    found = operations(server)
    for operation in found:
        try_one(operation, headers, examples)
    return len(found)


def try_one(operation: Any, headers: dict[str, str], examples: int) -> None:
    """Ask one operation with generated requests; its answers must be as documented."""

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(made=operation.as_strategy())
    def ask(made: Any) -> None:
        made.headers = {**(made.headers or {}), **headers}
        made.call_and_validate(checks=CHECKS, headers=headers)

    ask()


@pytest.mark.filterwarnings("ignore")
def test_no_request_gets_another_answer_than_documented(open_server: Callable[..., Any]) -> None:
    assert try_all(open_server(names=("*",)), 2) > 50


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_many_requests_get_no_other_answer_than_documented(open_server: Callable[..., Any]) -> None:
    assert try_all(open_server(names=("*",)), 60) > 50
