"""The service: every room in plain view."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from aseancan_kg.settings import VERSION
from aseancan_kg.web import (
    browse,
    deposits,
    doctor,
    entities,
    graph_store,
    health,
    named_queries,
    openapi,
    pages,
    problems,
    search,
    sparql,
    vocabulary,
)
from aseancan_kg.web.front import Front
from aseancan_kg.web.metrics import Metrics
from aseancan_kg.web.state import HERE, State

_LEAVE_TAKING = 60.0
"""Seconds for which requests that began before a switch are waited for, should their bodies be slow to come."""


def create_app(state: State) -> FastAPI:
    """Return the service over a state; its engine is started with the service, unless it is, and closed with it."""
    metrics = Metrics()
    app = FastAPI(
        title="ASEAN-Canada commitments knowledge graph",
        version=VERSION,
        lifespan=_lifespan,
        openapi_url=None,  # `openapi` does this: the ready-made pages load their scripts from a public network
        telemetry={"tracing": False, "metrics": False, "logs": False},  # `front` does these
    )
    app.state.service = state
    problems.install(app)
    app.router.routes += [
        Route("/sparql", sparql.sparql, methods=["GET", "POST"]),
        Route("/sparql/doctor", doctor.doctor, methods=["GET", "POST"]),
        Route("/sparql/vocabulary", vocabulary.vocabulary),
        Route("/graph-store", graph_store.graph),
        Route("/queries", named_queries.query_list),
        Route("/queries/{name}", named_queries.query),
        Route("/q", deposits.deposit, methods=["POST"]),
        Route("/q/{name}", deposits.show),
        Route("/id/{path:path}", entities.thing),
        Route("/doc/{path:path}", entities.document),
        Route("/ont", entities.document),
        Route("/ont.{suffix}", entities.document),
        Route("/scheme/{path:path}", entities.document),
        Route("/graph/{path:path}", entities.document),
        Route("/dataset", entities.document),
        Route("/shapes", entities.document),
        Route("/downloads/{path:path}", pages.download),
        Route("/", pages.home),
        Route("/browse", browse.index),
        Route("/browse/{kind}", browse.kind),
        Route("/search", search.search),
        Route("/search/suggest", search.suggest),
        Route("/opensearch.xml", search.describe),
        Route("/metrics", metrics.show),
        Route("/openapi.json", openapi.document),
        Route("/docs", openapi.docs),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
    app.include_router(health.router)
    # Outside all that FastAPI puts around its routes, so that a ready-made answer passes nothing but this.
    app.middleware_stack = Front(app.build_middleware_stack(), metrics)
    return app


async def switch(app: FastAPI, state: State) -> None:
    """Serve another state, its engine started, from the next request on; those before are answered by the old one."""
    old: State = app.state.service
    app.state.service = state
    app.openapi_schema = None
    with suppress(TimeoutError):
        async with asyncio.timeout(_LEAVE_TAKING):
            while old.visits.count:
                await asyncio.sleep(0.05)
    await _close(old)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    if not app.state.service.engine.ready:
        await app.state.service.engine.start()
    yield
    await _close(app.state.service)


async def _close(state: State) -> None:
    await state.engine.close()
    await state.releases.close()
