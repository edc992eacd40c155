"""Which SHACL engine gives the reports the Recommendation asks for, and how fast each is on our shapes.

    python benchmarks/shacl.py [ENGINE ...]        engines: pyshacl (default), shifty, turbo

pyshacl is what `aseancan-kg validate` runs. The others are measured as `pip install pyshifty pyshacl-turbo` leaves
them. W3C's test suite comes with pySHACL's source distribution, which pip fetches.
"""

import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from rdflib import RDF, SH, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import to_isomorphic
from rdflib.term import Node

from aseancan_kg import namespaces, settings, validation
from aseancan_kg.build import dataset
from aseancan_kg.errors import InputError

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
COMPARED = (
    *(SH.focusNode, SH.resultPath, SH.resultSeverity, SH.value),
    *(SH.sourceShape, SH.sourceConstraint, SH.sourceConstraintComponent),
)
FIXTURES = settings.resources() / "tests" / "shapes" / "fixtures"


def pyshacl(data: Graph, shapes: Graph) -> Graph:
    """Validate as `aseancan-kg validate` does."""
    return validation.validate(data, shapes).graph


def shifty(data: Graph, shapes: Graph) -> Graph:
    """Validate with pyshifty, inference off and data and shapes kept apart."""
    import shifty

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, graph, _ = shifty.validate(data, shapes, infer=False, graph_mode="data", on_unsupported="error")
    return graph


def turbo(data: Graph, shapes: Graph) -> Graph:
    """Validate with pyshacl-turbo, inference and advanced features off."""
    import pyshacl_turbo

    _, graph, text = pyshacl_turbo.validate(data, shacl_graph=shapes, inference="none", advanced=False, js=False)
    if not isinstance(graph, Graph):
        raise ValueError(text)
    return graph


ENGINES: dict[str, tuple[str, Callable[[Graph, Graph], Graph]]] = {
    "pyshacl": ("pyshacl", pyshacl),
    "shifty": ("pyshifty", shifty),
    "turbo": ("pyshacl-turbo", turbo),
}


def comparable(graph: Graph) -> Graph:
    """Keep of a report what the test suite compares: messages and details aside, a path by what it says."""
    report = graph.value(predicate=RDF.type, object=SH.ValidationReport)
    kept = Graph()
    kept.add((SH.ValidationReport, SH.conforms, Literal(str(graph.value(report, SH.conforms)).lower() == "true")))
    for result in graph.objects(report, SH.result):
        kept.add((SH.ValidationReport, SH.result, result))
        for predicate in COMPARED:
            for value in graph.objects(result, predicate):
                kept.add((result, predicate, path_text(graph, value) if predicate == SH.resultPath else value))
    return kept


def path_text(graph: Graph, path: Node) -> Node:
    """Write a path as one term, or `lost` where a report points at a path it does not hold."""
    try:
        return path if isinstance(path, URIRef) else Literal(validation._path(graph, path))
    except (AttributeError, ValueError):
        return Literal("lost")


def suite(directory: Path) -> Path:
    """Fetch W3C's tests with pip, as a file tree below `directory`."""
    wanted = f"pyshacl=={version('pyshacl')}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "pyshacl", "-d", directory]
    subprocess.run([*map(str, command), wanted], check=True)
    with tarfile.open(next(directory.glob("*.tar.gz"))) as archive:
        archive.extractall(directory, filter="data")
    return next(directory.glob("*/test/resources/sht_tests"))


def tests(root: Path) -> Iterator[tuple[str, Graph, Graph, Graph | None]]:
    """Yield name, data, shapes and expected report of every test; no report where a failure is expected."""
    for path in sorted(root.rglob("*.ttl")):
        manifest = validation.load_graph([path])
        for test in manifest.subjects(RDF.type, SHT.Validate):
            action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
            files = (manifest.value(action, part) for part in (SHT.dataGraph, SHT.shapesGraph))
            data, shapes = (validation.load_graph([Path(str(file).removeprefix("file://"))]) for file in files)
            expected = None
            if result != SHT.Failure:
                expected = Graph() + manifest
                for report in list(expected.subjects(RDF.type, SH.ValidationReport)):
                    if report != result:
                        expected.remove((report, RDF.type, None))
            yield str(path.relative_to(root)), data, shapes, expected


