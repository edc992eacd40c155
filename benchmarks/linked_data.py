"""Documents, pages and searches beside a bare server that sends the same bytes, and beside SHMARQL.

    python benchmarks/linked_data.py [--rounds 3] [--seconds 3] [--out FILE]

Prints Markdown: answers per second and the slowest in a hundred, and which goals of ours were met. The bare server is
uvicorn with an application that sends one body; its 304 is a body of twelve bytes. SHMARQL (`pip install shmarql`)
sends from an entity to a query, which is what is measured of it. Sixteen clients are wrk (`apt-get install wrk`), which
takes a core of its own; rounds are interleaved, tables show medians. Linux.
"""

import argparse
import http.client
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox

from aseancan_kg import settings
from load import Rate, hammer
from running import Running, serve
from servers import OURS, Place, Server

CLIENTS = 16
ENTITY = "/doc/instrument/actip-2015"
BASE = "https://w3id.org/aseancan/"
STARTS = 5
"""Fresh servers that are asked for documents they have not been asked for yet."""
OTHERS = ("body/aha-centre", "instrument/mpac-2025", "instrument/aoip-2019", "body/asean", "state/canada")
GOALS = {"Turtle": 0.7, "JSON-LD": 0.7, "page": 0.4, "304": 0.8}
"""Answers per second, of those of the bare server."""
COLD_SECONDS = 0.01

BARE = """
import json, sys, uvicorn
bodies = {path: (body.encode(), kind.encode()) for path, (body, kind) in json.load(open(sys.argv[2])).items()}
async def answer(scope, receive, send):
    body, kind = bodies.get(scope["path"], (b"Hello, world", b"text/plain"))
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", kind)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
uvicorn.run(answer, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
"""
SHMARQL = """
import os, sys
os.environ |= {"DATA_LOAD_PATHS": sys.argv[2], "SITE_URI": sys.argv[3]}
import uvicorn
uvicorn.run("shmarql.main:app", port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


@dataclass(frozen=True, slots=True)
class Case:
    """Something that is asked for; a cold one is another every time, so that nothing kept helps."""

    name: str
    path: str
    accept: str
    held: bool = False
    cold: bool = False


CASES = (
    Case("Turtle", ENTITY, "text/turtle"),
    Case("JSON-LD", ENTITY, "application/ld+json"),
    Case("page", ENTITY, "text/html"),
    Case("304", ENTITY, "text/turtle", held=True),
    Case("search, kept", "/search?q=traffiking&format=json", "application/json"),
    Case("search, another each time", "/search?q=traffiking%20COLD&format=json", "application/json", cold=True),
)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    data = settings.dataset_file()
    with tempfile.TemporaryDirectory() as scratch:
        cold = first_documents(data, Path(scratch))
        rates = compare(data, Path(scratch), options.rounds, options.seconds)
    text = as_markdown(rates, cold)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


def first_documents(data: Path, scratch: Path) -> tuple[list[float], list[float]]:
    """Return the seconds that documents took that nobody had asked for: the first of a server, and others after it."""
    first, others = [], []
    for number in range(STARTS):
        with serve(OURS, data, 0, scratch / f"start-{number}", {}) as ours:
            cases = [CASES[0], *(replace(CASES[0], path=f"/doc/{one}") for one in OTHERS)]
            for case in cases:
                since = time.perf_counter()
                get(ours, case)
                (first if case is CASES[0] else others).append(time.perf_counter() - since)
    return first, others


def compare(data: Path, scratch: Path, rounds: int, seconds: int) -> dict[tuple[str, str], list[Rate]]:
    """Return the rates of every case and server, one a round."""
    rates: dict[tuple[str, str], list[Rate]] = {}
    with ExitStack() as stack:
        ours = stack.enter_context(serve(OURS, data, 0, scratch / "ours", {}))
        answers = {case.name: get(ours, case) for case in CASES}
        bodies = {f"/{case.name}": answers[case.name][:2] for case in CASES if not case.held}
        (scratch / "bodies.json").write_text(json.dumps(bodies), encoding="utf-8")

        def bare(place: Place) -> list[str]:
            return ["-c", BARE, str(place.port), str(scratch / "bodies.json")]

        def shmarql(place: Place) -> list[str]:
            return ["-c", SHMARQL, str(place.port), str(merged(place)), BASE]

        servers = [Server("uvicorn", "python", "uvicorn", "/", bare)]
        if importlib.util.find_spec("shmarql"):
            servers.append(Server("shmarql", "python", "pip install shmarql", "/sparql", shmarql))
        else:
            print("shmarql is not installed", file=sys.stderr)
        peers = {one.name: stack.enter_context(serve(one, data, 0, scratch / one.name, {})) for one in servers}
        for _ in range(rounds):
            for case in CASES:
                headers = [f"Accept: {case.accept}"]
                if case.held:
                    headers.append(f"If-None-Match: {answers[case.name][2]}")
                targets = {
                    "ours": (ours, case.path),
                    "uvicorn": (peers["uvicorn"], f"/{case.name.replace(' ', '%20')}"),
                }
                if "shmarql" in peers and case.path == ENTITY and not case.held:
                    targets["shmarql"] = peers["shmarql"], sent_to(peers["shmarql"], case)
                for name, (server, target) in targets.items():
                    rate = hammer(server.endpoint.port, target, headers, CLIENTS, seconds, cold=case.cold)
                    rates.setdefault((case.name, name), []).append(rate)
                    print(f"{case.name}, {name}: {rate.per_second:,.0f}/s", file=sys.stderr)
    return rates


def merged(place: Place) -> Path:
    """Write the triples of all graphs as N-Triples, for a server that asks the default graph alone."""
    file = place.scratch / "merged.nt"
    triples = {quad.triple for quad in ox.parse(path=place.data, format=ox.RdfFormat.N_QUADS)}
    ox.serialize(triples, str(file), format=ox.RdfFormat.N_TRIPLES)
    return file


def get(server: Running, case: Case) -> tuple[str, str, str]:
    """Return the body, the media type and the tag of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.endpoint.port, timeout=60)
    try:
        connection.request("GET", case.path, headers={"Accept": case.accept})
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{case.path} is {answer.status}: {body[:200]}")
        return body, answer.headers["content-type"], answer.headers.get("etag", "")
    finally:
        connection.close()


