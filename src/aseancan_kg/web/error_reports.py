"""`/report`: readers say what is wrong, without an account; what they say is for the operator alone."""

import json
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import error_reports
from aseancan_kg.desk.office import Office
from aseancan_kg.error_reports import LEAST_WORDS, LONGEST, ErrorReport
from aseancan_kg.errors import Forbidden, InputError, StoreUnavailable
from aseancan_kg.mediatypes import HTML, PLAIN_JSON, negotiate
from aseancan_kg.namespaces import BASE
from aseancan_kg.web.answers import client_of
from aseancan_kg.web.bodies import FORM, body, form
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import accept_of, root_of, state_of

_TRAP = "website"
"""A field that people do not see; programs that fill in every field fill it in too."""
_NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


async def report(request: Request) -> Response:
    """Answer `/report`: the form by GET; by POST keep a report and tell its reference, 201, or 303 for a browser."""
    if request.method == "GET":
        return await run_in_threadpool(_form, request, dict(request.query_params))
    _refuse_other_sites(request)
    given = await _given(request)
    wants_page = negotiate(accept_of(request) or "*/*", (PLAIN_JSON, HTML)) is HTML
    try:
        made = await run_in_threadpool(_keep, request, given)
    except InputError as error:
        if wants_page:
            return await run_in_threadpool(_form, request, given, error)
        raise
    location = f"{root_of(request)}/report/{made.reference}"
    if wants_page:
        return Response(status_code=303, headers={"Location": location})
    body = json.dumps(_told(made), ensure_ascii=False)
    return Response(body, 201, {"Location": location, **_NOT_KEPT}, media_type="application/json")


async def received(request: Request) -> Response:
    """Answer `/report/{reference}`: that it was received, and nothing of what it says."""
    return await run_in_threadpool(_received, request)


def _received(request: Request) -> Response:
    state = state_of(request)
    found = state.error_reports.get(request.path_params["reference"])
    if negotiate(accept_of(request), (HTML, PLAIN_JSON)) is HTML:
        label = _label(request, found.about)
        return page(request, "report-received.html", report=found, label=label, headers=_NOT_KEPT)
    return Response(json.dumps(_told(found), ensure_ascii=False), headers=_NOT_KEPT, media_type="application/json")


def _told(report: ErrorReport) -> dict[str, str]:
    """Return what anybody may know of a report."""
    return {
        "reference": report.reference,
        "received": report.received,
        "about": report.about,
        "datasetVersion": report.version,
    }


def _refuse_other_sites(request: Request) -> None:
    """Refuse what the page of another site has its reader's browser send; there is no session it could abuse.

    Browsers say where a request comes from in `Sec-Fetch-Site`; older ones name the site in `Origin`.
    """
    origin = urlsplit(request.headers.get("origin", "")).netloc
    default = "cross-site" if origin and origin != request.headers.get("host") else "none"
    if request.headers.get("sec-fetch-site", default) == "cross-site":
        raise Forbidden("a report is not taken from the page of another site", remedy="Use the form at /report.")


async def _given(request: Request) -> dict[str, str]:
    """Return what was posted as a form or as a JSON object of texts."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return dict(form(await body(request)))
    if kind != PLAIN_JSON.media_type:
        accepted = f"{FORM}, {PLAIN_JSON.media_type}"
        raise HTTPException(415, f"A report is posted as {accepted}.", headers={"Accept-Post": accepted})
    try:
        given = json.loads(await body(request))
    except (ValueError, RecursionError) as error:
        raise InputError("the body is not JSON", remedy='Post an object such as {"wrong": "…"}.') from error
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise InputError("the body is not an object of texts", remedy='Post an object such as {"wrong": "…"}.')
    return given


def _keep(request: Request, given: dict[str, str]) -> ErrorReport:
    """Keep a report; raises `InputError` for one that no person wrote, or that is about nothing known here."""
    state = state_of(request)
    if unknown := set(given) - {*LONGEST, _TRAP}:
        raise InputError(f"a report has no “{min(unknown)}”", remedy=f"It has: {', '.join(LONGEST)}.")
    if given.get(_TRAP):
        raise InputError(f"“{_TRAP}” is filled in", remedy="Leave it empty: it is there to catch programs.")
    made = error_reports.make({"about": BASE, "version": state.store.version} | _without_empty(given))
    if not made.about.startswith(BASE) and not state.store.knows(made.about):
        raise InputError("nothing is known here of what the report is about", remedy="Follow the link below a page.")
    state.error_reports.put(made, client_of(request))
    office: Office | None = request.app.state.office
    if office:
        with suppress(StoreUnavailable):  # it is kept, and taken over when the service starts again
            office.drafts.receive(made)
    return made


def _without_empty(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}


def _form(request: Request, given: dict[str, str], problem: InputError | None = None) -> Response:
    values = {name: given.get(name, "") for name in LONGEST}
    values["about"] = values["about"] or BASE
    values["version"] = values["version"] or state_of(request).store.version
    return page(
        request,
        "report.html",
        status_code=400 if problem else 200,
        headers=_NOT_KEPT,
        values=values,
        label=_label(request, values["about"]),
        longest=LONGEST,
        least=LEAST_WORDS,
        trap=_TRAP,
        problem=problem,
        about=values["about"],
    )


def _label(request: Request, iri: str) -> str | None:
    store = state_of(request).store
    if not store.knows(iri):
        return None
    label = store.labels([iri]).get(iri)
    return label.value if label else None
