"""The fields of forms, which shapes name, explain and order."""

from itertools import groupby

import pytest
from rdflib import URIRef

from aseancan_kg import namespaces
from aseancan_kg.build import forms
from aseancan_kg.build.columns import TABLES


@pytest.fixture(scope="module")
def shapes(dataset):
    return dataset.graph(URIRef(namespaces.SHAPES_GRAPH))


@pytest.fixture(scope="module")
def fields(shapes, built, union):
    return {table: forms.fields(table, shapes, built.tables, union) for table in TABLES}


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_a_field_that_is_explained(fields, shapes, table):
    assert sorted(one.column for one in fields[table]) == sorted(TABLES[table][1])
    assert all(one.label and one.help and one.group and one.message not in ("", "None") for one in fields[table])
    assert any(one.identifies for one in fields[table])
    assert forms.label(table, shapes) not in ("", "None")
    groups = [group for group, _ in groupby(fields[table], key=lambda one: one.group)]
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize(
    ("table", "column", "kind", "told"),
    [
        ("instruments", "adopted", "date", ()),
        ("instruments", "pillar", "code", ("political-security",)),
        ("instruments", "adopting_body", "reference", ()),
        ("instruments", "sources", "source", ()),
        ("identifiers", "status", "choice", ("withdrawn", "replaced")),
        ("codings", "value", "slug", ("firm",)),
    ],
)
def test_a_field_takes_what_its_column_reads(fields, table, column, kind, told):
    (field,) = [one for one in fields[table] if one.column == column]
    assert field.kind == kind
    assert set(told) <= {one.value for one in field.choices}
    assert all(one.label for one in field.choices)


def test_a_reference_names_the_kinds_that_it_may_be(fields):
    (field,) = [one for one in fields["instruments"] if one.column == "adopting_body"]
    assert "body" in field.kinds
