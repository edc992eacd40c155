"""The SPARQL service beside other servers: latency, throughput, memory, and what an attack does to it.

    python benchmarks/serving.py [--sizes 10000 1000000 10000000] [--rounds 3] [--seconds 2] [--attack] [--out FILE]
    python benchmarks/serving.py --quick        10,000 triples, in about three minutes

Prints Markdown: per size, what every server needed, and which goals of ours were met. Data are synthetic plans
(`plans.py`), queries those of `workload.py`. A node is this service with `--store`, in front of that Oxigraph server.
All servers run at once, on loopback; rounds are interleaved over queries and servers, and no server is measured before
the last one is idle again. Tables show medians of the rounds.

One client is this process with one connection kept alive; sixteen are wrk (`apt-get install wrk`), which takes one
core of its own. Cold, a variable has another name in every request, so that no cache of texts, plans or results helps;
warm, one text is repeated. A dash stands where a query is too slow for sixteen clients to be answered in the seconds
of a measurement. Peers that are not installed are named. Rows of every answer are compared before anything is timed.
Linux only: memory, resident and of the whole process tree, is read from /proc.
"""

import argparse
import itertools
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import attack
import plans
import processes
import report
from load import wrk
from report import CLIENTS, Comparison, Measurement, Need
from running import Engine, Running, serve
from servers import HELLO_WORLD, NODE, ON_DISK, OURS, OXIGRAPH, PEERS, QUERY_SECONDS, Server
from workload import QUERIES, SMALL, Query

SIZES = [10_000, 1_000_000, 10_000_000]
MOST_REQUESTS = 200
"""A client stops after so many, or when its seconds are over."""

ATTACK_SECONDS, LIMIT, WORKERS = 15, 2, 3
"""How long the attack lasts, and with how many seconds for a query, in how many workers, our service meets it."""

_marks = itertools.count(1)


def compare(triples: int, peers: list[Server], rounds: int, seconds: int, scratch: Path) -> Comparison:
    """Start all servers over data of one size, check that they agree, and measure them."""
    data = scratch / "plans.nq"
    with data.open("w", encoding="utf-8") as file:
        written = sum(1 for line in plans.quads(triples) if file.write(line))
    progress(f"{written:,} triples generated")
    found = Comparison(written)
    with ExitStack() as stack:
        engine = Engine(data)
        stack.callback(engine.close)
        asked: list[Engine | Running] = [engine]
        for server in (OURS, *(peer for peer in peers if written < peer.most_triples)):
            # All clients of wrk have one address, so the queue has to hold all of them.
            environment = {**settings(written, QUERY_SECONDS), "AC_CLIENT_SECONDS": "1000000"}
            running = stack.enter_context(serve(server, data, written, scratch / server.name, environment))
            asked.append(running)
            if server is OXIGRAPH:
                store = f"http://127.0.0.1:{running.endpoint.port}{server.path}"
                node = serve(NODE, data, written, scratch / NODE.name, environment, store=store)
                asked.append(stack.enter_context(node))
        for one in asked:
            held = processes.memory(*processes.tree(one.pid))
            found.needs[one.name] = Need(one.loaded, held, held)
            progress(f"{one.name} answered after {one.loaded:.1f} s")
        agree(asked, found)
        hello = stack.enter_context(serve(HELLO_WORLD, data, written, scratch / HELLO_WORLD.name, {}))
        for number, query, cold in itertools.product(range(rounds), QUERIES, (True, False)):
            progress(f"round {number + 1}, {query.name} {'cold' if cold else 'warm'}")
            for one in asked:
                if query.name not in found.failures.get(one.name, {}):
                    found.measurements += measure(one, query, cold, seconds)
                    need = found.needs[one.name]
                    need.most = max(need.most, processes.memory(*processes.tree(one.pid)))
            if query is SMALL:
                found.measurements += measure(hello, query, cold, seconds)
    return found


