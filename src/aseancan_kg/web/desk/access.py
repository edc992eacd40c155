"""`/desk/sign-in`, `/desk/sign-out`, and who calls the other doors of the desk, by a cookie or by a bearer token.

Requests by a cookie are taken only from pages of the desk itself. Browsers send the cookie with no request that another
site has begun (`SameSite=Strict`), say where a request comes from, and cannot be made to tell another site the token
that every form carries: each would do, and all are asked. A link from another site therefore leads to the sign-in page.
"""

import hashlib
import hmac
import re
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import quote, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Accounts, Caller
from aseancan_kg.errors import (
    Busy,
    Error,
    Forbidden,
    InputError,
    InsufficientScope,
    NotAcceptable,
    Throttled,
    Unauthorised,
)
from aseancan_kg.mediatypes import HTML, PLAIN_JSON, negotiate
from aseancan_kg.web.answers import client_of
from aseancan_kg.web.bodies import FORM, body, form
from aseancan_kg.web.pages import page
from aseancan_kg.web.problems import STATUS, challenge
from aseancan_kg.web.state import accept_of, root_of
from aseancan_kg.web.threads import Threads

HOME = "/desk"
_SIGN_IN = f"{HOME}/sign-in"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FIELD, _HEADER = "csrf", "x-csrf-token"
_SIGN_IN_KB, _FORM_KB = 4, 1024
"""Kilobytes of a form: of one that anybody may send, and of one that a cataloguer does."""
_ON_THE_DESK = re.compile(r"/desk([/?][!-\[\]-~]*)?", re.ASCII)
"""Where one is sent after signing in: printable, and without the backslash that browsers read as a slash."""
_LONGEST_NEXT = 2000


async def caller_of(request: Request) -> Caller:
    """Return who calls: by a bearer token if there is an `Authorization`, else by the session of the cookie.

    Raises `Unauthorised`; a browser that wants a page is sent to sign in.
    """
    _refuse_open_lines(request)
    accounts = _accounts(request)
    if authorization := request.headers.get("authorization"):
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorised("the desk takes bearer tokens only", remedy="Send `Authorization: Bearer` and a token.")
        return await run_in_threadpool(accounts.bearer, secret.strip())
    caller = await _signed_in(request)
    if caller is None and request.method == "GET" and _wants_page(request):
        query = f"?{request.url.query}" if request.url.query else ""
        back = urlencode({"next": quote(request.scope["path"].removeprefix(root_of(request))) + query})
        raise HTTPException(303, "Sign in first.", {"Location": f"{root_of(request)}{_SIGN_IN}?{back}"})
    if caller is None:
        remedy = "Sign in, open the form again and send it; programs send a token as `Authorization: Bearer`."
        raise Unauthorised("nobody is signed in, or not any more", remedy=remedy)
    return caller


async def allow(request: Request, scope: str) -> Caller:
    """Return who calls, if that may do what a scope of `accounts.SCOPES` names.

    Raises as `caller_of` does, `InsufficientScope`, and `Forbidden` for what another site may have had a browser send.
    """
    caller = await caller_of(request)
    if scope not in caller.scopes:
        remedy = "An editor's account may publish; a token may do what its scopes name."
        raise InsufficientScope(f"{caller.name} may not {scope} by this", remedy=remedy, scope=scope)
    if request.method not in _SAFE and not request.headers.get("authorization"):
        await _refuse_other_sites(request)
    return caller


def csrf_of(request: Request) -> str:
    """Return what a form of the page has to carry in its field `csrf`; it is that of the session and of no other."""
    secret = request.cookies.get(_cookie(request), "")
    return hmac.digest(secret.encode(), b"csrf", hashlib.sha256).hex()


async def posted(request: Request) -> list[tuple[str, str]]:
    """Return the fields of a form that was posted, read once for whoever asks; raises `InputError` for no form."""
    if not hasattr(request.state, "posted"):
        if not _is_form(request):
            raise InputError("the request carries no form", remedy=f"Post {FORM}.")
        request.state.posted = form(await body(request, _FORM_KB))
    fields: list[tuple[str, str]] = request.state.posted
    return fields


