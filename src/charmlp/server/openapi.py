"""The description of the interface, OpenAPI 3.1, by hand: `/openapi.json`."""

from __future__ import annotations

from typing import Any

from charmlp.server.limits import Limits
from charmlp.server.predicting import MOST_TOPK
from charmlp.server.problems import MEDIA_TYPE
from charmlp.version import __version__

Schema = dict[str, Any]

PROBLEMS = {
    400: "The query, the form or the request itself is wrong.",
    401: "The token is missing or wrong.",
    408: "The body did not come in time.",
    413: "The body is too large.",
    415: "The body is packed (Content-Encoding).",
    422: "There is no image, or one that cannot be read or is blank.",
    429: "There is no room at the moment; Retry-After says when to try again.",
    503: "Not answered within the time limit, or the server is being stopped.",
}
OF_PREDICT = (400, 408, 413, 415, 422, 429, 503)
RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
CHALLENGE = {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}}
HEADERS_OF = {401: CHALLENGE, 429: RETRY_AFTER, 503: RETRY_AFTER}


def document(limits: Limits, *, token: bool) -> Schema:
    """The whole description; `token`: whether one is asked for."""

    def secret(path: Schema, *problems: int) -> Schema:
        """An operation that needs the token, where there is one."""
        if token:
            path["security"], problems = [{"token": []}], (401, *problems)
        path["responses"] |= {str(status): problem(status) for status in sorted(problems)}
        return path

    schemes = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if token else {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "charmlp serve",
            "version": __version__,
            "description": "Reads images of letters with one model. Every error is a problem (RFC 9457).",
        },
        "paths": {
            "/v1/predict": {"post": secret(predict(limits), *OF_PREDICT)},
            "/v1/model": {"get": secret(get("Which model answers.", of("Model")))},
            "/healthz": {"get": get("The process answers.", of("State"))},
            "/readyz": {"get": get("A model is there.", of("State"))},
            "/metrics": {"get": secret(get("Counts, for Prometheus.", {"type": "string"}, "text/plain"))},
            "/openapi.json": {"get": get("This description.", {"type": "object"})},
            "/": {"get": get("A page that takes an image.", {"type": "string"}, "text/html")},
        },
        "components": {"schemas": SCHEMAS, **schemes},
    }


def get(summary: str, schema: Schema, media_type: str = "application/json") -> Schema:
    return {
        "summary": summary,
        "responses": {"200": {"description": "OK", "content": {media_type: {"schema": schema}}}},
    }


def predict(limits: Limits) -> Schema:
    image = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["image"],
        "additionalProperties": image,  # parts may have any names
        "properties": {"image": {"type": "array", "items": image, "minItems": 1, "maxItems": limits.images}},
    }
    topk = {
        "name": "topk",
        "in": "query",
        "description": "How many classes to name of each image.",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_TOPK, "default": 1},
    }
    operation = get("Read one image, or several.", of("Predictions"))
    return operation | {
        "description": "The body is an image as it is, whatever its Content-Type, or a form with several."
        f" At most {limits.body_bytes:,} bytes and {limits.images} images.",
        "parameters": [topk],
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {"schema": form},
            },
        },
    }


def problem(status: int) -> Schema:
    answer = {"description": PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": of("Problem")}}}
    return answer | ({"headers": HEADERS_OF[status]} if status in HEADERS_OF else {})


def of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def record(optional: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object that has these entries and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
WHOLE: Schema = {"type": "integer", "minimum": 1}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1}


SCHEMAS: dict[str, Schema] = {
    "Predictions": record(model=TEXT, predictions=list_of(of("Prediction"))),
    "Prediction": record(
        ("unfamiliar",),
        file=TEXT | {"description": "The name in the form; - without one."},
        prediction=TEXT,
        probability=PROBABILITY,
        top=list_of(record(**{"class": TEXT, "probability": PROBABILITY})),
        unfamiliar={"type": "boolean", "description": "Whether it looks like nothing in training."},
    ),
    "Model": record(
        model=TEXT | {"description": "As answers name it: its name and the beginning of its checksum."},
        name=TEXT,
        sha256=TEXT | {"pattern": "^[0-9a-f]{64}$"},
        loaded=TEXT | {"format": "date-time"},
        classes=list_of(TEXT),
        norm_size=list_of(WHOLE) | {"description": "Height and width of the grey picture that is read."},
        layers=list_of(WHOLE) | {"description": "Inputs, hidden sizes, classes."},
        activation=TEXT,
        preprocessing=TEXT,
    ),
    "State": record(status={"const": "ok"}),
    "Problem": record(
        status={"type": "integer", "minimum": 400, "maximum": 599},
        title=TEXT,
        detail=TEXT,
    ),
}
