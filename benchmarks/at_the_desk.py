"""The desk at work: a service that is started and killed, writers that know what was acknowledged, and readers.

Writers change records as programs do, by GET and PUT with If-Match, and add some by POST with an Idempotency-Key. Each
change has a reason of its own, by which it is found in the journal. What has to hold of it all is in `faults`.
"""

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sysconfig
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import quote, urlencode

from aseancan_kg.desk.accounts import SCOPES, Accounts, Role
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.history import Followed
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.settings import dataset_file

BODIES = "registers/bodies"
SHARED, COUNTER, SHARED_CELL = "asean", "seat_city", "seat_country"
PROPERTIES = {
    COUNTER: "https://w3id.org/aseancan/ont#seatCity",
    SHARED_CELL: "https://w3id.org/aseancan/ont#seatCountry",
    "note": "http://www.w3.org/2004/02/skos/core#editorialNote",
}
"""What the cells that are changed are in a record; their values are in English."""
READ = (
    "/doc/body/asean.ttl",
    "/doc/body/asean.html",
    "/doc/instrument/actip-2015.ttl",
    "/browse/body",
    "/search?q=drug",
)
SECONDS = 180
"""A service that does not start by then, or a request that is not answered, is a fault."""
PAUSE = 0.05


class Answer(NamedTuple):
    """What came back; status 0 when nothing did."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Service:
    """A process of `aseancan-kg serve`, and the seconds from its start until it had answered a reader."""

    process: subprocess.Popen[str]
    port: int
    version: str
    facts: int
    seconds: float

    @classmethod
    def start(cls, url: str, state: Path, log: Path) -> "Service":
        """Start a service over the release and a journal; it leads a process group of its own."""
        command = [str(Path(sysconfig.get_path("scripts")) / "aseancan-kg"), "serve", "--port", "0"]
        begun = time.monotonic()
        with log.open("a") as told:
            process = subprocess.Popen(
                command,
                env={**os.environ, "AC_JOURNAL": url, "AC_STATE": str(state)},
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
                start_new_session=True,
            )
        assert process.stdout
        first = process.stdout.readline()
        found = re.match(r"Serving version (\S+), ([\d,]+) facts", first)
        if found is None:
            process.communicate()
            raise RuntimeError(f"the service did not start: {first}{log.read_text()[-2000:]}")
        port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
        answer = ask(port, "GET", READ[0])
        if answer.status != 200:
            raise RuntimeError(f"the service answers {answer}")
        return cls(process, port, found[1], int(found[2].replace(",", "")), time.monotonic() - begun)

    def kill(self) -> float:
        """Kill it, and nothing that it has started; return the seconds until all that is gone too."""
        assert self.process.stdout
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()
        since = time.monotonic()
        while members(self.process.pid):
            if time.monotonic() - since > SECONDS:
                self.clear()
                raise RuntimeError("processes of a killed service go on")
            time.sleep(PAUSE)
        return time.monotonic() - since

    def clear(self) -> None:
        """End it with everything that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


def members(group: int) -> list[int]:
    """Return the processes of a group that run."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its, *_ = file.read_text().rpartition(") ")[2].split()
            if int(its) == group and state != "Z":
                found.append(int(file.parent.name))
    return found


def ask(port: int, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
    """Send a request, by a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request(method, path, body and body.encode(), headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, "")
    finally:
        connection.close()


@dataclass(slots=True)
class Change:
    """What a writer sent: a cell and what it shall be; the entry that it became, once that was acknowledged.

    `unanswered` is one of which nobody knows.
    """

    reason: str
    key: str
    column: str
    value: str
    entry: int | None = None
    unanswered: bool = False


