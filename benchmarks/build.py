"""Build, validate and start: time and memory of the product, each beside plain rdflib or pySHACL doing the same.

    python benchmarks/build.py [--rounds 3]

Every measurement is a process of its own; rounds are interleaved, the table shows medians, and the last column is the
ratio to the peer in the same run. Peers:

- build     rdflib reads the finished N-Quads file and writes it again: what handling these quads costs at least
- validate  the `pyshacl` command on the same triples and shapes, as two Turtle files
- start     rdflib loads the N-Quads file and answers one query; ours is `serve`, from start to its first answer
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

SCRIPTS = Path(sysconfig.get_path("scripts"))
OURS = str(SCRIPTS / "aseancan-kg")
ASK = "SELECT (COUNT(*) AS ?n) WHERE { ?action a <https://w3id.org/aseancan/ont#Action> }"

PLAIN_BUILD = """
import sys
from rdflib import Dataset
dataset = Dataset()
dataset.parse(sys.argv[1], format="nquads")
lines = sorted(dataset.serialize(format="nquads").splitlines())
open(sys.argv[2], "w", encoding="utf-8").write("\\n".join(lines))
"""
PLAIN_START = """
import sys
from rdflib import Dataset
dataset = Dataset(default_union=True)
dataset.parse(sys.argv[1], format="nquads")
print(list(dataset.query(sys.argv[2])))
"""
TO_TURTLE = """
import sys
from rdflib import Dataset, Graph, URIRef
dataset = Dataset()
dataset.parse(sys.argv[1], format="nquads")
union = Graph()
for s, p, o, _ in dataset.quads():
    union.add((s, p, o))
union.serialize(sys.argv[2], format="turtle")
dataset.graph(URIRef("https://w3id.org/aseancan/graph/shapes")).serialize(sys.argv[3], format="turtle")
"""

Measured = tuple[float, float]


def run(*command: str) -> Measured:
    """Run a process to its end; return seconds and peak MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"{' '.join(command)} ended with status {status}")
    return seconds, usage.ru_maxrss / 1024


def run_serve() -> Measured:
    """Start `serve` on a free port; return seconds to the first answered query, and peak MiB by then."""
    started = time.perf_counter()
    process = subprocess.Popen([OURS, "serve", "--port", "0"], stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout is not None
    address = next(word for line in process.stdout for word in line.split() if word.endswith("/sparql"))
    request = urllib.request.Request(address, ASK.encode(), {"Content-Type": "application/sparql-query"})
    with urllib.request.urlopen(request, timeout=30) as response:
        json.load(response)
    seconds = time.perf_counter() - started
    process.terminate()
    _, _, usage = os.wait4(process.pid, 0)
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        run(OURS, "build", "--out", scratch)
        quads = str(next(Path(scratch).glob("aseancan-*.nq")))
        data, shapes = f"{scratch}/data.ttl", f"{scratch}/shapes.ttl"
        run(sys.executable, "-c", TO_TURTLE, quads, data, shapes)
        python = sys.executable
        pairs: dict[str, tuple[Callable[[], Measured], Callable[[], Measured]]] = {
            "build + validate": (
                lambda: run(OURS, "build", "--out", f"{scratch}/again"),
                lambda: run(python, "-c", PLAIN_BUILD, quads, f"{scratch}/plain.nq"),
            ),
            "validate": (
                lambda: run(OURS, "validate", data, "--shapes", shapes),
                lambda: run(str(SCRIPTS / "pyshacl"), "--shacl", shapes, "--allow-warnings", data),
            ),
            "start": (run_serve, lambda: run(python, "-c", PLAIN_START, quads, ASK)),
        }
        table: dict[str, list[tuple[Measured, Measured]]] = {name: [] for name in pairs}
        for _ in range(rounds):
            for name, (ours, plain) in pairs.items():
                table[name].append((ours(), plain()))
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {rounds} rounds, medians")
    print(f"{'':18}{'ours s':>9}{'ours MiB':>10}{'plain s':>9}{'plain MiB':>11}{'time ratio':>12}")
    for name, results in table.items():
        columns = [statistics.median(pair[who][what] for pair in results) for who in (0, 1) for what in (0, 1)]
        figures = "{:9.2f}{:10.0f}{:9.2f}{:11.0f}".format(*columns)
        print(f"{name:18}{figures}{columns[0] / columns[2]:12.2f}")


if __name__ == "__main__":
    main()
