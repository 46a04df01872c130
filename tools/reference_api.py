"""Write `docs/reference/openapi.json` and `api.md` from the API, or with `--check` compare.

Neither can say anything else than the API does, because both are made from it (`make docs`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/reference"
HEAD = """# API

Written by `make docs` from the API itself; the same for machines is [openapi.json](openapi.json),
which every installation serves at `/api/v1/openapi.json`. How to begin, with a program that runs:
[guide](../guide/api.md). Errors: [problems.md](problems.md). Who may do what: a token's role and
purpose together, as the table of roles in the console says (`GET /api/v1/roles`).

Every request carries `Authorization: Bearer TOKEN`, every `POST` an `Idempotency-Key`. Every
answer to a `GET` has an `ETag`, and `If-None-Match` gets 304 where nothing changed; `HEAD` answers
as `GET` does, without the body. Whatever an
operation does not know, in the question or in the body, is refused with its name.
"""


def document() -> dict[str, Any]:
    """Return the OpenAPI document, as it is served."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "unipact.settings.test")
    import django

    django.setup()
    from unipact.web.api.routes import api

    served: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return served


def page(said: dict[str, Any]) -> str:
    """Return the whole page."""
    by_tag: dict[str, list[str]] = {}
    for address, operations in said["paths"].items():
        for method, operation in operations.items():
            section = "\n".join(_section(method, address, operation))
            by_tag.setdefault(operation["tags"][0], []).append(section)
    parts = [f"\n## {tag.capitalize()}\n\n" + "\n".join(by_tag[tag]) for tag in by_tag]
    return HEAD + "".join(parts)


def _section(method: str, address: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {operation['summary']}\n"
    yield f"```\n{method.upper()} {address}\n```\n"
    if text := operation.get("description"):
        yield f"{text}\n"
    asked = [each for each in operation["parameters"] if each["in"] == "query"]
    if asked:
        yield "| in the question | |\n|---|---|"
        for each in asked:
            schema = each["schema"]
            text = each.get("description") or schema.get("description") or ""
            if values := list(_values(schema)):
                text = f"{text} One of {', '.join(values)}.".strip()
            yield f"| `{each['name']}` | {text} |"
        yield ""
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Takes `{kind}`{_named(body['schema'])}.\n"
    for code in ("200", "201", "204"):
        if code in operation["responses"]:
            content = operation["responses"][code].get("content") or {}
            said = " or ".join(
                f"`{kind}`{_named(each['schema'])}" for kind, each in content.items()
            )
            yield f"Answers {code}{': ' + said if said else ''}.\n"


def _values(schema: dict[str, Any]) -> Iterator[str]:
    for part in (schema, *schema.get("anyOf", ())):
        yield from (f"`{each}`" for each in part.get("enum", ()))


def _named(schema: dict[str, Any]) -> str:
    reference = schema.get("$ref") or schema.get("properties", {}).get("items", {}).get(
        "items", {}
    ).get("$ref")
    if reference is None:
        return ""
    many = "" if "$ref" in schema else "items of "
    return f": {many}`{reference.rsplit('/', 1)[-1]}`"


def main() -> int:
    """Write both, or say which kept one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    said = document()
    texts = {
        FOLDER / "openapi.json": json.dumps(said, ensure_ascii=False, indent=1) + "\n",
        FOLDER / "api.md": page(said),
    }
    for path, text in texts.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{path.relative_to(ROOT)} differs from the API: make docs", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
