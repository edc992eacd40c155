"""What was measured, as Markdown, and which goals were met."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from attack import ATTACKERS, Outcome
from running import Engine
from servers import HELLO_WORLD, OURS, OXIGRAPH, RDFLIB_ENDPOINT
from workload import QUERIES, SMALL

CLIENTS = 16


@dataclass(frozen=True, slots=True)
class Measurement:
    """One server asked one query in one round; times in milliseconds."""

    server: str
    query: str
    cold: bool
    clients: int
    per_second: float
    p50: float
    p99: float
    failed: int


@dataclass(slots=True)
class Need:
    """Seconds to the first answer; MiB of the process tree after it, and the most after any measurement."""

    seconds: float
    loaded: float
    most: float


@dataclass(slots=True)
class Comparison:
    """What was found with data of one size; failures are HTTP statuses by server and query."""

    triples: int
    rows: dict[str, int] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)
    failures: dict[str, dict[str, int]] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    attack: "Attack | None" = None

    def rounds(self, server: str, query: str, cold: bool, clients: int) -> list[Measurement]:
        """Return the measurements of one kind, one for each round."""
        wanted = (server, query, cold, clients)
        return [one for one in self.measurements if (one.server, one.query, one.cold, one.clients) == wanted]

    def median(self, server: str, query: str, cold: bool, clients: int) -> Measurement | None:
        """Return the medians over the rounds, and all failures; None when it was not measured."""
        rounds = self.rounds(server, query, cold, clients)
        if not rounds:
            return None
        columns = zip(*((one.per_second, one.p50, one.p99) for one in rounds), strict=True)
        per_second, p50, p99 = map(statistics.median, columns)
        return Measurement(server, query, cold, clients, per_second, p50, p99, sum(one.failed for one in rounds))


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack, and the settings of the service: workers, seconds and MiB of each for a query."""

    outcome: Outcome
    workers: int
    seconds: float
    megabytes: int

    @property
    def bound(self) -> float:
        """Return the MiB that the settings allow: workers at their limit, beside the server's own."""
        return self.workers * self.megabytes + self.outcome.at_rest


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: what was measured, and the bound it has to keep."""

    name: str
    measured: float
    bound: float
    unit: str = ""
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """Tell whether the bound is kept."""
        met = self.measured >= self.bound if self.at_least else self.measured <= self.bound
        return "met" if met else "NOT MET"

    def show(self, value: float) -> str:
        """Write a value with its unit."""
        return f"{value:.2f}{self.unit}"


def lines(found: Comparison) -> Iterator[str]:
    """Yield the Markdown of one size."""
    needs = found.needs
    yield f"\n## {found.triples:,} triples\n"
    yield from _table(
        ["", *needs],
        [
            ["start to first answer, s", *(f"{need.seconds:.1f}" for need in needs.values())],
            ["memory then, MiB", *(f"{need.loaded:.0f}" for need in needs.values())],
            ["most memory, MiB", *(f"{need.most:.0f}" for need in needs.values())],
        ],
    )
    yield "\nOne client: p50 / p99 of an answer in ms.\n"
    yield from _table(["query", "rows", "", *needs], _rows(found, 1, list(needs)))
    yield f"\n{CLIENTS} clients: answers per second (p50 / p99 in ms).\n"
    servers = [name for name in needs if name != Engine.name]
    yield from _table(["query", "rows", "", *servers], _rows(found, CLIENTS, servers))
    yield f"\nBare uvicorn says hello {_hello(found):.0f} times per second to {CLIENTS} clients."
    if found.attack:
        yield from _attack_lines(found.attack)
    yield "\nGoals.\n"
    rows = ([goal.name, goal.show(goal.measured), goal.show(goal.bound), goal.verdict] for goal in goals(found))
    yield from _table(["goal", "measured", "bound", ""], rows)


def legend() -> Iterator[str]:
    """Yield the Markdown that says what each query asks."""
    yield from _table(["query", "asks for"], ([query.name, query.means] for query in QUERIES))


def noise(comparisons: Sequence[Comparison]) -> str:
    """Say how far the rounds of one measurement lie apart."""
    spreads = []
    for found in comparisons:
        for one in {(each.server, each.query, each.cold, each.clients) for each in found.measurements}:
            values = [each.per_second for each in found.rounds(*one)]
            if len(values) > 1:
                spreads.append((max(values) - min(values)) / statistics.median(values))
    if not spreads:
        return "One round only: the noise is not known."
    middle, high = statistics.median(spreads), statistics.quantiles(spreads, n=10)[-1]
    return f"Noise: the rounds of one measurement lie {middle:.0%} apart in the middle, {high:.0%} for one in ten."


def goals(found: Comparison) -> Iterator[Goal]:
    """Yield the goals that the measurements tell something of."""
    yield from _latency_goals(found)
    yield from _throughput_goals(found)
    if found.attack:
        yield from _attack_goals(found.attack)


def _latency_goals(found: Comparison) -> Iterator[Goal]:
    for query in QUERIES:
        ours, engine, *peers = (
            found.median(name, query.name, True, 1)
            for name in (OURS.name, Engine.name, OXIGRAPH.name, RDFLIB_ENDPOINT.name)
        )
        if ours is None or engine is None:
            continue
        name = f"{query.name} cold, one client: the engine's {engine.p50:.2f} ms, and at most 1.5 ms or 30 % more"
        yield Goal(name, ours.p50, max(engine.p50 + 1.5, 1.3 * engine.p50), " ms")
        times = [peer.p50 for peer in peers if peer is not None]
        if engine.p50 > 5 and times:
            name = f"{query.name} cold, one client: the better of Oxigraph server and rdflib-endpoint"
            yield Goal(name, ours.p50, min(times), " ms")


def _throughput_goals(found: Comparison) -> Iterator[Goal]:
    asked, hello = f"{SMALL.name}, {CLIENTS} clients", _hello(found)
    for heat, share in (("cold", 0.15), ("warm", 0.6)):
        ours = found.median(OURS.name, SMALL.name, heat == "cold", CLIENTS)
        if ours:
            yield Goal(f"{asked}, {heat}: share of bare uvicorn", ours.per_second / hello, share, at_least=True)
    ours = found.median(OURS.name, SMALL.name, True, CLIENTS)
    # With many clients it may answer nobody in the time, and never more than it answers one.
    rates = [found.median(RDFLIB_ENDPOINT.name, SMALL.name, True, clients) for clients in (1, CLIENTS)]
    rdflib = max((rate.per_second for rate in rates if rate), default=None)
    if ours and rdflib:
        yield Goal(f"{asked}, cold: times rdflib-endpoint", ours.per_second / rdflib, 5, at_least=True)


def _attack_goals(attack: Attack) -> Iterator[Goal]:
    outcome = attack.outcome
    yield Goal("attack: ordinary p99, times quiet", outcome.attacked.quantile(99) / outcome.quiet.quantile(99), 3)
    yield Goal("attack: ordinary requests that failed", outcome.attacked.failed, 0)
    yield Goal("attack: most memory", outcome.peak, attack.bound, " MiB")
    yield Goal("attack: alive afterwards", outcome.alive, 1, at_least=True)
    for name, hostile in outcome.hostile.items():
        yield Goal(f"attack: {name}, longest", hostile.longest, attack.seconds + 0.5, " s")
    unanswered = sum(hostile.statuses.get(0, 0) for hostile in outcome.hostile.values())
    yield Goal("attack: hostile queries that were not answered", unanswered, 0)


def _attack_lines(attack: Attack) -> Iterator[str]:
    outcome = attack.outcome
    limits = f"{attack.workers} workers of {attack.megabytes} MiB, {attack.seconds:g} s for a query"
    yield f"\nUnder attack by {ATTACKERS} clients; {limits}."
    if outcome.stopped:
        yield "The server was killed here, before it took the memory of the whole machine."
    yield ""
    yield from _table(
        ["ordinary clients", "answers", "failed", "p50 ms", "p99 ms"],
        [
            [name, f"{len(one.milliseconds)}", f"{one.failed}", f"{one.quantile(50):.1f}", f"{one.quantile(99):.1f}"]
            for name, one in (("quiet", outcome.quiet), ("under attack", outcome.attacked))
        ],
    )
    yield ""
    yield from _table(
        ["hostile query", "answers by status (0: none)", "longest s"],
        [
            [name, ", ".join(f"{n} × {status}" for status, n in sorted(one.statuses.items())), f"{one.longest:.2f}"]
            for name, one in outcome.hostile.items()
        ],
    )


def _hello(found: Comparison) -> float:
    """Return how often per second bare uvicorn answers, to requests of both kinds."""
    return statistics.median(
        one.per_second for one in found.measurements if one.server == HELLO_WORLD.name and one.clients == CLIENTS
    )


def _rows(found: Comparison, clients: int, servers: Sequence[str]) -> Iterator[list[str]]:
    """Yield a table's rows: each query cold and warm, with a cell for each server."""
    for query in QUERIES:
        for heat in ("cold", "warm"):
            cells = [_cell(found, server, query.name, heat == "cold", clients) for server in servers]
            yield [query.name, f"{found.rows[query.name]}", heat, *cells]


def _cell(found: Comparison, server: str, query: str, cold: bool, clients: int) -> str:
    if query in found.failures.get(server, {}):
        return f"status {found.failures[server][query]}"
    one = found.median(server, query, cold, clients)
    if one is None:
        return "–"
    times = f"{one.p50:.2f} / {one.p99:.2f}"
    shown = times if clients == 1 else f"{one.per_second:.0f} ({times})"
    return f"{shown}, {one.failed} failed" if one.failed else shown


def _table(heads: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    heads = list(heads)
    for cells in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cells)} |"
