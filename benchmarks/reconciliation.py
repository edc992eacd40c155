"""Reconciliation beside csv-reconcile: how many variants of names are found, how many matches are wrong, how fast.

    python benchmarks/reconciliation.py [--peer PYTHON] [--rounds 3] [--out FILE]

Prints Markdown. Both services know the same names; what is asked are the variants of the tests, and a thousand names of
the data of which a letter is left out. csv-reconcile (`pip install csv-reconcile`, in an environment of its own if need
be, whose Python is then told with --peer) knows no types, and has an entry for each name. Rounds are interleaved, times
are medians, on loopback.
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from aseancan_kg import settings
from aseancan_kg.library.reconciliation.entities import entities
from aseancan_kg.store.embedded import EmbeddedStore
from running import Running, serve
from servers import OURS, Place, Server

VARIANTS = Path(__file__).parents[1] / "tests" / "library" / "reconciliation" / "variants.csv"
BATCH, OPENREFINES = 1000, 10
RECALL, SECONDS = 0.95, 2.0
"""Goals: the share of variants whose first candidate is the thing, and the time of a batch."""
PEER = """
import sys
from csv_reconcile import create_app, initdb
app = create_app("", instance_path=sys.argv[2], scorerOption="")
with app.app_context():
    initdb.init_db_with_context(sys.argv[3], "id", "name")
app.run(port=int(sys.argv[1]))
"""

Queries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Service:
    """A service that runs, and the thing that each of its identifiers stands for, if these are not IRIs."""

    running: Running
    things: Mapping[str, str]

    def ask(self, queries: Queries) -> tuple[dict[str, list[dict[str, Any]]], float]:
        """Return the candidates for each query, and the seconds until all had come."""
        form = urllib.parse.urlencode({"queries": json.dumps(queries)}).encode()
        address = f"http://127.0.0.1:{self.running.endpoint.port}/reconcile"
        begun = time.perf_counter()
        with urllib.request.urlopen(address, form, timeout=600) as answer:
            told = json.load(answer)
        return {key: one["result"] for key, one in told.items()}, time.perf_counter() - begun

    def thing(self, candidate: Mapping[str, Any]) -> str:
        """Return the IRI of what a candidate is."""
        return self.things.get(candidate["id"], candidate["id"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    data = settings.dataset_file()
    named = [(one.iri, name.text) for one in entities(read(data)) for name in one.names]
    variants = list(csv.DictReader(VARIANTS.read_text(encoding="utf-8").splitlines()))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = [OURS, *([peer(asked.peer, names_file(scratch, named))] if has_peer(asked.peer) else [])]
        running = [stack.enter_context(serve(one, data, 0, scratch / one.name, {})) for one in servers]
        things = {str(row): iri for row, (iri, _) in enumerate(named)}
        services = [Service(one, things if one.name != OURS.name else {}) for one in running]
        lines = [*quality(services, variants), "", *speed(services, [name for _, name in named], asked.rounds)]
    print("\n".join(lines))
    if asked.out:
        asked.out.write_text("\n".join([*lines, ""]), encoding="utf-8")


def quality(services: Sequence[Service], variants: Sequence[Mapping[str, str]]) -> list[str]:
    """Return a table of what each service finds and matches."""
    known = [row for row in variants if row["expected"]]
    parts = {"all": known, "held out": [row for row in known if row["held_out"]]}
    lines = [
        f"{len(variants)} variants, {len(known)} of them of things in the data. Goal: {RECALL:.0%} found, none wrong.",
        "",
        "| | found first | held out | matched rightly | matched wrongly |",
        "|---|---|---|---|---|",
    ]
    for service in services:
        keys = {str(number): row for number, row in enumerate(variants)}
        answers, _ = service.ask({key: query(row) for key, row in keys.items()})
        firsts = {id(row): [service.thing(one) for one in answers[key][:1]] for key, row in keys.items()}
        found = [
            f"{sum(firsts[id(row)] == [row['expected']] for row in rows) / len(rows):.1%}" for rows in parts.values()
        ]
        matches = [
            service.thing(one) == row["expected"] for key, row in keys.items() for one in answers[key] if one["match"]
        ]
        right, wrong = sum(matches), len(matches) - sum(matches)
        lines.append(f"| {service.running.name} | {' | '.join(found)} | {right} | {wrong} |")
    return lines


def speed(services: Sequence[Service], names: Sequence[str], rounds: int) -> list[str]:
    """Return a table of the seconds that a thousand names take, together and in parts."""
    random = Random(0)
    misspelt = [misspell(random, random.choice(names)) for _ in range(BATCH)]
    queries = {str(number): {"query": name} for number, name in enumerate(misspelt)}
    parts = [dict([*queries.items()][start : start + OPENREFINES]) for start in range(0, BATCH, OPENREFINES)]
    times: dict[str, list[tuple[float, float]]] = {service.running.name: [] for service in services}
    for _ in range(rounds):
        for service in services:
            together = service.ask(queries)[1]
            times[service.running.name].append((together, sum(service.ask(part)[1] for part in parts)))
    lines = [
        f"{BATCH:,} misspelt names. Goal: less than {SECONDS:g} s together.",
        "",
        f"| | together, s | {OPENREFINES} at a time, as OpenRefine asks, s |",
        "|---|---|---|",
    ]
    for name, measured in times.items():
        together, apart = (statistics.median(column) for column in zip(*measured, strict=True))
        lines.append(f"| {name} | {together:.2f} | {apart:.2f} |")
    return lines


def query(row: Mapping[str, str]) -> dict[str, Any]:
    """Return the query for a variant."""
    return {"query": row["name"], "limit": 10, **({"type": row["type"]} if row["type"] else {})}


def misspell(random: Random, name: str) -> str:
    """Leave out a letter."""
    place = random.randrange(len(name))
    return name[:place] + name[place + 1 :] or name


def read(data: Path) -> EmbeddedStore:
    """Read the dataset."""
    return EmbeddedStore.from_files([data], union_default_graph=True)


def names_file(scratch: Path, named: Sequence[tuple[str, str]]) -> Path:
    """Write the names as the peer reads them."""
    file = scratch / "names.csv"
    with file.open("w", newline="", encoding="utf-8") as output:
        # It guesses what stands between the columns, and commas stand in many names.
        csv.writer(output, delimiter="\t").writerows(
            [("id", "name"), *((row, name) for row, (_, name) in enumerate(named))]
        )
    return file


def peer(python: str, names: Path) -> Server:
    """Return how csv-reconcile is started over the names."""

    def arguments(place: Place) -> list[str]:
        return ["-c", PEER, str(place.port), str(place.scratch), str(names)]

    return Server("csv-reconcile", python, "pip install csv-reconcile", "/reconcile", arguments)


def has_peer(python: str) -> bool:
    """Tell whether an interpreter has csv-reconcile; say so if it has not."""
    found = subprocess.run([python, "-c", "import csv_reconcile"], capture_output=True).returncode == 0
    if not found:
        print(f"NOT MEASURED: {python} has no csv-reconcile (pip install csv-reconcile)", file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
