"""The running service under requests that no client should send: it answers, or refuses, and stays as it was."""

import concurrent.futures
import contextlib
import csv
import http.client
import io
import json
import os
import random
import re
import socket
import struct
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from aseancan_kg.queries import catalogue

CASES = int(os.environ.get("AC_FUZZ_CASES", "600"))
SEED = int(os.environ.get("AC_FUZZ_SEED", "1"))
LIMITS = {
    "AC_WORKERS": "2",
    "AC_QUERY_SECONDS": "0.5",
    "AC_QUERY_MEMORY_MB": "128",
    "AC_QUEUE": "16",
    "AC_CLIENT_SECONDS": "1000000",  # else most cases would only be told that their client has had its share
    "AC_BUFFER_KB": "16",
    "AC_TRANSFER_SECONDS": "1",
    "AC_CACHE_MB": "4",
    "AC_DEPOSITS_MB": "1",
}
PROCESSES = 5
"""The keeper, two workers and two to spare."""
MOST_MEMORY = 400 * 1024 * 1024
"""Bytes of memory that the server itself may hold at the end."""

PROBLEMS = {"query-timeout", "query-memory", "query-crash", "busy", "store-unavailable"}
QUERIES = [query.bind({}) for query in catalogue().values() if all(one.default for one in query.parameters)]
PATHS = [
    *(
        "/",
        "/sparql",
        "/sparql/doctor",
        "/sparql/vocabulary",
        "/graph-store",
        "/queries",
        "/queries/members",
        "/q",
        "/report",
        "/oai",
    ),
    *("/reconcile", "/reconcile/suggest/entity", "/reconcile/preview", "/reconcile/properties"),
    *("/queries/members.rq", "/queries/members.ttl", "/q/aaaaaaaaaa", "/q/aaaaaaaaaa.bib", "/id/body/asean"),
    *("/doc/body/asean", "/doc/body/asean.ttl", "/ont", "/ont.ttl", "/scheme/body-kind", "/graph/bodies", "/dataset"),
    *("/shapes", "/downloads/x.nq", "/metrics", "/static/style.css", "/health", "/health/live", "/openapi.json"),
    *("/downloads/tables", "/downloads/tables/csv/actions.csv"),
    *(
        "/docs",
        "/linkset/doc/body/asean",
        "/linkset",
        "/doc/body/ASEAN",
        "/id/ASEC",
        "/doc/ont/Plan",
        "/doc/asean.html",
    ),
    *(
        "/doc/instrument/plan-b.html",
        "/scheme/body-kind/secretariat",
        "/dataset.ttl",
        "/queries/",
        "/static/0/style.css",
    ),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", "M-SEARCH"]
ACCEPTS = [
    *("*/*", "", "text/csv", "text/tab-separated-values", "application/sparql-results+xml", "text/turtle"),
    *("application/rdf+xml", "application/ld+json", "application/n-quads", "application/trig", "text/plain"),
    *(
        "text/html",
        "*",
        ",,,;;;",
        "text/*;q=0",
        "*/*;q=-1",
        "a/b;q=" + "9" * 500,
        '"',
        "text/csv;q=\u00e9",
        "x/" * 3000,
    ),
]
TYPES = [
    *("application/sparql-query", "application/x-www-form-urlencoded", "application/sparql-update", "text/plain", ""),
    *("application/sparql-query; charset=utf-16", "application/sparql-query;;;", "multipart/form-data; boundary=x"),
    *('APPLICATION/SPARQL-QUERY ; charset="UTF-8"', "application/json", "\u00ff/\u00ff"),
]
ODDITIES = [
    *(
        "\0",
        "\ud800",
        "\udfff",
        "\u202e",
        "\u0301" * 50,
        "\U0001f600",
        "\ufeff",
        "\x85",
        "\u2028",
        "\r",
        "\x1b",
        "\x01",
    ),
    *("9" * 400, "1e999999", "-0.0", "'9223372036854775808'^^<http://www.w3.org/2001/XMLSchema#integer>", "1/0"),
    *(
        '"""',
        "'''",
        '"',
        "'",
        "\\",
        "\\u0041",
        "\\U00110000",
        "# ",
        "#\r",
        "<#> ",
        "<'>",
        "<urn:\0>",
        "<urn:%zz>",
        "<>",
    ),
    *("('\\u0001\\u000B' AS ?odd)", "BIND('\\u0001' AS ?odd)", "VALUES ?odd { '\\uFFFE' '\\u0000' <urn:\\u0001> }"),
    *("{" * 5000, "(" * 5000, "!" * 3000, "a/" * 3000, "[" * 200, "((" * 150, "<<(" * 99, "{ SELECT * " * 99),
    *("?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ", "(!<urn:x>|^!<urn:x>)* ", "ORDER BY RAND()", "LIMIT 99999999999"),
    *(
        "OFFSET -1",
        "GROUP BY ?x",
        "HAVING (1)",
        "FILTER(REGEX(?x, '((a*)*)*b'))",
        "BIND(?x AS ?x)",
        "COUNT(*)",
        "FROM <x>",
    ),
    *(
        "UNION",
        "OPTIONAL",
        "MINUS",
        "GRAPH ?g",
        "VALUES ?x {}",
        "CONSTRUCT",
        "DESCRIBE *",
        "ASK",
        "INSERT DATA",
        "^^",
        "@en",
    ),
    *(
        "CLEAR ALL",
        "; DROP ALL",
        "BASE <>",
        "PREFIX : <>",
        "VERSION '1.2'",
        "UUID()",
        "NOW()",
        "BNODE()",
        "STRLANG(1, 2)",
    ),
]


@dataclass(frozen=True)
class Case:
    """Bytes to send, the methods of the requests in them, and after how many bytes the client leaves.

    To an `unended` one the service may wait for more.
    """

    sent: bytes
    methods: tuple[str, ...] = ("GET",)
    unended: bool = False
    leaves_sending: int | None = None
    leaves_reading: int | None = None
    source: str = "127.0.0.1"


def request(method, target, headers, body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def outward(chance, url):
    """Return a way to make the service send a request to the url."""
    keyword = "".join(chance.choice((letter, letter.lower())) for letter in "SERVICE")
    gap = chance.choice(("", " ", "\t", "\r", "#x\n", " SILENT ", "SILENT", "/**/", "\0"))
    return chance.choice(
        (
            f" {keyword}{gap}<{url}> {{ ?s ?p ?o }} ",
            f" true{keyword}{gap}<{url}> {{ ?s ?p ?o }} ",
            f" 1.{keyword}{gap}<{url}> {{ ?s ?p ?o }} ",
            f' VALUES ?v {{ """a" }} {keyword}{gap}<{url}> {{}} ',
            f' FILTER(1<#> """\n 2) {keyword} <{url}> {{}} #"""\n ',
            f" FILTER(1<'>\"'||1) {keyword} <{url}> {{}} #\"\n ",
            f" BIND(<{url}> AS ?v) {keyword} ?v {{ ?s ?p ?o }} ",
            f" \\u0053{keyword[1:]} <{url}> {{}} ",
            f" FROM <{url}> FROM NAMED <{url}> ",
            f" LOAD <{url}> ; ",
            f" LOAD SILENT <{url}> INTO GRAPH <urn:g> ; ",
        )
    )


def mutated(chance, text, url):
    """Return a text with some of its tokens removed, doubled, exchanged, or joined by odd ones."""
    pieces = re.findall(r"\w+|\s+|.", text)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3, 8))):
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        match chance.randrange(7):
            case 0:
                del pieces[at : at + chance.choice((1, 1, 5))]
            case 1:
                pieces[at:at] = pieces[at : at + 5] * chance.choice((1, 2, 50))
            case 2:
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 3 | 4:
                pieces.insert(at, f" {chance.choice(ODDITIES)} ")
            case 5:
                pieces.insert(at, outward(chance, url))
            case 6:
                pieces = pieces[:at]
        pieces = pieces or [" "]
    return "".join(pieces)


