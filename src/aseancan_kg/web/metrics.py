"""Counts for Prometheus, at `/metrics`."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.web.state import state_of

_DOORS = frozenset(
    {"id", "doc", "ont", "scheme", "graph", "sparql", "graph-store", "queries", "q", "downloads", "static", "health"}
)
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Metrics:
    """The counts of one app since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("door", "status")
        self._requests = Counter("aseancan_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "aseancan_request_seconds", "Time to answer", ("door",), buckets=_SECONDS, registry=self._registry
        )
        self._gauges = {
            name: Gauge(f"aseancan_{name}", words, registry=self._registry)
            for name, words in (
                ("queries_running", "Queries that have a process"),
                ("queries_waiting", "Queries that wait for one"),
                ("queries_killed", "Query processes killed or lost since this dataset is served"),
                ("answers_kept_hits", "Answers found ready since this dataset is served"),
                ("triples", "Facts served"),
            )
        }
        self._children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._version = Gauge("aseancan_dataset", "The dataset that is served", ("version",), registry=self._registry)

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count a request for the door that its path leads to; `seconds` is the time it took."""
        first = path.split("/", 2)[1] if path.startswith("/") else ""
        door = first if first in _DOORS else "other" if first else "home"
        children = self._children.get((door, status))
        if children is None:  # looking them up by their labels costs more than counting
            children = self._requests.labels(door, status), self._seconds.labels(door)
            self._children[door, status] = children
        children[0].inc()
        children[1].observe(seconds)

    async def show(self, request: Request) -> Response:
        """Answer `/metrics`."""
        state = state_of(request)
        now = {
            "queries_running": state.engine.turns.running,
            "queries_waiting": state.engine.turns.waiting,
            "queries_killed": state.engine.killed,
            "answers_kept_hits": state.kept.hits,
            "triples": len(state.store),
        }
        for name, value in now.items():
            self._gauges[name].set(value)
        self._version.clear()
        self._version.labels(state.store.version).set(1)
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)
