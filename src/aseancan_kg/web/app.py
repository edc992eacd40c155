"""The service: every room in plain view."""

from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aseancan_kg import queries
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web import entities, pages, problems, sparql
from aseancan_kg.web.downloads import Downloads
from aseancan_kg.web.state import HERE, State, templates


def create_app(store: Dataset, downloads: Path | None = None) -> FastAPI:
    """Return the service over a store; it holds no state but what is given here.

    `downloads` is the directory of the built dataset's files, offered as they are.
    """
    app = FastAPI(
        title="ASEAN-Canada commitments knowledge graph",
        version=store.version,
        middleware=[Middleware(CommonHeaders, store=store)],
        docs_url=None,  # the ready-made pages load their scripts from a public network
        redoc_url=None,
    )
    files = Downloads(downloads)
    app.state.service = State(store, queries.catalogue(), templates(store, files.names))
    problems.install(app)
    app.router.routes += [
        Route("/id/{path:path}", entities.thing),
        Route("/doc/{path:path}", entities.document),
        Route("/ont", entities.document),
        Route("/ont.{suffix}", entities.document),
        Route("/scheme/{path:path}", entities.document),
        Route("/graph/{path:path}", entities.document),
        Route("/dataset", entities.document),
        Route("/shapes", entities.document),
        Route("/sparql", sparql.sparql, methods=["GET", "POST"]),
        Route("/queries", pages.query_list),
        Route("/queries/{name}", pages.query),
        Route("/downloads/{path:path}", files.file),
        Route("/", pages.home),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]

    @app.get("/health/live")
    def live() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "live"}

    @app.get("/health/ready")
    @app.get("/health", operation_id="health")
    def ready() -> dict[str, str | int]:
        """Tell that the dataset is loaded, and which."""
        return {"status": "ready", "version": store.version, "graphs": len(store.graphs)}

    return app


class CommonHeaders:
    """Puts what every response carries on it, answers CORS preflights, and makes HEAD out of GET."""

    def __init__(self, app: ASGIApp, store: Dataset) -> None:
        self._app = app
        self._store = store
        self._common = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "AC-Dataset-Version, AC-Row-Count, Content-Location, ETag, Link",
            "X-Content-Type-Options": "nosniff",
        }
        self._preflight = {
            "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here when it is an OPTIONS request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._common)
                headers["AC-Dataset-Version"] = self._store.version
            elif head:
                message = {**message, "body": b""}
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=self._preflight)(scope, receive, send_with_headers)
        else:
            await self._app({**scope, "method": "GET"} if head else scope, receive, send_with_headers)