def asking(chance, text):
    """Ask a query in one of the ways there are, more or less as the protocol says."""
    query = text.encode("utf-8", "surrogatepass")
    accept = ("Accept", chance.choice(["*/*"] * len(ACCEPTS) + ACCEPTS))
    door = chance.choice(("/sparql", "/sparql", "/sparql", "/sparql/doctor", "/q"))
    named = chance.choice(("csv", "tsv", "xml", "json", "html", "ttl", "rdf", "jsonld", "?"))
    fields = [("query", query), *chance.choice(([], [], [("format", named)]))]
    fields += chance.choice(
        ([], [], [], [], [("default-graph-uri", chance.choice(("urn:g", "", " ", "<", "x:\0")))], fields[:1])
    )
    form = urlencode(fields).encode()
    match chance.randrange(3):
        case 0 if len(form) < 60_000:
            method = chance.choice(("GET", "GET", "HEAD"))
            return Case(request(method, f"{door}?{form.decode()}", [accept]), (method,))
        case 1:
            headers = [accept, ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", len(form))]
            return Case(request("POST", door, headers, form), ("POST",))
    headers = [accept, ("Content-Type", "application/sparql-query"), ("Content-Length", len(query))]
    return Case(request("POST", door, headers, query), ("POST",))


def odd_query(chance, url):
    return asking(chance, mutated(chance, chance.choice(QUERIES), url))


def odd_values(chance, url):
    """Ask for values that are awkward to write."""
    rows = []
    for _ in range(3):
        codes = [chance.choice((chance.randrange(0x3000), chance.randrange(32), 0xD800, 0xFFFE)) for _ in range(6)]
        text = "".join(chance.choice((rf"\u{code:04X}", '\\"', "<&>]]>", ",", r"\\", r"\r\n")) for code in codes)
        kind = chance.choice(("", "@en", "@en-x-y", "^^<urn:d>", "^^<http://www.w3.org/2001/XMLSchema#integer>"))
        name = chance.choice(("a", "é", "%00", "\U0010ffff", "\x01", "{", r"\u0041", "a?b#c", "<"))
        rows.append(f'(<urn:{name}> "{text}"{kind})')
    head = chance.choice(("SELECT *", "CONSTRUCT { ?iri ?iri ?text }", "SELECT (CONCAT(?text, STR(?iri)) AS ?odd)"))
    return asking(chance, f"{head} {{ VALUES (?iri ?text) {{ {' '.join(rows)} }} }}")


def odd_body(chance, url):
    body = chance.choice(
        (
            chance.randbytes(chance.choice((0, 1, 50, 5000, 70_000))),
            b"query=" + chance.randbytes(30),
            b"&".join([b"query=ASK{}"] * chance.choice((2, 200))),
            "ASK {}".encode("utf-16"),
            b"%" * 3000,
            b"update=CLEAR ALL",
        )
    )
    headers = [
        ("Content-Type", chance.choice(TYPES)),
        ("Content-Length", len(body)),
        ("Accept", chance.choice(ACCEPTS)),
    ]
    return Case(
        request("POST", chance.choice(("/sparql", "/sparql/doctor", "/q", "/report")), headers, body), ("POST",)
    )


def odd_framing(chance, url):
    """Lie about the length of the body, or cut it into chunks in odd ways."""
    body = b"ASK { ?s ?p ?o }"
    lengths = [("Content-Length", one) for one in (0, 3, len(body) - 1, len(body) + 9, -1, "0x10", "1, 1", 10**30, "")]
    chunked = [("Transfer-Encoding", one) for one in ("chunked", "Chunked", "gzip, chunked", "identity", "chunked, x")]
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
    headers = [("Content-Type", "application/sparql-query"), ("Connection", chance.choice(("close", "keep-alive")))]
    headers += chance.choice(([chance.choice(lengths)], [chance.choice(chunked)], [lengths[1], chunked[0]], []))
    sent = chance.choice((body, chunks, chunks[:-5], b"ffffffffffffffff\r\n" + body, b"zz\r\n" + body, b"", chunks * 2))
    return Case(request("POST", "/sparql", headers, sent), ("POST",), unended=True)


def odd_address(chance, url):
    path = chance.choice(PATHS)
    for _ in range(chance.choice((0, 0, 1, 2))):
        odd = chance.choice(
            (
                *("%00", "%ff", "%", "..", "//", "%2e%2e%2f", ".ttl", ".", "é", "?", "#", "x" * 9000, ";a=b", "%0d%0a"),
                *("%c0%af", "%e0%80%af", "%ed%a0%80", "%zz", "e%CC%81", "%E2%80%AE", "\\", "..%5c", "%25%30%30", "/./"),
            )
        )
        at = chance.randrange(len(path) + 1)
        path = path[:at] + odd + path[at:]
    fields = {
        name: chance.choice(("", "1", "csv", "ttl", "é", "\0", "urn:g", "9" * 30))
        for name in ("format", "page", "graph", "uri", "q")
    }
    fields["date"] = chance.choice(("2000-01-01", "soon"))
    path += chance.choice(
        ("", "", "?", f"?{urlencode(fields)}", "?default", "?format=html", "?%ff=%ff&&&=", "?date=2000-01-01")
    )
    if chance.random() < 0.05:
        path = chance.choice(("*", f"http://localhost{path}", "", f" {path}", path.removeprefix("/")))
    method = chance.choice(METHODS)
    return Case(request(method, path, [("Accept", chance.choice(ACCEPTS))]), (method,))


def odd_headers(chance, url):
    headers = [("Accept", chance.choice(ACCEPTS))]
    headers += chance.choice(
        (
            [("Accept", chance.choice(ACCEPTS))] * chance.choice((2, 90)),
            [("If-None-Match", chance.choice(("*", '"x"', "W/", ",", "\u00ff" * 50)))],
            [("X-Forwarded-For", "127.0.0.1, \u00ff"), ("X-Forwarded-Proto", "ftp"), ("Forwarded", "for=[")],
            [("Host", "a b"), ("Host", "[::")],
            [("Expect", "100-continue"), ("Upgrade", "websocket"), ("Connection", "Upgrade")],
            [("Range", "bytes=9999999-1"), ("TE", "trailers"), ("Cookie", "a" * 5000)],
            [("X" * 40_000, "x")],
            [("Na me", "x"), ("", "x"), ("A\0", "\0")],
            [("Access-Control-Request-Method", "DELETE"), ("Origin", "null")],
        )
    )
    method = chance.choice(("GET", "HEAD", "OPTIONS", "POST"))
    target = chance.choice((chance.choice(PATHS), f"/sparql?query={quote(chance.choice(QUERIES))}"))
    return Case(request(method, target, headers), (method,))


def no_request(chance, url):
    line = chance.choice(("", "GET", "GET /", "GET / HTTP/9.9", "\0\0", "GET / HTTP/1.1\nHost: x\n", "PRI * HTTP/2.0"))
    rest = chance.choice((b"\r\n\r\n", b"\n\n", chance.randbytes(200), b"\x16\x03\x01" * 40))
    return Case(line.encode() + rest, unended=True)


def pipelined(chance, url):
    cases = [chance.choice((odd_query, odd_address))(chance, url) for _ in range(chance.randrange(2, 6))]
    return Case(b"".join(case.sent for case in cases), tuple(method for case in cases for method in case.methods))


def left(chance, url):
    """Leave while sending, while the service works, or while it answers."""
    case = chance.choice((odd_query, odd_body, odd_framing, pipelined, endless))(chance, url)
    if chance.random() < 0.5:
        return replace(case, leaves_sending=chance.randrange(1, len(case.sent) + 1))
    return replace(case, leaves_reading=chance.choice((0, 1, 300, 20_000)))


def endless(chance, url):
    pattern = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(chance.randrange(2, 6)))
    head = chance.choice(
        ("SELECT *", "SELECT (COUNT(*) AS ?n)", "SELECT DISTINCT ?c0", "CONSTRUCT { ?a0 ?b0 ?c1 }", "ASK")
    )
    tail = chance.choice(("", "", " ORDER BY ?c0 ?c1", " GROUP BY ?c0", " LIMIT 2000"))
    return asking(chance, f"{head} WHERE {{ {pattern} }}{tail if head.startswith('SELECT *') else ''}")


