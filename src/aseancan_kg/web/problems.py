"""Errors as HTTP: the status of each error class, and RFC 9457 problem documents."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from aseancan_kg import errors
from aseancan_kg.mediatypes import HTML, PLAIN_TEXT, PROBLEM, negotiate
from aseancan_kg.namespaces import BASE
from aseancan_kg.web.pages import page, workbench
from aseancan_kg.web.state import accept_of, log_of

STATUS: dict[type[errors.Error], HTTPStatus] = {
    errors.Error: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InputError: HTTPStatus.BAD_REQUEST,
    errors.RegisterError: HTTPStatus.BAD_REQUEST,
    errors.SyntaxProblem: HTTPStatus.BAD_REQUEST,
    errors.DatasetMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.InvalidData: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.DanglingReference: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidTables: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InvalidChange: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.RuleFailed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.PRECONDITION_FAILED,
    errors.AlreadyThere: HTTPStatus.CONFLICT,
    errors.PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.TooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.NoRoom: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.Unauthorised: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.InsufficientScope: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    errors.QueryStopped: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueryTimeout: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueryMemory: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueryCrash: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ComeBackLater: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.BudgetSpent: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    errors.DatasetChanged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TablesChanged: HTTPStatus.SERVICE_UNAVAILABLE,
}
_TITLES = {
    errors.InputError: "The request cannot be read",
    errors.SyntaxProblem: "The query does not parse",
    errors.Unauthorised: "Sign in first",
    errors.Forbidden: "This is refused",
    errors.InsufficientScope: "You may not do this",
    errors.NotFound: "Nothing is known by that name",
    errors.NotAcceptable: "There is no such representation",
    errors.InvalidData: "It breaks a rule",
    errors.DanglingReference: "It breaks a rule",
    errors.InvalidTables: "It breaks a rule",
    errors.InvalidChange: "The change breaks a rule",
    errors.RuleFailed: "A rule has failed",
    errors.AlreadyThere: "There is one already",
    errors.PreconditionRequired: "It is not said what is changed",
    errors.Conflict: "It was changed meanwhile",
    errors.TooLong: "That is too long",
    errors.NoRoom: "There is no room",
    errors.QueryTimeout: "The query took too long",
    errors.QueryMemory: "The query needs too much memory",
    errors.QueryCrash: "The engine failed on the query",
    errors.Busy: "The service is busy",
    errors.BudgetSpent: "You have asked much lately",
    errors.Throttled: "Too many attempts to sign in",
    errors.DatasetChanged: "The dataset has just changed",
    errors.StoreUnavailable: "The store does not answer",
    errors.TablesChanged: "The desk cannot be used now",
}


_CHALLENGE = 'Bearer realm="desk"'
_UNTIL_RESTORED = 60
"""Seconds after which it is worth asking again whether a store answers."""
_AROUND = 60
"""Characters of a line that are shown on each side of a place in it."""


def install(app: FastAPI) -> None:
    """Make every failure of the app a problem document."""
    app.add_exception_handler(errors.Error, _error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def precondition_failed(request: Request) -> Response:
    """Return the problem document of a representation that is no longer the one a client means (RFC 9110 §15.5.13)."""
    return _http_exception(request, HTTPException(HTTPStatus.PRECONDITION_FAILED))


def challenge(request: Request) -> str:
    """Return how a client may say who it is, and that its token is wrong if it sent one (RFC 6750 §3)."""
    return f'{_CHALLENGE}, error="invalid_token"' if "authorization" in request.headers else _CHALLENGE


def excerpt(text: str, place: errors.Place) -> str | None:
    """Return the line of a text that a place names, with a caret below the column; None when it names none.

    Of a long line it is the part around the column.
    """
    lines = text.splitlines()
    if place.line is None or not 1 <= place.line <= len(lines):
        return None
    line = lines[place.line - 1]
    if not isinstance(place.column, int):
        return line
    begin = max(0, place.column - 1 - _AROUND)
    before = f"{'…' if begin else ''}{line[begin : place.column - 1]}"
    after = line[place.column - 1 :]
    return f"{before}{after[:_AROUND]}{'…' if len(after) > _AROUND else ''}\n{' ' * len(before)}^"


def _error(request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.Error):
        raise error
    kind = type(error)
    name = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).strip("-")
    members: dict[str, Any] = {
        "type": f"{BASE}problem/{name}",
        "title": _TITLES.get(kind, STATUS[kind].phrase),
        "status": int(STATUS[kind]),
        "detail": error.message,
        "hint": error.remedy,
        **_particulars(error),
    }
    if error.place:
        # The door that knows the query's text leaves it here; errors themselves carry only the place.
        shown = excerpt(getattr(request.state, "query_text", ""), error.place)
        members |= {"line": error.place.line, "column": error.place.column, "excerpt": shown}
    headers = {}
    if alternates := getattr(request.state, "alternates", ()):
        members["alternates"] = [{"href": link.target, "type": link.type} for link in alternates]
        headers["Link"] = ", ".join(map(str, alternates))
    match error:
        case errors.Unauthorised():
            headers["WWW-Authenticate"] = challenge(request)
        case errors.InsufficientScope():
            headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="insufficient_scope", scope="{error.scope}"'
        case errors.ComeBackLater():
            headers["Retry-After"] = str(error.retry_after)
        case errors.TablesChanged():
            pass  # to ask again helps once somebody has built
        case errors.StoreUnavailable():
            headers["Retry-After"] = str(_UNTIL_RESTORED)
            log_of(request.scope)["cause"] = str(error.__cause__ or error)
    log_of(request.scope)["problem"] = name
    return _response(request, members, headers)


def _particulars(error: errors.Error) -> dict[str, Any]:
    """Return the members that problems of a kind have besides those of all."""
    match error:
        case errors.QueryTimeout():
            return {"limitSeconds": error.limit, "elapsedSeconds": round(error.elapsed, 3)}
        case errors.InvalidChange():
            return {"violations": error.violations}
        case errors.Conflict():
            return {"current": error.current, "given": error.given}
        case _:
            return {}


def _http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    detail = error.detail if error.detail != status.phrase else _DETAILS.get(status, status.description)
    members = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(headers["Allow"])
    return _response(request, members, headers)


def _allowed(methods: str) -> str:
    """Return the methods a door answers: its own and those the front answers for it, HEAD by its GET, and OPTIONS."""
    own = set(methods.split(", "))
    return ", ".join(sorted(own | {"OPTIONS"} | ({"HEAD"} if "GET" in own else set())))


_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is no such page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not answer that method; the Allow header lists those it does.",
    HTTPStatus.PRECONDITION_FAILED: "This has changed since: its tag or date is not the one that the request names.",
}


def _gone(request: Request, error: Exception) -> Response:
    """Answer a client that is no longer there; the status is for the log alone."""
    return Response(status_code=499)


def _unexpected(request: Request, error: Exception) -> Response:
    """Answer for an error nobody foresaw: the server logs its traceback, the client learns that it is not at fault."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    detail = "The service failed on this request. It has been logged."
    members = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    return _response(request, members)


def _response(request: Request, members: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Write the members that have a value as JSON, as text, or as a page for browsers."""
    problem = {name: value for name, value in members.items() if value is not None}
    problem["instance"] = request.url.path
    status: int = problem["status"]
    try:
        chosen = negotiate(accept_of(request), (PROBLEM, PLAIN_TEXT, HTML))
    except errors.NotAcceptable:
        chosen = PROBLEM  # a client that asked for Turtle still has to learn what went wrong
    sent = {"Vary": "Accept", **(headers or {})}
    text = getattr(request.state, "query_text", None)
    if chosen is HTML and text is not None:
        return workbench(request, text, problem=problem, headers=sent)
    if chosen is HTML:
        return page(request, "problem.html", problem=problem, status_code=status, headers=sent)
    if chosen is PLAIN_TEXT:
        text = "\n".join(str(problem[name]) for name in ("title", "detail", "excerpt", "hint") if name in problem)
        return Response(f"{text}\n", status, sent, media_type=PLAIN_TEXT.content_type)
    return Response(json.dumps(problem, ensure_ascii=False), status, sent, media_type=PROBLEM.content_type)
