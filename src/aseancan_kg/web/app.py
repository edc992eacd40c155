"""The service: every room in plain view."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from aseancan_kg.desk.office import Office
from aseancan_kg.settings import VERSION
from aseancan_kg.web import (
    assets,
    browse,
    bundle,
    changes,
    citing,
    deposits,
    desk,
    discovery,
    doctor,
    entities,
    error_reports,
    graph_store,
    health,
    named_queries,
    oai,
    openapi,
    pages,
    pictures,
    problems,
    reading,
    reconcile,
    records,
    releases,
    search,
    sparql,
    unapi,
    vocabulary,
)
from aseancan_kg.web.compression import Compression
from aseancan_kg.web.front import Front
from aseancan_kg.web.metrics import Metrics
from aseancan_kg.web.state import State
from aseancan_kg.web.threads import Threads

_LEAVE_TAKING = 60.0
"""Seconds for which requests that began before a switch are waited for, should their bodies be slow to come."""

_ROUTES = [
    Route("/sparql", sparql.sparql, methods=["GET", "POST"]),
    Route("/sparql/doctor", doctor.doctor, methods=["GET", "POST"]),
    Route("/sparql/vocabulary", vocabulary.vocabulary),
    Route("/graph-store", graph_store.graph),
    Route("/queries", named_queries.query_list),
    Route("/queries/{name}", named_queries.query),
    Route("/q", deposits.deposit, methods=["POST"]),
    Route("/q/{name}", deposits.show),
    Route("/read", reading.plans),
    Route("/read/{path:path}", reading.read),
    Route("/cite", citing.cite),
    Route("/unapi", unapi.unapi),
    Route("/records", records.overview),
    Route("/records/crosswalk", records.table),
    Route("/records/crosswalk.csv", records.table_file),
    Route("/records/{path:path}", records.record),
    Route("/oai", oai.oai, methods=["GET", "POST"]),
    Route("/pictures", pictures.overview),
    Route("/pictures/{name}", pictures.picture),
    Route("/report", error_reports.report, methods=["GET", "POST"]),
    Route("/report/{reference}", error_reports.received),
    Route("/id/{path:path}", entities.thing),
    Route("/doc/{path:path}", entities.document),
    Route("/ont", entities.document),
    Route("/ont.{suffix}", entities.document),
    Route("/ont/{path:path}", entities.document),
    Route("/scheme/{path:path}", entities.document),
    Route("/graph/{path:path}", entities.document),
    Route("/change/{path:path}", changes.change),
    Route("/at/{when}", changes.at),
    Route("/at/{when}/{path:path}", changes.at),
    Route("/dataset", discovery.dataset),
    Route("/dataset.{suffix}", discovery.dataset),
    Route("/.well-known/void", discovery.description),
    Route("/robots.txt", discovery.robots),
    Route("/sitemap.xml", discovery.sitemap_index),
    Route("/sitemap-{number:int}.xml", discovery.sitemap),
    Route("/feed.atom", discovery.feed),
    Route("/shapes", entities.document),
    Route("/shapes.{suffix}", entities.document),
    Route("/linkset", entities.linkset),
    Route("/linkset/{path:path}", entities.linkset),
    Route("/r", releases.release_list),
    Route("/r/{version}", releases.release),
    Route("/r/{version}/", releases.release),
    Route("/r/{version}/changes.{suffix}", releases.changes),
    Route("/r/{version}/changes/{path:path}", releases.difference),
    Route("/r/{version}/id/{path:path}", releases.thing),
    *(
        Route(f"/r/{{version}}/{path}", releases.document)
        for path in ("doc/{path:path}", "scheme/{path:path}", "graph/{path:path}")
    ),
    *(
        Route(f"/r/{{version}}/{name}{suffix}", releases.document)
        for name in ("ont", "dataset", "shapes")
        for suffix in ("", ".{suffix}")
    ),
    Route("/r/{version}/{name}", releases.quads),
    Route("/downloads", discovery.description),
    Route("/downloads/tables", bundle.tables),
    Route("/downloads/tables/{path:path}", bundle.table),
    Route("/downloads/{path:path}", pages.download),
    Route("/", entities.look_up),
    Route("/reconcile", reconcile.reconcile, methods=["GET", "POST"]),
    Route("/reconcile/suggest/{kind}", reconcile.suggest),
    Route("/reconcile/flyout/{kind}", reconcile.flyout),
    Route("/reconcile/preview", reconcile.preview),
    Route("/reconcile/properties", reconcile.properties),
    Route("/browse", browse.index),
    Route("/browse/{kind}", browse.kind),
    Route("/search", search.search),
    Route("/search/suggest", search.suggest),
    Route("/opensearch.xml", search.describe),
    Route("/openapi.json", openapi.document),
    Route("/docs", openapi.docs),
    Route("/static/{path:path}", assets.asset),
]
"""What answers which address, besides the counts and the health of the service itself."""


def create_app(state: State, office: Office | None = None) -> FastAPI:
    """Return the service over a state; its engine is started with the service, unless it is, and closed with it.

    So is the composer of an office. Without an office the desk is off, and nothing of it is there.
    """
    metrics = Metrics()
    app = FastAPI(
        title="ASEAN-Canada commitments knowledge graph",
        version=VERSION,
        lifespan=_lifespan,
        redirect_slashes=False,  # by 307 to whatever host the request names; `pages` does this
        openapi_url=None,  # `openapi` does this: the ready-made pages load their scripts from a public network
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `front` does these
    )
    app.state.service = state
    app.state.office = office
    app.state.signing_in = Threads(at_once=2, waiting=16)  # each verifies a password in 64 MB
    app.state.at_desk = Threads(at_once=8, waiting=40)  # composing is done for one after the other
    problems.install(app)
    app.router.routes += [*_ROUTES, *(desk.ROUTES if office else ()), Route("/metrics", metrics.show)]
    app.include_router(health.router)
    app.router.default = pages.elsewhere
    # Outside all that FastAPI puts around its routes, so that a ready-made answer passes nothing but this.
    app.state.front = app.middleware_stack = Front(app, Compression(app.build_middleware_stack()), metrics)
    return app


async def switch(app: FastAPI, state: State) -> State | None:
    """Serve another state, its engine started, from the next request on; those before are answered by the old one.

    Returns the old one when nobody is answered by it any more, and nothing made of it.
    """
    old: State = app.state.service
    app.state.service = state
    app.openapi_schema = None
    with suppress(TimeoutError):
        async with asyncio.timeout(_LEAVE_TAKING):
            while old.visits.count:
                await asyncio.sleep(0.05)
    await _close(old)
    return old if old.prepared.is_set() and not old.visits.count else None


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if not app.state.service.engine.ready:
        await app.state.service.engine.start()
    office: Office | None = app.state.office
    if office:
        office.open()
    yield
    if office:
        await run_in_threadpool(office.close)
    await _close(app.state.service)


async def _close(state: State) -> None:
    state.given_up.set()
    await state.engine.close()
    await state.releases.close()
    state.derived.clear()