KINDS = [
    *([odd_query] * 10),
    *([odd_address] * 4),
    *([odd_values] * 3),
    *(odd_body, odd_body, odd_framing, odd_headers, odd_headers, no_request, pipelined, left, left),
    *([endless] * 3),
]


def made(number, url):
    chance = random.Random(f"{SEED}/{number}")
    case = chance.choice(KINDS)(chance, url)
    return replace(case, source=f"127.0.0.{chance.randrange(1, 9)}")


def carried_out(case, port):
    """Send a case; return how each request in it was answered, or raise what is wrong with an answer."""
    told = []
    with socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(case.source, 0)) as connection:
        if case.leaves_sending is not None or case.leaves_reading is not None:
            connection.sendall(case.sent[: case.leaves_sending])
            if case.leaves_reading:
                with contextlib.suppress(TimeoutError):
                    connection.recv(case.leaves_reading)
            # Half of all who leave do so without a farewell.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", len(case.sent) % 2, 0))
            return ["left"]
        try:
            connection.sendall(case.sent)
        except OSError:
            return ["closed"]  # it refused what it had not read to the end
        answers = Answers(connection)
        for method in case.methods:
            told.append(answer_to(method.upper(), answers))
            # What follows a CONNECT belongs to a tunnel, and there is none.
            assert told[-1] != "waits" or case.unended or "CONNECT" in case.methods, "no answer"
            if not told[-1].isdigit():
                break
    return told