def sent_to(server: Running, case: Case) -> str:
    """Return where SHMARQL sends whoever asks for the entity."""
    connection = http.client.HTTPConnection("127.0.0.1", server.endpoint.port, timeout=60)
    try:
        connection.request("GET", case.path.replace("/doc/", "/id/"), headers={"Accept": case.accept})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 307:
            raise RuntimeError(f"{server.name} knows no {case.path}: {answer.status}")
        return urljoin("/", answer.headers["location"])
    finally:
        connection.close()


def as_markdown(rates: dict[tuple[str, str], list[Rate]], cold: tuple[list[float], list[float]]) -> str:
    """Return the table, and which goals were met."""
    lines = ["| | server | answers/s | of uvicorn | p99 ms | failed |", "|---|---|---|---|---|---|"]
    verdicts = []
    for (case, server), measured in rates.items():
        per_second = statistics.median(one.per_second for one in measured)
        p99 = statistics.median(one.p99 for one in measured)
        bare = statistics.median(one.per_second for one in rates[case, "uvicorn"])
        failed = sum(one.failed for one in measured)
        lines.append(f"| {case} | {server} | {per_second:,.0f} | {per_second / bare:.2f} | {p99:.2f} | {failed} |")
        if server == "ours" and case in GOALS:
            met = "met" if per_second / bare >= GOALS[case] else "NOT MET"
            verdicts.append(f"- {case}: {per_second / bare:.2f} of uvicorn, goal {GOALS[case]}: {met}")
    for name, found in zip(
        ("the first document of a server", "another document nobody had asked for"), cold, strict=True
    ):
        middle, longest = statistics.median(found), max(found)
        met = "met" if middle <= COLD_SECONDS else "NOT MET"
        told = f"{middle * 1000:.1f} ms in the middle, {longest * 1000:.1f} at most"
        verdicts.append(f"- {name}: {told}, goal {COLD_SECONDS * 1000:g}: {met}")
    return "\n".join([*lines, "", *verdicts, ""])


if __name__ == "__main__":
    main()
