"""What OpenAPI tells of the desk's records, where the desk is on: the paths, and how one proves who one is."""

from collections.abc import Mapping, Sequence
from typing import Any

from aseancan_kg.desk.replies import KEPT_DAYS, LONGEST_KEY
from aseancan_kg.web.desk.records import OFFERED

TOKEN = {"type": "http", "scheme": "bearer", "description": "Made by `aseancan-kg desk token make`."}
"""The security scheme; the operations call it `token`."""
_TABLES: Mapping[str, Sequence[str]] = {
    "registers/{table}": ("table",),
    "codings/{edition}/{table}": ("edition", "table"),
}
_REFUSALS = {
    "400": "It cannot be read, or has no reason.",
    "401": "There is no token, or it is not valid.",
    "403": "The token may not do this.",
    "404": "There is no such record.",
    "406": "There is no such representation.",
    "413": "It is too long.",
    "422": "It breaks a rule of the tables or a shape; `violations` tells each with its table, key and column.",
    "429": "Too many attempts have failed; Retry-After says when to come back.",
    "503": "The desk is busy or not ready; Retry-After says when to come back.",
}
_UNSEEN = {
    "412": "The record is not the one that was seen; `current` is how it is now, `given` what was sent.",
    "415": "The body is of a type that is not read.",
    "428": "It is not said what version is changed.",
}
_DONE = {
    "200": "It is published: `entry` of the journal, and the `version` of the dataset from then on.",
    "202": "It is handed in for review as a draft, since the token may not publish.",
}
_RECORD = {"required": True, "content": {one.media_type: {"schema": {"type": "string"}} for one in OFFERED}}
_REASON = {
    "name": "reason",
    "in": "query",
    "required": True,
    "schema": {"type": "string"},
    "description": "Why, in one line.",
}
_TRIED = {
    "name": "dry-run",
    "in": "query",
    "schema": {"type": "string"},
    "allowEmptyValue": True,
    "description": "Only tell which quads would come and go, and what is wrong.",
}
_SEEN = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The tag that GET gave; for a new record If-None-Match: * instead.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": f"A request sent again with its key within {KEPT_DAYS} days is not done again, and answered alike.",
}
_REPLACED = {
    "name": "replaced-by",
    "in": "query",
    "schema": {"type": "array", "items": {"type": "string"}},
    "description": "What stands in its place.",
}


def paths() -> dict[str, Any]:
    """Return the path items of the records."""
    found: dict[str, Any] = {"/desk/records": {"get": _operation("List the tables of the desk", [])}}
    for table, names in _TABLES.items():
        found[f"/desk/records/{table}"] = {
            "get": _operation("List the records of a table", _placed(names)),
            "post": _operation("Make a record", [*_placed(names), _REASON, _TRIED, _KEY], changes=True)
            | {"requestBody": _RECORD},
        }
        own = _placed((*names, "key"))
        found[f"/desk/records/{table}/{{key}}"] = {
            "get": _operation("Read a record", own, tuple(one.media_type for one in OFFERED)),
            "put": _operation("Make or change a record", [*own, _REASON, _TRIED, _SEEN], changes=True)
            | {"requestBody": _RECORD},
            "delete": _operation("Withdraw a record", [*own, _REASON, _TRIED, _SEEN, _REPLACED], changes=True),
        }
    return found


def _placed(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _operation(
    summary: str,
    parameters: Sequence[Mapping[str, Any]],
    types: Sequence[str] = ("application/json",),
    *,
    changes: bool = False,
) -> dict[str, Any]:
    content: dict[str, Any] = {type_: {} for type_ in types}
    answers = {"200": "The answer."}
    if changes:
        answers = {**_DONE, "201": "It is made and published.", "204": "Nothing is changed by it."}
    refusals = {**_REFUSALS, **(_UNSEEN if changes else {}), **({"409": "There is one already."} if changes else {})}
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    return {
        "summary": summary,
        "tags": ["desk"],
        "security": [{"token": []}],
        "parameters": list(parameters),
        "responses": {
            **{
                status: {"description": told, "content": content}
                for status, told in (answers or {"200": "The answer."}).items()
            },
            **{status: {"description": told, "content": problem} for status, told in refusals.items()},
        },
    }
