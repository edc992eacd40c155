"""A dataset held in this process's memory (pyoxigraph)."""

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import product
from pathlib import Path

import pyoxigraph as ox

from aseancan_kg.errors import InputError, Place, SyntaxProblem
from aseancan_kg.mediatypes import RESULT_FORMATS, Format
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store import Output, Patch, Row
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write, write_results
from aseancan_kg.syntax import names_graphs, unclosed, undeclared_prefix

_REPEATED = (
    "ASK { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h) }",
    "ASK { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }",
)
"""Whether a triple stands in several graphs."""


class EmbeddedStore(Dataset):
    """A dataset, its version, and the queries over it; it does not change until it is given up by `patched`.

    With `union_default_graph` a query's default graph is the merge of all graphs: every triple once, however many
    graphs it stands in. The engine's own union gives such a triple once per graph; so it serves where there is none,
    and else the merge is stored beside the graphs.
    """

    def __init__(self, quads: Iterable[ox.Quad], *, version: str, union_default_graph: bool) -> None:
        self._version = version
        self._union_default_graph = union_default_graph
        self._store = ox.Store()
        self._store.bulk_extend(quads)
        self._unite()

    @property
    def version(self) -> str:
        """The version given, or told by the files."""
        return self._version

    @property
    def union_default_graph(self) -> bool:
        """Whether the default graph holds the merge of all graphs."""
        return self._union_default_graph

    def _unite(self) -> None:
        repeated = any(self._store.query(question) for question in _REPEATED)
        self._engine_unites = self._union_default_graph and not repeated
        if self._union_default_graph and repeated:
            self._store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")

    @classmethod
    def from_files(cls, files: Sequence[Path], *, union_default_graph: bool) -> "EmbeddedStore":
        """Read RDF files, the format told by the suffix: triples to the default graph, quads to their graphs.

        The version is what stands in the name of one `aseancan-<hash>.nq` or `aseancan-<hash>+<entry>.nq`, else a hash
        of the files' bytes. Raises `InputError` with the file, and `SyntaxProblem` with line and column too.
        """
        loaded = cls([], version=_version(files), union_default_graph=union_default_graph)
        for path in files:
            _read(path, loaded._store)
        loaded._unite()
        return loaded

    def copied(self) -> "EmbeddedStore":
        """Return the same dataset in memory of its own."""
        made = EmbeddedStore([], version=self._version, union_default_graph=self._union_default_graph)
        made._engine_unites = self._engine_unites
        made._store.bulk_load(self._store.dump(format=ox.RdfFormat.N_QUADS), ox.RdfFormat.N_QUADS)
        return made

    def patched(self, patches: Iterable[Patch]) -> "EmbeddedStore":
        """Return what patches of named graphs make of this dataset; it takes the memory over, so ask this one no more.

        Raises `ValueError` for a patch that takes away what is not there; then neither has any use left.
        """
        made = EmbeddedStore([], version=self._version, union_default_graph=self._union_default_graph)
        made._store, made._engine_unites = self._store, self._engine_unites
        for patch in patches:
            made._version = patch.version
            removed, added = _quads(patch.removed), _quads(patch.added)
            for quad in removed:
                if quad not in made._store:
                    raise ValueError(f"{quad} is not there")
                made._store.remove(quad)
            made._store.extend(added)
            made._unite_again({quad.triple for quad in (*removed, *added)})
        return made

    def _unite_again(self, triples: Iterable[ox.Triple]) -> None:
        """Have the merge of all graphs follow what became of some triples."""
        if not self._union_default_graph:
            return
        for triple in triples:
            found = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
            graphs = sum(quad.graph_name != ox.DefaultGraph() for quad in found)
            if not self._engine_unites:
                (self._store.add if graphs else self._store.remove)(ox.Quad(*triple))
            elif graphs > 1:
                self._unite()

    def write(
        self,
        text: str,
        answer_format: Format,
        output: Output,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Evaluate a query and write the answer as it is found; a graph is written when it is complete.

        Raises as `query` does, with a part of the answer perhaps written.
        """
        results = self._evaluate(text, default_graphs, named_graphs)
        try:
            if isinstance(results, ox.QueryTriples):
                output.write(write(results, answer_format))
                return
            if answer_format not in RESULT_FORMATS:
                raise ValueError(f"a SELECT or ASK cannot be answered in {answer_format.label}")
            write_results(results, answer_format, output)
        except (RuntimeError, OSError) as error:
            raise _not_evaluated(error) from error
        finally:
            del results  # an error's traceback would take it to another thread, which the engine forbids

    def rows(self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> list[Row]:
        """Return the solutions of a SELECT query; see `QueryStore.rows`."""
        results = self._evaluate(text, default_graphs, named_graphs)
        if not isinstance(results, ox.QuerySolutions):
            raise InputError("only a SELECT query has rows")
        names = [variable.value for variable in results.variables]
        try:
            return [
                {name: term for name, term in zip(names, solution, strict=True) if term is not None}
                for solution in results
            ]
        except (RuntimeError, OSError) as error:
            raise _not_evaluated(error) from error

    def _evaluate(
        self, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        try:
            if not default_graphs and not named_graphs:
                # The engine's union would replace the graphs that the query itself names.
                unite = self._engine_unites and not names_graphs(text)
                return self._store.query(text, use_default_graph_as_union=unite)
            # Graphs of either kind replace the query's whole dataset; left alone, the engine would keep the other kind.
            default, named = _graph_names(default_graphs), _graph_names(named_graphs)
            return self._store.query(text, default_graph=[*default], named_graphs=[*named])
        except SyntaxError as error:
            raise _syntax_problem(text, str(error)) from error
        except (RuntimeError, OSError) as error:
            raise _not_evaluated(error) from error

    @cached_property
    def graphs(self) -> dict[str, int]:
        """Named graphs in the order of their names, with the number of triples in each."""
        counts = self.rows("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
        pairs = [(row["g"], row["n"]) for row in counts]
        return {
            name.value: int(count.value)
            for name, count in pairs
            if isinstance(name, ox.NamedNode) and isinstance(count, ox.Literal)
        }

    @cached_property
    def default_graph_size(self) -> int:
        """Number of triples in the default graph."""
        # Counted by a query, for which no thread has to wait: `len` of the engine's store holds all of them up.
        counted = self._store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert isinstance(counted, ox.QuerySolutions)
        return int(next(counted)["n"].value) + (sum(self.graphs.values()) if self._engine_unites else 0)

    def quads(
        self,
        *,
        subjects: Collection[ox.NamedNode] | None = None,
        predicates: Collection[ox.NamedNode] | None = None,
        objects: Collection[ox.NamedNode] | None = None,
        graph: ox.NamedNode | None = None,
    ) -> list[ox.Quad]:
        """Return the quads that have one of the given terms in each place; see `Dataset.quads`."""
        anything = (None,)
        patterns = product(
            anything if subjects is None else subjects,
            anything if predicates is None else predicates,
            anything if objects is None else objects,
        )
        found = [quad for s, p, o in patterns for quad in self._store.quads_for_pattern(s, p, o, graph)]
        if subjects is predicates is objects is None:
            return found
        seen: set[ox.BlankNode] = set()
        for quad in found:  # grows meanwhile
            node = quad.object
            if isinstance(node, ox.BlankNode) and node not in seen:
                seen.add(node)
                found += self._store.quads_for_pattern(node, None, None, graph)
        return found


def _version(files: Sequence[Path]) -> str:
    names = [re.fullmatch(r"aseancan-([0-9a-f]{8,}(?:\+[0-9]+)?)\.nq", path.name) for path in files]
    if len(names) == 1 and names[0]:
        return names[0][1]
    digest = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", Place(path)) from error
    return digest.hexdigest()[:16]


def _read(path: Path, store: ox.Store) -> None:
    rdf_format = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
    if rdf_format is None:
        remedy = "Name the file .ttl, .nt, .nq, .trig, .rdf or .jsonld after the format it is in."
        raise InputError(f"{path.suffix or 'no suffix'!r} tells no RDF format", Place(path), remedy=remedy)
    try:
        store.bulk_load(path=path, format=rdf_format, base_iri=path.resolve().as_uri())
    except SyntaxError as error:
        message = re.sub(r"^Parser error (?:at|between) .*?: ", "", error.msg)
        raise SyntaxProblem(message, Place(path, line=error.lineno, column=error.offset)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error}", Place(path)) from error


def _quads(lines: Sequence[str]) -> list[ox.Quad]:
    return [*ox.parse("".join(lines), format=ox.RdfFormat.N_QUADS)]


def _graph_names(iris: Sequence[str]) -> list[ox.NamedNode]:
    try:
        return [ox.NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise InputError(f"a graph's name must be an IRI: {error}") from error


def _not_evaluated(error: RuntimeError | OSError) -> InputError:
    return InputError(f"the query cannot be evaluated: {error}")


def _syntax_problem(text: str, message: str) -> SyntaxProblem:
    """Turn the parser's `error at 3:7: expected one of …` into a place and a readable message."""
    undeclared = undeclared_prefix(text)
    if undeclared:
        prefix, place = undeclared
        near = difflib.get_close_matches(prefix, PREFIXES, n=1)
        if prefix in PREFIXES:
            remedy = f"Add PREFIX {prefix}: <{PREFIXES[prefix]}>."
        else:
            remedy = f"Did you mean {near[0]}:? If not, add" if near else "Add"
            remedy += " a PREFIX line for it."
        return SyntaxProblem(f"the prefix {prefix}: is not declared", place, remedy=remedy)
    match = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", message, re.DOTALL)
    if match is None:
        return SyntaxProblem(message, Place("query"))
    place = Place("query", line=int(match[1]), column=int(match[2]))
    expected = re.findall(r"""(?:^|,\s)("[^"\s]+"|'[^'\s]+'|[A-Za-z][^,\[\]]*)(?=,|$)""", match[3])
    hint = None
    if left_open := unclosed(text):
        bracket, begun = left_open
        hint = f"The {bracket} of line {begun.line}, column {begun.column} is not closed."
    sentences = [item for item in expected if " " in item]
    if sentences:
        return SyntaxProblem("; ".join(sentences), place, remedy=hint)
    words = ", ".join(expected[:12])
    message = f"the query does not parse; here may stand {words}" if words else "the query does not parse"
    return SyntaxProblem(message, place, remedy=hint)
