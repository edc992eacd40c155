"""A process and all that it started, as Linux tells in /proc."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

TICKS, PAGE_BYTES = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants, as far as they still run."""
    found = [pid]
    for process in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def memory(*pids: int) -> float:
    """Add up the resident memory of processes in MiB, pages that are shared once for each process."""
    pages = 0
    for pid in pids:
        # A process may end between being listed and being read.
        with suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE_BYTES / 2**20


def settle(pid: int, seconds: float = 600) -> None:
    """Wait until a process tree is idle: what a client gave up on may still be worked at."""
    until = time.monotonic() + seconds
    before = _processor_seconds(pid)
    while time.monotonic() < until:
        time.sleep(0.05)
        now = _processor_seconds(pid)
        if now - before < 0.01:
            return
        before = now


def _processor_seconds(pid: int) -> float:
    ticks = 0
    for process in tree(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def kill_group(pid: int) -> None:
    """Kill the process group that a process leads or led, as far as it still runs."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
