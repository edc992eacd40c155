"""In which state an instrument was when."""

import pytest
from rdflib import PROV, RDF, Dataset, Graph, Namespace, URIRef

from aseancan_kg import namespaces
from aseancan_kg.build import lineage

AC = Namespace(namespaces.ONT)
State = tuple[str, str, str | None, set[str]]


@pytest.fixture
def states(read):
    """Give the states of the first of some instruments: status, begin, end, and the cells it is concluded from."""

    def states(*instruments: dict[str, str]) -> list[State]:
        graph = Graph()
        rows = [{"title": row["slug"].title(), "kind": "treaty"} | row for row in instruments]
        for triple in lineage.states(read({"instruments": rows})):
            graph.add(triple)
        thing = URIRef(namespaces.thing("instrument", instruments[0]["slug"]))
        nodes = sorted(graph.subjects(AC.stateOf, thing))
        assert all((node, RDF.type, AC.InstrumentState) in graph for node in nodes)
        prefix = namespaces.thing("assertion", "instrument/")
        return [
            (
                str(graph.value(node, AC.instrumentStatus)).rpartition("/")[2],
                str(graph.value(node, AC.stateBeginsOn)),
                str(end) if (end := graph.value(node, AC.stateEndsOn)) else None,
                {str(source).removeprefix(prefix) for source in graph.objects(node, PROV.wasDerivedFrom)},
            )
            for node in nodes
        ]

    return states


A = {"slug": "a"}
B = {"slug": "b", "supersedes": "instrument/a"}


@pytest.mark.parametrize(
    ("instruments", "expected"),
    [
        ([A], []),
        ([A | {"period_end": "2025"}], []),
        ([A | {"adopted": "2015"}], [("standing", "2015", None, {"a/adopted"})]),
        (
            [A | {"adopted": "2015-11-21", "entered_into_force": "2017-03-08"}],
            [
                ("adopted", "2015-11-21", "2017-03-08", {"a/adopted", "a/entered_into_force"}),
                ("in-force", "2017-03-08", None, {"a/entered_into_force"}),
            ],
        ),
        (
            [A | {"adopted": "2020-09-10", "period_start": "2021", "period_end": "2025"}],
            [
                ("adopted", "2020-09-10", "2021-01-01", {"a/adopted", "a/period_start"}),
                ("in-period", "2021-01-01", "2026-01-01", {"a/period_start", "a/period_end"}),
                ("ended", "2026-01-01", None, {"a/period_end"}),
            ],
        ),
        (
            [A | {"adopted": "2021-03", "period_start": "2021-02", "period_end": "2021-06-30"}],
            [
                ("in-period", "2021-03", "2021-07-01", {"a/adopted", "a/period_end"}),
                ("ended", "2021-07-01", None, {"a/period_end"}),
            ],
        ),
        ([A | {"adopted": "2021", "period_start": "2021"}], [("in-period", "2021-01-01", None, {"a/period_start"})]),
        (
            [A | {"adopted": "2010"}, B | {"adopted": "2016"}],
            [
                ("standing", "2010", "2016", {"a/adopted", "b/adopted"}),
                ("superseded", "2016", None, {"b/adopted"}),
            ],
        ),
        ([A | {"adopted": "2010"}, B], [("standing", "2010", None, {"a/adopted"})]),
    ],
    ids=[
        *("no date", "only an end", "adopted", "in force", "in its period", "adopted after its period began"),
        "perhaps adopted after its period began",
        *("superseded", "superseded, nobody knows when"),
    ],
)
def test_the_dates_of_the_registers_tell_the_states(states, instruments: list[dict[str, str]], expected) -> None:
    assert states(*instruments) == expected


def test_a_state_that_begins_in_a_year_can_be_compared_by_day(read) -> None:
    rows = [{"slug": "a", "title": "A", "kind": "treaty", "adopted": "2015"}]
    said = {predicate: str(value) for _, predicate, value in lineage.states(read({"instruments": rows}))}
    assert (said[AC.stateBeginsEarliest], said[AC.stateBeginsLatest]) == ("2015-01-01", "2015-12-31")


def test_one_state_of_an_instrument_ends_as_the_next_begins(dataset: Dataset) -> None:
    graph = dataset.graph(URIRef(namespaces.graph("states-of-instruments")))
    for instrument in set(graph.objects(None, AC.stateOf)):
        nodes = sorted(graph.subjects(AC.stateOf, instrument))
        ends, begins = ([graph.value(node, AC[f"state{name}On"]) for node in nodes] for name in ("Ends", "Begins"))
        assert ends[:-1] == begins[1:]
        assert ends[-1] is None