@dataclass(slots=True)
class Writer:
    """Somebody with a token, who has a body of their own and shares another, and knows what they were told.

    A new body whose POST was not answered is sent again, by the same key.
    """

    name: str
    token: str
    own: str
    record: str
    """The record of a body, as a pattern of new ones."""
    changes: list[Change] = field(default_factory=list)
    refused: int = 0
    """How often somebody else was first."""
    faults: list[str] = field(default_factory=list)
    _pending: Change | None = None

    def work(self, port: int, stop: Event) -> None:
        """Change one cell after the other, until it is told to stop or the service is gone."""
        chance = random.Random(f"{self.name} {len(self.changes)}")
        while not stop.is_set():
            try:
                if self._pending or chance.random() < 0.1:
                    going_on = self._add(port)
                else:
                    key, column = chance.choice(((self.own, "note"), (SHARED, COUNTER), (SHARED, SHARED_CELL)))
                    going_on = self.change(port, key, column)
            except Exception as fault:
                self.faults.append(f"{self.name}: {fault!r}")
                return
            if not going_on:
                return

    def change(self, port: int, key: str, column: str) -> bool:
        """Change a cell, and tell whether to go on; what was sent and what came of it is the last of `changes`."""
        address = f"/desk/records/{BODIES}/{key}"
        found = self._ask(port, "GET", address, Accept="application/n-triples")
        if found.status != 200:
            return self._is_told(found)
        pattern = re.compile(rf'<{re.escape(PROPERTIES[column])}> "((?:[^"\\]|\\.)*)"')
        now = pattern.search(found.body)
        assert now, f"{key} has no {column}"
        change = Change(f"{self.name}, {len(self.changes)}", key, column, self._value(column, now[1]))
        self.changes.append(change)
        body = pattern.sub(f'<{PROPERTIES[column]}> "{change.value}"', found.body)
        return self._sent(change, self._ask(port, "PUT", address, change, body, **{"If-Match": found.headers["ETag"]}))

    def _value(self, column: str, now: str) -> str:
        if column == COUNTER:
            number = re.fullmatch(r"City number (\d+)", now)
            return f"City number {int(number[1]) + 1 if number else 1}"
        return f"{column} by {self.name}, {len(self.changes)}"

    def _add(self, port: int) -> bool:
        change, self._pending = self._pending, None
        if change is None:
            slug = f"{self.name}-{len(self.changes)}"
            change = Change(f"{self.name}, {len(self.changes)}", slug, "name", f"The body {slug}")
            self.changes.append(change)
        body = self.record.replace("NAME", change.value).replace("SLUG", change.key)
        key = {"Idempotency-Key": change.reason}
        answer = self._ask(port, "POST", f"/desk/records/{BODIES}", change, body, **key)
        going_on = self._sent(change, answer)
        if change.unanswered or answer.status == 503:
            self._pending = change
        return going_on

    def _ask(
        self, port: int, method: str, path: str, change: Change | None = None, body: str | None = None, **headers: str
    ) -> Answer:
        headers |= {"Authorization": f"Bearer {self.token}", "Content-Type": "application/n-triples"}
        return ask(port, method, f"{path}?{urlencode({'reason': change.reason})}" if change else path, body, **headers)

    def _sent(self, change: Change, answer: Answer) -> bool:
        change.unanswered = answer.status == 0
        if answer.status in (200, 201):
            change.entry = json.loads(answer.body)["entry"]
            return True
        return self._is_told(answer)

    def _is_told(self, answer: Answer) -> bool:
        """Tell whether to go on after an answer that acknowledges nothing."""
        if answer.status == 412:
            self.refused += 1
        elif answer.status == 503:
            time.sleep(PAUSE)
        elif answer.status:
            raise RuntimeError(f"{answer.status}: {answer.body[:500]}")
        return answer.status != 0


@dataclass(slots=True)
class Readers:
    """Readers who ask for something, pause for about so many seconds, and ask again; what they waited, in ms."""

    pause: float
    waited: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @classmethod
    def crowd(cls, port: int, many: int, seconds: float, pause: float = 1) -> "Readers":
        """Have many read for some time, in a process of their own: here they would wait for writers to be run too."""
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            return apart.submit(cls._crowd, port, many, seconds, pause).result()

    @classmethod
    def _crowd(cls, port: int, many: int, seconds: float, pause: float) -> "Readers":
        readers, stop = cls(pause), Event()
        threads = begun([Thread(target=readers.read, args=(port, stop, number)) for number in range(many)])
        time.sleep(seconds)
        stop.set()
        for thread in threads:
            thread.join()
        return readers

    def read(self, port: int, stop: Event, number: int) -> None:
        """Read as one of them."""
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        stop.wait(chance.random())
        while not stop.is_set():
            path = chance.choice(READ)
            begun = time.perf_counter()
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    self.faults.append(f"{path}: status {response.status}")
                self.waited.append((time.perf_counter() - begun) * 1000)
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(f"{path}: {fault!r}")
                connection.close()
            stop.wait(chance.uniform(0.5, 1.5) * self.pause)
        connection.close()