def agree(asked: list[Engine | Running], found: Comparison) -> None:
    """Ask each every query once; end where the numbers of rows differ, and note which queries fail."""
    for query, one in itertools.product(QUERIES, asked):
        answer = one.ask(query)
        if answer.status != 200:
            found.failures.setdefault(one.name, {})[query.name] = answer.status
            processes.settle(one.pid)
            continue
        rows = query.rows(answer.body)
        expected = found.rows.setdefault(query.name, rows)
        if rows != expected or not rows:
            sys.exit(f"{query.name}: {rows} rows from {one.name}, {expected} from the others")


def measure(one: Engine | Running, query: Query, cold: bool, seconds: int) -> list[Measurement]:
    """Measure with one client and, where that leaves enough answers to count, with sixteen."""
    times: list[float] = []
    failed, until = 0, time.monotonic() + seconds
    while len(times) < MOST_REQUESTS and time.monotonic() < until:
        answer = one.ask(query, f"{next(_marks)}" if cold else "")
        times.append(answer.seconds * 1000)
        failed += answer.status != 200
    times.sort()
    p50, p99 = statistics.median(times), times[math.ceil(len(times) * 0.99) - 1]
    measured = [Measurement(one.name, query.name, cold, 1, 1000 * len(times) / sum(times), p50, p99, failed)]
    if isinstance(one, Running) and p50 * CLIENTS < 1000 * seconds:
        rate = wrk(one.endpoint, query, f"{next(_marks)}x" if cold else None, CLIENTS, seconds)
        measured.append(Measurement(one.name, query.name, cold, CLIENTS, *rate))
    processes.settle(one.pid)
    return measured


def settings(triples: int, limit: int) -> dict[str, str]:
    """Return the environment of our service: memory enough for a worker to hold the data, and for its queries."""
    return {
        "AC_WORKERS": str(WORKERS),
        "AC_QUERY_SECONDS": str(limit),
        "AC_QUERY_MEMORY_MB": str(megabytes(triples)),
    }


def megabytes(triples: int) -> int:
    """Return the memory of a worker for data of this size, in MiB."""
    return 1024 + triples // 1000


def attacked(found: Comparison, scratch: Path) -> report.Attack:
    """Start our service alone with a short limit, and have it attacked."""
    memory, environment = megabytes(found.triples), settings(found.triples, LIMIT)
    with serve(OURS, scratch / "plans.nq", found.triples, scratch / "attacked", environment) as one:
        progress("quiet, then under attack")
        outcome = attack.run(one, LIMIT, ATTACK_SECONDS, ceiling=(WORKERS + 2) * memory)
    return report.Attack(outcome, WORKERS, LIMIT, memory)


def progress(step: str) -> None:
    """Tell on standard error how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {step}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of triples")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="servers to compare with")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="the most that one measurement takes")
    parser.add_argument("--attack", action="store_true", help=f"attack our service too, up to {ON_DISK:,} triples")
    parser.add_argument("--out", type=Path, help="file for all measurements, as JSON")
    parser.add_argument("--quick", action="store_true", help="10,000 triples, 2 rounds of 1 second, and the attack")
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.rounds, options.seconds, options.attack = [10_000], 2, 1, True
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    peers = [PEERS[name] for name in options.peers]
    missing = [peer for peer in peers if not peer.installed]
    for peer in missing:
        print(f"Not measured: {peer.name} is not installed ({peer.comes_with}).\n")
    print("\n".join(report.legend()))
    load = os.getloadavg()[0]
    comparisons = []
    for triples in options.sizes:
        with tempfile.TemporaryDirectory() as directory:
            scratch = Path(directory)
            present = [peer for peer in peers if peer not in missing]
            found = compare(triples, present, options.rounds, options.seconds, scratch)
            if options.attack and found.triples < ON_DISK:
                found.attack = attacked(found, scratch)
        print("\n".join(report.lines(found)), flush=True)
        comparisons.append(found)
    print(f"\n{os.cpu_count()} cores, load average {load:.1f} before and {os.getloadavg()[0]:.1f} after.", end=" ")
    print(f"{options.rounds} rounds of at most {options.seconds} s. {report.noise(comparisons)}")
    if options.out:
        options.out.write_text(json.dumps([asdict(found) for found in comparisons], indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