def conformance(engine: str, root: Path) -> Iterator[str]:
    """Run W3C's tests; yield a line for each that fails, then the count."""
    validate, passed, total = ENGINES[engine][1], 0, 0
    for name, data, shapes, expected in tests(root):
        total += 1
        try:
            report = validate(data, shapes)
        except (InputError, ValueError, NotImplementedError, RuntimeError) as error:
            outcome = "" if expected is None else f"raised {str(error).splitlines()[0]}"
        else:
            outcome = "no failure" if expected is None else difference(expected, report)
        passed += not outcome
        if outcome:
            yield f"    {name}: {outcome}"
    yield f"  {passed} of {total} W3C tests pass"


def difference(expected: Graph, found: Graph) -> str:
    """Say in which properties two reports differ; nothing when they are the same."""
    one, other = comparable(expected), comparable(found)
    if to_isomorphic(one) == to_isomorphic(other):
        return ""
    told = []
    for predicate in (SH.conforms, *COMPARED):
        values = [Counter(shown(value) for value in graph.objects(None, predicate)) for graph in (one, other)]
        if values[0] != values[1]:
            told.append(f"{predicate.fragment} {sum(values[0].values())} expected, {sum(values[1].values())} found")
    return "; ".join(told) or "differently joined"


def shown(term: Node) -> str:
    """Write a term, a blank node without its label."""
    return "_:" if isinstance(term, BNode) else term.n3()


def ours(engine: str, data: Graph, shapes: Graph) -> str:
    """Time one validation of the real graph, in this process and alone in it."""
    begun = time.perf_counter()
    results = len(list(ENGINES[engine][1](data, shapes).objects(None, SH.result)))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"  {len(data)} triples, {results} results: {seconds:.1f} s, peak {peak} MB with the graph itself"


def broken(engine: str, shapes: Graph) -> Iterator[str]:
    """Compare reports with pySHACL's on every case of our fixtures, each breaking the conforming world in one way."""
    world, same, total = validation.load_graph([FIXTURES / "conforming.ttl"]), 0, 0
    for file in sorted(FIXTURES.glob("*.ru")):
        data = Graph() + world
        for case in file.read_text(encoding="utf-8").split("\n#: ")[1:]:
            heading, _, update = case.partition("\n")
            if heading.endswith("alone"):
                continue
            data.update(f"BASE <{namespaces.BASE}>\n{update}", initNs=dict(namespaces.PREFIXES))
        total += 1
        try:
            told = difference(pyshacl(data, shapes), ENGINES[engine][1](data, shapes))
        except ValueError as error:
            told = f"raised {error}"
        same += not told
        if told:
            yield f"    {file.stem}: {told}"
    yield f"  {same} of {total} reports on our broken fixtures are pySHACL's"


def measure(engine: str, root: Path) -> None:
    """Print all that is measured of one engine."""
    package = ENGINES[engine][0]
    print(f"{package} {version(package)}")
    for line in conformance(engine, root):
        print(line)
    shapes = validation.load_graph(sorted((settings.resources() / "shapes").glob("*.ttl")))
    for line in broken(engine, shapes):
        print(line)
    data = dataset.build(settings.resources(), lambda step: None).union
    print(ours(engine, data, shapes), flush=True)


def main() -> None:
    """Measure the engines named on the command line."""
    with tempfile.TemporaryDirectory() as directory:
        root = suite(Path(directory))
        for engine in sys.argv[1:] or ["pyshacl"]:
            # A process for each, so that peaks of memory do not add up.
            process = get_context("spawn").Process(target=measure, args=(engine, root))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
