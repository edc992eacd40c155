"""The processes behind `workers`: one keeper that holds the dataset, and the workers it forks to evaluate queries.

The keeper is a fresh process with one thread, no socket of the service and none of its signal handlers, so it can fork
safely, in milliseconds, and all workers share the memory of one dataset. A worker has no means to reach anything but
the channel it was born with: it may open no file and no connection, and take only so much memory and time.

On the control socket the server asks the keeper to patch the dataset before there is any worker, for a worker (sending
the worker's end of a channel), or to end one. On a channel the server sends a request and gets frames: `WHOLE`, the
number of rows and the answer; or `BODY` after `BODY` and `END`; or `ERROR`.
"""

import gc
import json
import math
import os
import resource
import select
import signal
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

from aseancan_kg import mediatypes
from aseancan_kg.errors import Error, Forbidden, InputError, NotAcceptable, NotFound, Place, QueryMemory, SyntaxProblem
from aseancan_kg.mediatypes import GRAPH_FORMATS, JSON, RESULT_FORMATS, TURTLE
from aseancan_kg.store import Patch
from aseancan_kg.store.doctor import deadline_of, examine
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.representation import row_count

FRAME = struct.Struct("!cI")
"""Kind and length of what follows on a channel."""
WHOLE, BODY, END, ERROR = b"W", b"B", b"Z", b"E"
ROWS = struct.Struct("!q")
"""Number of rows of a whole answer, -1 where they are not counted; its bytes follow."""

ORDER = struct.Struct("!ci")
"""What the server asks of the keeper, and the process it is about."""
FORK, KILL, REAP = b"f", b"k", b"r"
PATCH = b"p"
"""With the length of what follows, patches in JSON, instead of a process; the reply tells 1 if they do not fit."""
REPLY = struct.Struct("!ii")
"""The process, and how it ended (as `os.waitpid` tells it)."""

_CHUNK = 64 * 1024
_REAPING_SECONDS = 0.05
"""How often it is looked whether a killed worker is dead."""
_ERRORS = {kind.__name__: kind for kind in (InputError, SyntaxProblem, Forbidden, NotAcceptable, NotFound, QueryMemory)}
_WARM_UP = ("SELECT * { ?s ?p ?o } LIMIT 1", JSON), ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", TURTLE)


def keep(control: socket.socket, store: EmbeddedStore, memory: int) -> None:
    """Fork and end workers as the server orders, until it closes the control socket."""
    for text, answer_format in _WARM_UP:
        store.query(text, answer_format)
    gc.collect()
    gc.freeze()  # so that a worker's garbage collector does not touch, and thereby copy, what all share
    control.sendall(REPLY.pack(os.getpid(), len(store)))
    alive: set[int] = set()
    dying: set[int] = set()
    try:
        while True:
            ordered, _, _ = select.select([control], [], [], _REAPING_SECONDS if dying else None)
            dying = {one for one in dying if os.waitpid(one, os.WNOHANG) == (0, 0)}
            if not ordered:
                continue
            message, channels, _, _ = socket.recv_fds(control, ORDER.size, 1)
            if len(message) < ORDER.size:
                return
            order, process = ORDER.unpack(message)
            if order == PATCH:
                store, status = _patched(control, process, store)
            elif order == FORK:
                process, status = _fork(control, channels[0], store, memory), 0
                alive.add(process)
            else:
                # Only the keeper knows that the number still means its own child: it alone kills and reaps.
                alive.remove(process)
                status = 0
                if order == KILL:  # what has used much memory is long in dying; others are not to wait for it
                    dying.add(process)
                os.kill(process, signal.SIGKILL)
                if order == REAP:
                    _, status = os.waitpid(process, 0)
            control.sendall(REPLY.pack(process, status))
    finally:
        for process in alive:
            os.kill(process, signal.SIGKILL)


def _patched(control: socket.socket, length: int, store: EmbeddedStore) -> tuple[EmbeddedStore, int]:
    """Receive patches, and return what they make of the dataset, and 0; or 1 when they do not fit."""
    told = control.recv(length, socket.MSG_WAITALL)
    try:
        return store.patched(Patch(*patch) for patch in json.loads(told)), 0
    except ValueError:  # then the server ends this keeper
        return store, 1


def _fork(control: socket.socket, channel: int, store: EmbeddedStore, memory: int) -> int:
    process = os.fork()
    if process == 0:
        control.close()
        _work(socket.socket(fileno=channel), store, memory)
    os.close(channel)
    return process


