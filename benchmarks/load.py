"""Clients: one keep-alive connection that times each answer, and wrk for sixteen at once."""

import http.client
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from workload import Query

WRK = """
local cold, count = %s, 0
if cold then
  request = function()
    count = count + 1
    return wrk.format("GET", (wrk.path:gsub("COLD", count)))
  end
end
done = function(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, "failed": %%d}\\n', summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99),
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""
"""wrk's script: for cold requests the word COLD in the path becomes the number of the request."""


class Answer(NamedTuple):
    """What came back, and the seconds from the first byte sent to the last one read; status 0 when nothing did."""

    status: int
    seconds: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where queries are sent."""

    port: int
    path: str

    def target(self, text: str) -> str:
        """Return the path that asks a query."""
        return f"{self.path}?{urlencode({'query': text})}"


class Client:
    """One connection that is kept alive, the same for every server, from a loopback address of its own."""

    def __init__(self, endpoint: Endpoint, seconds: float, source: str = "127.0.0.1") -> None:
        self._endpoint = endpoint
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", endpoint.port, timeout=seconds, source_address=(source, 0)
        )
        self._used = 0.0

    def ask(self, query: Query, mark: str = "") -> Answer:
        """Ask a query by GET."""
        return self._exchange("GET", self._endpoint.target(query.text(mark)), {"Accept": query.media_type})

    def post(self, text: str) -> Answer:
        """Ask a query of any length by POST."""
        headers = {"Accept": "*/*", "Content-Type": "application/sparql-query"}
        return self._exchange("POST", self._endpoint.path, headers, text.encode())

    def _exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        # A server may have closed a connection that was idle for some seconds.
        if time.monotonic() - self._used > 1:
            self._connection.close()
        begun = time.perf_counter()
        try:
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
            answered = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(0, time.perf_counter() - begun, b"")
        self._used = time.monotonic()
        return Answer(response.status, time.perf_counter() - begun, answered)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class Rate(NamedTuple):
    """What wrk measured: answers per second, milliseconds, and requests that failed."""

    per_second: float
    p50: float
    p99: float
    failed: int


def wrk(endpoint: Endpoint, query: Query, mark: str | None, clients: int, seconds: int) -> Rate:
    """Have clients ask a query at once and again as soon as they are answered; cold when there is a mark."""
    target = endpoint.target(query.text(f"{mark}COLD" if mark else ""))
    return hammer(endpoint.port, target, [f"Accept: {query.media_type}"], clients, seconds, cold=mark is not None)


def hammer(  # noqa: PLR0913
    port: int, target: str, headers: Sequence[str], clients: int, seconds: int, *, cold: bool = False
) -> Rate:
    """Have clients get an address at once and again as soon as they are answered; cold as `WRK` says."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK % ("true" if cold else "false"))
        script.flush()
        options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script.name]
        sent = [word for header in headers for word in ("-H", header)]
        command = ["wrk", *options, *sent, f"http://127.0.0.1:{port}{target}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"wrk cannot get {target}: {done.stderr or done.stdout}")
    found = json.loads(done.stdout.splitlines()[-1])
    per_second = (found["requests"] - found["failed"]) * 1e6 / found["microseconds"]
    return Rate(per_second, found["p50"] / 1000, found["p99"] / 1000, found["failed"])