async def sign_in(request: Request) -> Response:
    """Answer `/desk/sign-in`: the form by GET; by POST begin a session and lead to where one was going."""
    _refuse_open_lines(request)
    if request.method == "GET":
        wanted = _next(request.query_params.get("next", ""))
        if await _signed_in(request):
            return RedirectResponse(root_of(request) + wanted, 303)
        return await run_in_threadpool(_form, request, "", wanted)
    _refuse_another_origin(request)
    given = dict(form(await body(request, _SIGN_IN_KB)))
    name, wanted = given.get("name", "").strip(), _next(given.get("next", ""))
    try:
        signing_in: Threads = request.app.state.signing_in
        secret = await signing_in.run(_accounts(request).sign_in, name, given.get("password", ""), client_of(request))
    except (Unauthorised, Throttled, Busy) as error:
        if not _wants_page(request):
            raise
        return await run_in_threadpool(_form, request, name, wanted, error)
    await _end(request)  # whoever had the browser before
    response = RedirectResponse(root_of(request) + wanted, 303)
    # It ends with the browser, or as the database tells, whichever is first.
    response.set_cookie(_cookie(request), secret, secure=_is_secure(request), httponly=True, samesite="strict")
    return response


async def sign_out(request: Request) -> Response:
    """Answer `/desk/sign-out`: end the session, if there is one; without it the cookie is not touched either.

    Another site may send a browser here: the cookie does not come along then, but would go if it were told to.
    """
    response = RedirectResponse(root_of(request) + _SIGN_IN, 303)
    if await _signed_in(request):
        await _refuse_other_sites(request)
        await _end(request)
        response.delete_cookie(_cookie(request), secure=_is_secure(request), httponly=True, samesite="strict")
    return response


ROUTES = [
    Route(_SIGN_IN, sign_in, methods=["GET", "POST"]),
    Route(f"{HOME}/sign-out", sign_out, methods=["POST"]),
]


def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.office.accounts
    return accounts


async def _signed_in(request: Request) -> Caller | None:
    secret = request.cookies.get(_cookie(request))
    return await run_in_threadpool(_accounts(request).session, secret) if secret else None


async def _end(request: Request) -> None:
    if secret := request.cookies.get(_cookie(request)):
        await run_in_threadpool(_accounts(request).sign_out, secret, client_of(request))


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie(request: Request) -> str:
    """Return the name of the cookie; browsers take one with the prefix only from this very host, over https."""
    return "__Host-aseancan-desk" if _is_secure(request) else "aseancan-desk"


def _refuse_open_lines(request: Request) -> None:
    """Refuse passwords, sessions and tokens that others on the way could read."""
    if not (_is_secure(request) or _is_here(request)):
        remedy = "Use https; a proxy that ends it has to be trusted and to send X-Forwarded-For and X-Forwarded-Proto."
        raise Forbidden("the desk is used over https, or on its own machine", remedy=remedy)


def _is_here(request: Request) -> bool:
    with suppress(ValueError):  # a client that is known by no address
        address = ip_address(request.client.host if request.client else "")
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    return False


def _refuse_another_origin(request: Request) -> None:
    """Refuse what did not come from a page of this host, by `Sec-Fetch-Site`; older browsers send `Origin` alone."""
    origin = urlsplit(request.headers.get("origin", ""))
    is_ours = (origin.scheme, origin.netloc) == (request.url.scheme, request.url.netloc)
    if request.headers.get("sec-fetch-site", "same-origin" if is_ours else "cross-site") != "same-origin":
        remedy = "Use the forms of the desk; a proxy before it has to pass the Host header on."
        raise Forbidden("this did not come from a page of the desk", remedy=remedy)


async def _refuse_other_sites(request: Request) -> None:
    """Refuse what lacks the token of the session, or did not come from a page of this host."""
    _refuse_another_origin(request)
    given = request.headers.get(_HEADER, "")
    if not given and _is_form(request):
        given = dict(await posted(request)).get(_FIELD, "")
    if not hmac.compare_digest(given.encode(), csrf_of(request).encode()):
        remedy = "Open the form again and send it from there; you may have signed in anew meanwhile."
        raise Forbidden("the form is not of this session", remedy=remedy)


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM


def _wants_page(request: Request) -> bool:
    with suppress(NotAcceptable):
        return negotiate(accept_of(request) or "*/*", (PLAIN_JSON, HTML)) is HTML
    return False


def _next(wanted: str) -> str:
    """Return where on the desk one was going; its home for whatever leads elsewhere."""
    is_local = len(wanted) <= _LONGEST_NEXT and _ON_THE_DESK.fullmatch(wanted) and ".." not in wanted
    return wanted if is_local and not wanted.startswith(("/desk/sign-", "/desk//")) else HOME


def _form(request: Request, name: str, wanted: str, problem: Error | None = None) -> Response:
    headers = {}
    if isinstance(problem, Unauthorised):
        headers["WWW-Authenticate"] = challenge(request)
    elif isinstance(problem, Throttled | Busy):
        headers["Retry-After"] = str(problem.retry_after)
    status = STATUS[type(problem)] if problem else 200
    return page(
        request, "desk/sign-in.html", status_code=status, headers=headers, name=name, next=wanted, problem=problem
    )
