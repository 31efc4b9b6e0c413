"""The OpenAPI 3.1 description, made from the endpoints themselves."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from community import __version__
from community.api.layer import ENDPOINTS, PREFIX, Endpoint, Nothing

_REF = "#/components/schemas/{model}"
_PATH_VALUE = re.compile(r"<(?:(?P<kind>int):)?(?P<name>\w+)>")

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def reading_order() -> list[Endpoint]:
    """Every endpoint, as docs list them."""
    return list(ENDPOINTS)


def describe(base_url: str) -> dict[str, Any]:
    """The whole description; `base_url` is the site's public address."""
    answers: set[type[BaseModel]] = {each.answer for each in ENDPOINTS if each.answer is not None}
    bodies = {each.body for each in ENDPOINTS if each.body is not Nothing}
    wanted = [*((model, "serialization") for model in answers), *((model, "validation") for model in bodies)]
    wanted.sort(key=lambda pair: pair[0].__name__)
    _, schemas = models_json_schema(wanted, ref_template=_REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for each in ENDPOINTS:
        paths.setdefault(path_of(each), {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Bothways", "version": __version__, "description": "What the pages of the forum do, for programs."},
        "servers": [{"url": f"{base_url}{PREFIX}"}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def path_of(endpoint: Endpoint) -> str:
    """The path as OpenAPI writes it."""
    return _PATH_VALUE.sub(lambda found: "{" + found["name"] + "}", endpoint.path)


def _operation(each: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "parameters": [*_path_parameters(each), *_query_parameters(each), *_headers(each)],
        "responses": {str(each.status): _success(each), "default": _problem()},
        "security": [{"key": [each.scope]}] if each.scope else [{}, {"key": ["read"]}],
    }
    if each.body is not Nothing:
        schema = {"$ref": _REF.format(model=each.body.__name__)}
        required = any(field.is_required() for field in each.body.model_fields.values())
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(each: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": found["name"], "in": "path", "required": True, "schema": {"type": "integer" if found["kind"] else "string"}}
        for found in _PATH_VALUE.finditer(each.path)
    ]


def _query_parameters(each: Endpoint) -> list[dict[str, Any]]:
    schema = each.query.model_json_schema(ref_template=_REF)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema.get("properties", {}).items()
    ]


def _headers(each: Endpoint) -> list[dict[str, Any]]:
    if not each.idempotent:
        return []
    about = "Sent again with the same body, it gives what it made; another body under the same key is refused (422)."
    return [{"name": "Idempotency-Key", "in": "header", "required": False, "description": about, "schema": {"type": "string"}}]


def _success(each: Endpoint) -> dict[str, Any]:
    assert each.answer is not None
    schema = {"$ref": _REF.format(model=each.answer.__name__)}
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _problem() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {"description": "Refused; `errors` names fields that do not fit.", "content": content}


def kind_words(schema: dict[str, Any]) -> str:
    """The type of a field in a few words, for the page."""
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(kind_words(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"[{kind_words(schema['items'])}]"
    return str(schema.get("format") or schema.get("type", ""))
