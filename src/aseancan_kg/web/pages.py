"""Pages for people, and the home page."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import catalogue
from aseancan_kg.mediatypes import HTML
from aseancan_kg.namespaces import BASE, thing
from aseancan_kg.web.state import local_path, root_of, state_of

_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_PLAN = thing("instrument", "asean-canada-poa-2021-2025")


def page(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """Render a template as a response; `href(iri)` in it is the local address of an IRI, `root` the service's path."""
    root = root_of(request)

    def href(iri: str) -> str:
        """Link target: our own pages on this host, web addresses as they are, nothing for other schemes."""
        path = local_path(iri)
        return root + path if path else iri if iri.startswith(("https://", "http://")) else ""

    text = state_of(request).templates.get_template(template).render(root=root, href=href, base=BASE, **values)
    sent = {"Content-Security-Policy": _SECURITY, "Content-Language": "en", **(headers or {})}
    return Response(text, status_code, sent, media_type=HTML.content_type)


async def home(request: Request) -> Response:
    """Answer `/`: what this is, what it holds, the ways in."""
    state = state_of(request)
    counts = await run_in_threadpool(catalogue.overview, state.store)
    return page(
        request,
        "home.html",
        counts=counts,
        store=state.store,
        queries=len(state.queries),
        plan=_PLAN,
        has_plan=state.store.knows(_PLAN),
    )


async def download(request: Request) -> Response:
    """Answer `/downloads/…` with a file of the built dataset."""
    return state_of(request).downloads.response(request.path_params["path"])