class Staff:
    """Writers at the desk of a new journal, with accounts and tokens."""

    def __init__(self, url: str, many: int) -> None:
        self.database = Database(url, new=True)
        self.journal = Journal(self.database)
        accounts = Accounts(self.database)
        accounts.add("Editor", Role.EDITOR, "three quiet canoes")
        self._tokens = [accounts.make_token("Editor", f"writer {n}", frozenset(SCOPES), 1) for n in range(many)]
        self.writers: list[Writer] = []

    def learn(self, port: int) -> None:
        """Have the writers look for bodies of their own, once the desk is ready."""
        sent = {"Authorization": f"Bearer {self._tokens[0]}"}
        listed = json.loads(until_answered(port, f"/desk/records/{BODIES}", **sent).body)["records"]
        own = [row["key"] for row in listed if row["cells"].get("note") and row["key"] != SHARED]
        record = until_answered(port, f"/desk/records/{BODIES}/{own[0]}", Accept="application/n-triples", **sent).body
        kept = r"rdf-syntax-ns#type>|ont#(confidence|kind)>|hadPrimarySource>"
        lines = [line for line in record.splitlines() if re.search(kept, line)]
        subject = "<https://w3id.org/aseancan/id/body/SLUG>"
        new = [re.sub(r"^\S+", subject, line) for line in lines]
        new.append(f'{subject} <https://w3id.org/aseancan/desk#slug> "SLUG" .')
        new.append(f'{subject} <http://www.w3.org/2004/02/skos/core#prefLabel> "NAME"@en .')
        pairs = zip(self._tokens, own, strict=False)
        self.writers = [Writer(f"w{n}", token, key, "\n".join(new)) for n, (token, key) in enumerate(pairs)]

    @property
    def changes(self) -> list[Change]:
        """Everything that they have sent."""
        return [change for writer in self.writers for change in writer.changes]

    @property
    def acknowledged(self) -> int:
        """How many changes were acknowledged."""
        return sum(change.entry is not None for change in self.changes)

    def begin(self, port: int, stop: Event) -> list[Thread]:
        """Have them begin to write."""
        return begun([Thread(target=writer.work, args=(port, stop)) for writer in self.writers])

    def faults(self) -> Iterator[str]:
        """Yield what is not as it has to be between what they were told and the journal."""
        for writer in self.writers:
            yield from writer.faults
        entries = self.journal.after(0)  # which verifies the chain
        yield from faults(entries, self.changes)


def is_served(port: int, change: Change) -> bool:
    """Tell whether a document and the query processes of a service tell what a note was changed to."""
    literal = json.dumps(change.value, ensure_ascii=False)
    asked = urlencode({"query": f"ASK {{ ?body ?property {literal}@en }}", "format": "json"})
    told = ask(port, "GET", f"/doc/body/{quote(change.key)}.nt"), ask(port, "GET", f"/sparql?{asked}")
    return literal in told[0].body and '"boolean":true' in told[1].body.replace(" ", "")


def until_answered(port: int, path: str, **headers: str) -> Answer:
    """Ask until it is answered: the composer of a service takes longer to start than the service."""
    end = time.monotonic() + SECONDS
    while (answer := ask(port, "GET", path, **headers)).status == 503 and time.monotonic() < end:
        time.sleep(PAUSE)
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}, {answer.body[:500]}")
    return answer


def begun(threads: list[Thread]) -> list[Thread]:
    """Start threads."""
    for thread in threads:
        thread.start()
    return threads


def faults(entries: Sequence[Entry], changes: Sequence[Change]) -> Iterator[str]:
    """Yield where a journal is not what a model makes of the changes that were sent, and of what was told of them."""
    sent = {change.reason: change for change in changes}
    by_reason: defaultdict[str, list[Entry]] = defaultdict(list)
    cells: dict[tuple[str, str], str] = {}
    for entry in entries:
        by_reason[entry.reason].append(entry)
        change = sent.get(entry.reason)
        if change is None or (change.entry is None and not change.unanswered):
            yield f"entry {entry.sequence} was never sent, or was refused: {entry.reason}"
            continue
        (edit,) = entry.edits
        after, cell = edit.after or {}, (change.key, change.column)
        if (edit.key, after.get(change.column)) != (change.key, change.value) or not entry.added:
            yield f"entry {entry.sequence} is not what was sent: {edit} for {change}"
        if cell in cells and (edit.before or {}).get(change.column) != cells[cell]:
            yield f"entry {entry.sequence} has not seen the one before: {edit}, after {cells[cell]}"
        cells[cell] = change.value
    for change in changes:
        found = [entry.sequence for entry in by_reason[change.reason]]
        if change.entry is not None and found != [change.entry]:
            yield f"{change.reason} was acknowledged as entry {change.entry}, and is in {found}"
        if len(found) > 1:
            yield f"{change.reason} was done {len(found)} times"
    counted = sum(sent[one.reason].column == COUNTER for one in entries if one.reason in sent)
    if counted and cells[SHARED, COUNTER] != f"City number {counted}":
        yield f"{counted} increments of the counter, which is {cells[SHARED, COUNTER]}"


def disagreements(service: Service, journal: Journal) -> Iterator[str]:
    """Yield where what is served is not the release with the changes of the journal."""
    entries = journal.after(0)
    release = dataset_file()
    with release.open(encoding="utf-8", newline="\n") as quads:
        model = Followed(quads, release.stem.removeprefix("aseancan-"))
    model.take(entries)
    if (service.version, service.facts) != (model.version, len(model.lines)):
        yield f"{service.facts} facts of {service.version} are served, and {model.version} has {len(model.lines)}"
    last = {
        (edit.key, name): cell for one in entries for edit in one.edits for name, cell in (edit.after or {}).items()
    }
    for key in {key for key, _ in last}:
        told = ask(service.port, "GET", f"/doc/body/{quote(key)}.nt").body
        for (its, column), cell in last.items():
            if its == key and column in (*PROPERTIES, "name") and json.dumps(cell, ensure_ascii=False) not in told:
                yield f"{key} has {column} {cell!r} by the journal, and is served as {told}"