def error_of(told: dict[str, Any]) -> Error:
    """Make the error again that a worker told of."""
    place = Place(*told["place"]) if told["place"] else None
    return _ERRORS[told["class"]](told["message"], place, remedy=told["remedy"])


def _work(channel: socket.socket, store: EmbeddedStore, memory: int) -> NoReturn:
    """Answer one request after the other, until the server closes the channel."""
    status = 1
    # Nothing may return into the keeper's loop, and no clean-up of the keeper's may run here.
    try:
        _confine(memory)
        with channel.makefile("rb") as requests:
            while head := requests.read(FRAME.size):
                request = json.loads(requests.read(FRAME.unpack(head)[1]))
                # The server is faster, if it lives; a worker that has lost server and keeper is ended by the kernel.
                signal.setitimer(signal.ITIMER_REAL, request["longest"])
                _answer(channel, store, request)
                signal.setitimer(signal.ITIMER_REAL, 0)
        status = 0
    finally:
        os._exit(status)


def _confine(memory: int) -> None:
    """Take from this process all it does not need: files, connections, core dumps, memory beyond its share (bytes)."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # a crashing engine writes to standard error, and clients can make it crash
        os.dup2(null, standard)
    limits = {resource.RLIMIT_NOFILE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + memory
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _answer(channel: socket.socket, store: EmbeddedStore, request: dict[str, Any]) -> None:
    examines = request["do"] == "examine"
    output = _Output(channel, math.inf if examines else request["buffer"])  # a diagnosis is short and never streamed
    asked = request["text"], request["default_graphs"], request["named_graphs"]
    rows = None
    try:
        if examines:
            diagnosis = examine(store, *asked, deadline=deadline_of(request["seconds"]))
            output.write(_json(**diagnosis.as_json()))
        else:
            chosen = mediatypes.named(request["format"], (*RESULT_FORMATS, *GRAPH_FORMATS))
            text, *graphs = asked
            store.write(text, chosen, output, *graphs)
            if request["form"] == "select" and output.whole:
                rows = row_count(output.held.getvalue(), chosen)
    except (Error, MemoryError) as error:
        if isinstance(error, MemoryError):
            error = QueryMemory("the query needs more memory than one may have")
        output.fail(error)
    else:
        output.end(rows)


class _Output:
    """A file that sends what is written to it in frames, once it is complete or holds more than `limit` bytes."""

    def __init__(self, channel: socket.socket, limit: float) -> None:
        self.whole = True
        self.held = BytesIO()
        self._channel = channel
        self._limit = limit

    def write(self, data: bytes) -> int:
        self.held.write(data)
        if self.held.tell() > self._limit:
            body = self.held.getvalue()
            for start in range(0, len(body), _CHUNK):
                self._send(BODY, body[start : start + _CHUNK])
            self.held = BytesIO()
            self._limit, self.whole = _CHUNK, False
        return len(data)

    def flush(self) -> None:
        """Do nothing: frames are sent when they are full."""

    def end(self, rows: int | None) -> None:
        if self.whole:
            self._send(WHOLE, ROWS.pack(-1 if rows is None else rows) + self.held.getvalue())
        else:
            self._send(BODY, self.held.getvalue())
            self._send(END, b"")

    def fail(self, error: Error) -> None:
        place = error.place and (str(error.place.file), error.place.line, error.place.column)
        told = _json(**{"class": type(error).__name__}, message=error.message, place=place, remedy=error.remedy)
        self._send(ERROR, told)

    def _send(self, kind: bytes, payload: bytes) -> None:
        self._channel.sendall(FRAME.pack(kind, len(payload)) + payload)


def _step_back(niceness: int) -> None:
    """Have this thread step back for what else runs here; elsewhere than on Linux all threads of a process do."""
    if niceness and sys.platform == "linux":
        os.nice(niceness)


def _json(**members: object) -> bytes:
    return json.dumps(members).encode()


def main() -> None:
    """Keep a dataset: `python -m aseancan_kg.store.worker CONTROL MEMORY NICENESS UNION FILE…`."""
    control, memory, niceness, union, *files = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server says when to end
    # The server may give up or end at any time; then nobody listens. What is wrong with a file it has told itself.
    with socket.socket(fileno=int(control)) as ordered, suppress(ConnectionError, Error):
        # A thread that has stepped back cannot come forward again; the workers are forked by this one.
        with ThreadPoolExecutor(1, initializer=_step_back, initargs=(int(niceness),)) as threads:
            read = threads.submit(
                EmbeddedStore.from_files, [Path(file) for file in files], union_default_graph=union == "union"
            )
        keep(ordered, read.result(), int(memory))


if __name__ == "__main__":
    main()