class Answers(io.BufferedReader):
    """What comes on a connection, to be read as one response after the other."""

    def __init__(self, connection):
        super().__init__(connection.makefile("rb", buffering=0))

    def makefile(self, mode):
        return self

    def close(self):
        """Stay open for the next response."""


def answer_to(method, answers):
    """Read one response and judge it; return its status, or how the connection ended."""
    response = http.client.HTTPResponse(answers, method=method)
    try:
        response.begin()
        body = response.read()
    except TimeoutError:
        return "waits"
    except http.client.IncompleteRead:
        assert (response.status, response.headers["cache-control"]) == (200, "no-store"), "cut, yet not streamed"
        return "cut"
    except (http.client.BadStatusLine, ConnectionError):
        return "closed"
    judge(method, response, body)
    return str(response.status) if not response.will_close else f"{response.status} closed"


def judge(method, response, body):
    status, kind = response.status, (response.headers["content-type"] or "").partition(";")[0]
    assert status < 500 or status in (503, 505, 507), f"status {status}"
    if response.headers["x-request-id"] is None:
        assert status in (400, 408, 431)
        assert body == b""
        return
    if method == "HEAD" or status in (204, 304):
        assert body == b""
        return
    if kind == "application/problem+json":
        problem = json.loads(body)
        assert problem["status"] == status >= 400
        assert problem["detail"]
        assert status != 503 or problem["type"].rpartition("/")[2] in PROBLEMS, problem
    elif status >= 400:
        assert kind in ("text/plain", "text/html"), kind
        assert body
    read(kind, body)


