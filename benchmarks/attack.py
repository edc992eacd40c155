"""Clients that try to stall or kill a service, and what that does to the others.

Eight attackers, all from 127.0.0.1 and in a process of their own, send queries that need more time, memory or stack
than there is, each the next 30 ms after the last is answered. Meanwhile two ordinary clients, from 127.0.0.2 and
127.0.0.3, send a small query in the same rhythm, cold.
"""

import itertools
import statistics
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

import processes
from load import Client, Endpoint
from running import Running
from workload import SMALL

ATTACKERS = 8
ORDINARY = ("127.0.0.2", "127.0.0.3")
PAUSE = 0.03
PATIENCE = 10
"""Seconds over the limit after which an attacker gives a query up as not answered."""

DOUBLING = " ".join(f"BIND (CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(40))
HOSTILE = {
    "cartesian count": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "path closure": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b }",
    "cartesian order": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c",
    "string doubling": f'SELECT (STRLEN(?s40) AS ?n) {{ BIND ("sixteen letters." AS ?s0) {DOUBLING} }}',
    "nested parentheses": f"SELECT * {{ ?s ?p ?o FILTER {'(' * 5000}true{')' * 5000} }}",
    "group concatenation": "SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?all) { ?a ?b ?c . ?d ?e ?f }",
    "deep collection": f"SELECT * {{ ?s ?p {'(' * 200}1{')' * 200} }}",
}


@dataclass(slots=True)
class Hostile:
    """How the service answered one hostile query: how often with which status, and the longest it took, in seconds."""

    statuses: dict[int, int] = field(default_factory=dict)
    longest: float = 0


@dataclass(slots=True)
class Ordinary:
    """How ordinary clients fared: milliseconds of each answer, and how many requests failed."""

    milliseconds: list[float] = field(default_factory=list)
    failed: int = 0

    def quantile(self, hundredth: int) -> float:
        """Return the 50th or 99th of a hundred parts of the times, in milliseconds."""
        return statistics.quantiles(self.milliseconds, n=100)[hundredth - 1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack did; memory in MiB: of the server's own process at rest, and the most of its whole process tree.

    `stopped` tells that the server was killed here because it took more than the machine can give; `alive`, that it
    answered a small query after the attack.
    """

    quiet: Ordinary
    attacked: Ordinary
    hostile: dict[str, Hostile]
    at_rest: float
    peak: float
    stopped: bool
    alive: bool


def run(server: Running, limit: float, seconds: float, ceiling: float) -> Outcome:
    """Ask ordinary queries for some seconds in quiet, then for as long under attack.

    `limit` is the seconds that the server gives a query; above `ceiling` MiB it is killed.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:
        elsewhere.submit(time.sleep, 0).result()
        quiet = _ask(server.endpoint, seconds)
        at_rest = processes.memory(server.pid)
        attack = elsewhere.submit(_attack, server.pid, server.endpoint, limit + PATIENCE, seconds, ceiling)
        attacked = _ask(server.endpoint, seconds)
        hostile, peak, stopped = attack.result()
    client = Client(server.endpoint, PATIENCE)
    alive = client.ask(SMALL).status == 200
    client.close()
    return Outcome(quiet, attacked, hostile, at_rest, peak, stopped, alive)


def _ask(endpoint: Endpoint, seconds: float) -> Ordinary:
    """Be the ordinary clients for some seconds."""
    found, until = Ordinary(), time.monotonic() + seconds

    def one(source: str) -> None:
        client = Client(endpoint, PATIENCE, source)
        while time.monotonic() < until:
            answer = client.ask(SMALL, f"{time.monotonic_ns()}")
            found.milliseconds.append(answer.seconds * 1000)
            found.failed += answer.status != 200
            time.sleep(PAUSE)
        client.close()

    with ThreadPoolExecutor(len(ORDINARY)) as clients:
        list(clients.map(one, ORDINARY))
    return found


def _attack(
    pid: int, endpoint: Endpoint, patience: float, seconds: float, ceiling: float
) -> tuple[dict[str, Hostile], float, bool]:
    """Be the attackers for some seconds, and watch the server's memory the while."""
    found, until = {name: Hostile() for name in HOSTILE}, time.monotonic() + seconds

    def one(first: int) -> None:
        client = Client(endpoint, patience)
        for name, text in itertools.islice(itertools.cycle(HOSTILE.items()), first, None):
            if time.monotonic() > until:
                break
            answer = client.post(f"{text} # {time.monotonic_ns()}")
            hostile = found[name]
            hostile.statuses[answer.status] = hostile.statuses.get(answer.status, 0) + 1
            hostile.longest = max(hostile.longest, answer.seconds)
            # Sending refused queries again without a break would measure this machine, not the server.
            time.sleep(PAUSE)
        client.close()

    peak, stopped = 0.0, False
    with ThreadPoolExecutor(ATTACKERS) as attackers:
        attacks = [attackers.submit(one, number) for number in range(ATTACKERS)]
        while not all(attack.done() for attack in attacks):
            peak = max(peak, processes.memory(*processes.tree(pid)))
            if peak > ceiling and not stopped:
                processes.kill_group(pid)
                stopped = True
            time.sleep(0.05)
    return found, peak, stopped
