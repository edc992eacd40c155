"""Search and browsing: time and memory to make the index, and time of a search, over a dataset file.

    python benchmarks/search.py [FILE.nq] [--searches 200]

Prints Markdown. FILE is the built dataset unless given; `plans.py` makes larger ones. What is looked for are names of
the data and words of its texts, some with two letters exchanged; each search is timed within the process, with its
highlighting and counts, as pages need them, and each suggestion after every third letter. Linux only: memory is
read from /proc.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import TypeVar

from aseancan_kg import settings
from aseancan_kg.catalogue.kinds import KINDS
from aseancan_kg.catalogue.listing import Listing, counts
from aseancan_kg.catalogue.search import Index
from aseancan_kg.queries import catalogue
from aseancan_kg.store.embedded import EmbeddedStore

Made = TypeVar("Made")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=settings.dataset_file())
    parser.add_argument("--searches", type=int, default=200)
    asked = parser.parse_args()
    store = EmbeddedStore.from_files([asked.file], union_default_graph=True)
    before = resident()
    index, seconds = timed(lambda: Index(store, catalogue()))
    print(f"{len(store):,} triples: {len(index):,} things indexed in {seconds:.1f} s, {resident() - before:,} MB\n")
    print("| | median ms | 99 % ms | most ms |\n|---|---|---|---|")
    texts = list(looked_for(index, asked.searches))
    report("search", [timed(partial(index.search, text))[1] for text in texts])
    begun = [text[:end] for text in texts for end in range(1, min(len(text), 24), 3)]
    report("suggestion", [timed(partial(index.suggest, text))[1] for text in begun])
    for kind in counts(store):
        listing, seconds = timed(partial(Listing, store, kind))
        keys = [(facet.name, choices[0].value.key) for facet, choices in listing.choices({}).items()]
        pages = [timed(partial(page, listing, pair))[1] for pair in keys] or [0.0]
        report(f"browse {kind.plural.lower()}, made in {seconds * 1000:,.0f} ms", pages)


def looked_for(index: Index, most: int) -> Iterator[str]:
    """Yield names, words of texts and misspelt ones, drawn from the things of an index by a fixed seed."""
    random = Random(0)
    things = [hit.entry for kind in KINDS for hit in index.search(kind.label, kind, most=100).hits]
    for _ in range(most):
        entry = random.choice(things)
        words = random.choice([entry.label, *entry.short, *entry.texts]).split()
        begin = random.randrange(len(words))
        text = " ".join(words[begin : begin + random.randint(1, 4)])
        place = random.randrange(max(1, len(text) - 1))
        yield text if random.random() < 0.7 else text[:place] + text[place : place + 2][::-1] + text[place + 2 :]


def page(listing: Listing, pair: tuple[str, str]) -> None:
    """Do what a page of one selected value needs."""
    selection = listing.selection([pair])
    listing.items(listing.query(selection, listing.sorts[0]))
    listing.choices(selection)


def timed(work: Callable[[], Made]) -> tuple[Made, float]:
    """Return what some work makes, and its seconds."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def report(name: str, seconds: list[float]) -> None:
    """Print a row of the table."""
    ordered = sorted(one * 1000 for one in seconds)
    parts = quantiles(ordered, n=100) if len(ordered) > 1 else ordered * 99
    print(f"| {name} | {parts[49]:.1f} | {min(parts[98], ordered[-1]):.1f} | {ordered[-1]:.1f} |")


def resident() -> int:
    """Return the megabytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000


if __name__ == "__main__":
    main()
