"""The OpenAPI document: what ninja knows, and what the published formats and the door add."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from unipact.web.api.once import HEADER

#: Published formats whose parts are schemas of the API: ``run.commitment`` and so on.
_FORMATS = ("run", "evidence", "report")
_PROBLEM = "Problem"

_PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "A problem (RFC 9457). `type` is stable; docs/reference/problems.md lists all.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:unipact:problem:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what", "mend"],
                "properties": {
                    "where": {"type": "string"},
                    "what": {"type": "string"},
                    "mend": {"type": "string"},
                },
            },
        },
    },
}
_REFUSALS: Mapping[int, str] = {
    400: "The request was not understood.",
    401: "No valid token.",
    403: "The token's role or purpose does not permit it.",
    404: "There is no such thing, or it is not yours to see.",
    409: "It does not fit the present state.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "Something in the input is wrong; `errors` names each place.",
    429: "Too often; `Retry-After` says when again.",
    503: "Something that is needed cannot be reached.",
}
_KEY: Mapping[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "A new random value for each write; sent again with the same request, the "
    "write happens once and its answer comes again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_MATCH: Mapping[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that the client has.",
    "schema": {"type": "string", "pattern": "^[!-~]*$"},
}


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Ninja's document with the published formats, the problems and the header fields."""
    schemas = document["components"].setdefault("schemas", {})
    schemas[_PROBLEM] = _PROBLEM_SCHEMA
    for name in _FORMATS:
        schemas.update(_parts(name))
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of a party."}
    }
    document["security"] = [{"token": []}]
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _complete(method, operation)
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    operation.pop("security", None)
    parameters = operation.setdefault("parameters", [])
    if method == "post":
        parameters.append(_KEY)
    if method == "get":
        parameters.append(_MATCH)
    responses = {str(code): each for code, each in operation["responses"].items()}
    if answers := operation.pop("x-answers", None):
        responses["200"] = _answer(answers)
    if method == "get":
        headers = {"ETag": {"schema": {"type": "string"}, "description": "Of this answer."}}
        responses["200"] = {"headers": headers, **responses["200"]}
        responses["304"] = {"description": "The client has it."}
    for code, text in _REFUSALS.items():
        schema = {"$ref": f"#/components/schemas/{_PROBLEM}"}
        content = {"application/problem+json": {"schema": schema}}
        responses.setdefault(str(code), {"description": text, "content": content})
    operation["responses"] = dict(sorted(responses.items()))


def _answer(answers: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{answers['format']}"}
    if answers["in_items"]:
        items = {"type": "array", "items": schema}
        schema = {"type": "object", "required": ["items"], "properties": {"items": items}}
    return {"description": "OK", "content": {"application/json": {"schema": schema}}}


@lru_cache(maxsize=len(_FORMATS))
def _parts(name: str) -> dict[str, Any]:
    """A published format and its parts, with references that lead into the components."""
    path = files("unipact.agreement") / "schemas" / f"{name}.schema.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    parts = whole.pop("$defs", {})
    for word in ("$schema", "$id"):
        whole.pop(word, None)
    found = {name: whole, **{f"{name}.{part}": each for part, each in parts.items()}}
    return {key: _referring(each, name) for key, each in found.items()}


def _referring(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_referring(each, name) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _target(each, name) if key == "$ref" else _referring(each, name)
        for key, each in part.items()
    }


def _target(reference: str, name: str) -> str:
    file, _, part = reference.partition("#")
    # A reference into another published format names its file.
    whole = file.rsplit("/", 1)[-1].removesuffix(".schema.json") if file else name
    part = part.removeprefix("/$defs/")
    return f"#/components/schemas/{whole}.{part}" if part else f"#/components/schemas/{whole}"