def read(kind, body):
    """Read a body as its type says; raises when it is not whole."""
    text = body.decode("utf-8")
    match kind:
        case "application/sparql-results+xml" | "application/rdf+xml":
            ElementTree.fromstring(text)
        case "text/csv":
            assert text.endswith("\r\n") or text in ("true", "false")
            list(csv.reader(io.StringIO(text, newline=""), strict=True))
        case "text/html":
            assert text.rstrip().endswith("</html>")
        case _ if kind == "application/json" or kind.endswith("+json"):
            json.loads(text)
    if (graph := ox.RdfFormat.from_media_type(kind)) and kind not in ("application/json", "text/plain"):
        list(ox.parse(body, format=graph, base_iri="http://localhost/"))


def descendants(process):
    """Numbers of the processes that a process has started, and that these have."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:  # it has just been killed
        return []
    return [int(child) for child in children] + [one for child in children for one in descendants(child)]


def settled(process, most_files=1000):
    """Wait until the server has the processes that it starts with and few open files; return how many these are."""
    end = time.monotonic() + 15
    while True:
        files = len(os.listdir(f"/proc/{process}/fd"))
        processes = len(descendants(process))
        if processes == PROCESSES and files <= most_files:
            return files
        assert time.monotonic() < end, f"{processes} processes and {files} open files"
        time.sleep(0.1)


def memory(process):
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.proof
def test_no_request_harms_the_service(service, log, tmp_path):
    """600 cases; `AC_FUZZ_CASES=10000` is the whole proof, `AC_FUZZ_SEED` makes others."""
    process, port = service(Path(__file__).parent / "tiny.trig", AC_STATE=str(tmp_path / "state"), **LIMITS)
    answers, faults = Counter(), []
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"

        def carry_out(number):
            case = made(number, url)
            try:
                answers.update(carried_out(case, port))
            except Exception as fault:
                faults.append(f"case {number}: {fault!r} on {case.sent[:600]!r}")

        for number in range(20):  # so that what is made once is there
            carry_out(number)
        files = settled(process.pid)
        since = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            list(clients.map(carry_out, range(20, CASES)))
        print(f"{CASES} cases, {time.monotonic() - since:.0f} s, {memory(process.pid) >> 20} MB: {dict(answers)}")
        with pytest.raises(TimeoutError):
            elsewhere.accept()
    assert not faults, "\n".join(faults)
    assert "Traceback" not in log.read_text()
    settled(process.pid, files)
    assert memory(process.pid) < MOST_MEMORY
    for number in range(20):
        assert carried_out(Case(request("GET", f"/sparql?query=ASK%7B%7D%23{number}", [])), port) == ["200"]
    assert {"200", "400", "403", "404", "405", "406", "415", "503", "cut", "left"} <= set(answers)
