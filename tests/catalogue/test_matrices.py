"""Matrices: what comes together in the actions of a plan, and the list behind each cell."""

import pytest

from aseancan_kg.catalogue import matrices
from aseancan_kg.catalogue.matrices import KINDS
from aseancan_kg.namespaces import thing
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = thing("instrument", "asean-canada-poa-2021-2025")


@pytest.fixture(scope="module")
def made(served):
    (plan,) = matrices.plans(served)
    return {kind.name: matrices.matrix(served, kind, plan) for kind in KINDS}


def value(matrix, row, column):
    rows, columns = ([one.label for one in axis] for axis in (matrix.rows, matrix.columns))
    return matrix.cells.get((rows.index(row), columns.index(column)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_list_behind_a_cell_holds_what_the_cell_counts(served, made, kind):
    matrix = made[kind.name]
    for place, found in matrix.cells.items():
        rows = served.rows(matrix.listing(*place))
        counted = len(rows) if kind.value_name == "actions" else max(float(row["confidence"].value) for row in rows)
        assert counted == found


def test_verbs_are_counted_by_chapter(made):
    matrix = made["chapters-verbs"]
    assert matrix.plan.iri == PLAN
    assert [one.label.partition(" ")[0] for one in matrix.rows] == [str(number) for number in range(1, 9)]
    assert value(matrix, "1 Political and Security Cooperation", "Support") == 7
    assert value(matrix, "8 Implementation Mechanism", "Support") is None
    totals = [
        sum(found for (_, at), found in matrix.cells.items() if at == column) for column in range(len(matrix.columns))
    ]
    assert totals == sorted(totals, reverse=True)


def test_every_action_and_every_goal_has_its_place(made):
    matrix = made["actions-goals"]
    assert (len(matrix.rows), len(matrix.columns)) == (106, 17)
    assert [one.label for one in matrix.columns][::8] == ["SDG 1", "SDG 9", "SDG 17"]
    assert matrix.rows[0].group == "1 Political and Security Cooperation"
    assert [one.label for one in matrix.rows if one.label.startswith("1.2.")][-1] == "1.2.7"
    assert set(matrix.cells.values()) == {0.3, 0.6, 0.9}


def test_topics_and_pillars_meet_in_instruments(made):
    matrix = made["topics-pillars"]
    assert len(matrix.columns) == 5
    assert value(matrix, "Crime prevention and criminal justice", "Political-security") == 4


PLANS = """
@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <urn:> .
:verb skos:prefLabel "Do" .
"""
PLAN_TEXT = """
:{0} a ac:Plan ; skos:prefLabel "Plan {0}" .
:{0}1 a ac:Section ; dcterms:isPartOf :{0} ; skos:notation "1" ; ac:text "Title" .
:{0}11 a ac:Action ; dcterms:isPartOf :{0}1 ; skos:notation "1.1" ; ac:text "Do." .
:{0}111 dcterms:isPartOf :{0}11 ; ac:leadVerb :verb .
"""


def test_each_plan_has_its_own(tmp_path):
    file = tmp_path / "plans.ttl"
    file.write_text(PLANS + PLAN_TEXT.format("b") + PLAN_TEXT.format("a"))
    store = EmbeddedStore.from_files([file], union_default_graph=False)
    plans = matrices.plans(store)
    assert [plan.label for plan in plans] == ["Plan a", "Plan b"]
    verbs, pillars, goals = (matrices.matrix(store, kind, plans[0]) for kind in KINDS)
    assert [one.iri for one in verbs.rows] == ["urn:a1"]
    assert verbs.cells == {(0, 0): 1}
    assert pillars is None
    assert goals is None
    assert [row["action"].value for row in store.rows(verbs.listing(0, 0))] == ["urn:a11"]
