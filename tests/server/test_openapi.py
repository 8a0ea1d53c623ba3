"""The description says what is answered: every address, every status, every shape."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from charmlp.server.limits import Limits
from charmlp.server.openapi import document
from charmlp.server.page import FILES
from tests.server.making import Served, client, jpeg


@pytest.fixture(scope="module")
def described(server: Served) -> dict[str, Any]:
    with client(server) as http:
        found: dict[str, Any] = http.get("/openapi.json").json()
    return found


def schema_of(described: dict[str, Any], path: str, method: str, status: int, kind: str) -> dict[str, Any]:
    content = described["paths"][path][method]["responses"][str(status)]["content"]
    return {"components": described["components"], **content[kind]["schema"]}


def test_it_has_every_address(server: Served, described: dict[str, Any]) -> None:
    routes = {route.path for route in server.server.config.loaded_app.app.routes}
    assert routes - set(FILES) == set(described["paths"])


@pytest.mark.parametrize("path", ["/v1/model", "/healthz", "/readyz", "/openapi.json"])
def test_answers_have_the_shape_that_is_described(
    server: Served, described: dict[str, Any], path: str
) -> None:
    with client(server) as http:
        answer = http.get(path)
    schema = schema_of(described, path, "get", 200, "application/json")
    jsonschema_rs.validate(schema, answer.json())
    if path == "/v1/model":
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validate(schema, answer.json() | {"more": 1})


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [("?topk=3", None, 200), ("?topk=x", None, 400), ("", b"x", 422), ("", b"", 422)],
)
def test_predictions_and_problems_do(
    server: Served, described: dict[str, Any], query: str, content: bytes | None, status: int
) -> None:
    with client(server) as http:
        answer = http.post(f"/v1/predict{query}", content=jpeg() if content is None else content)
    assert answer.status_code == status
    kind = answer.headers["content-type"]
    jsonschema_rs.validate(schema_of(described, "/v1/predict", "post", status, kind), answer.json())


def test_a_token_is_described_where_one_is_asked_for() -> None:
    open_, secret = (document(Limits(), token=token) for token in (False, True))
    assert (
        "securitySchemes" not in open_["components"]
        and "401" not in open_["paths"]["/v1/predict"]["post"]["responses"]
    )
    for path, method in (("/v1/predict", "post"), ("/v1/model", "get"), ("/metrics", "get")):
        operation = secret["paths"][path][method]
        assert operation["security"] == [{"token": []}] and "401" in operation["responses"]
    assert "security" not in secret["paths"]["/healthz"]["get"]
