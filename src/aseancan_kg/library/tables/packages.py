"""What a folder of CSV files holds, for machines: as a Data Package, and as metadata for CSV on the Web."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aseancan_kg.library.tables.schema import SEPARATOR, Column, Kind, Table
from aseancan_kg.library.tables.tables import Tables
from aseancan_kg.namespaces import BASE, ONT

_FIELD_TYPES = {Kind.integer: "integer", Kind.decimal: "number", Kind.date: "date"}
_DATATYPES = {Kind.iri: "anyURI", Kind.integer: "integer", Kind.decimal: "double", Kind.date: "date"}


def data_package(tables: Tables, files: Mapping[str, bytes]) -> bytes:
    """Write `datapackage.json` (Data Package 1, profile tabular-data-package) of the CSV files by their paths."""
    about = tables.about
    resources = []
    for filled, (path, body) in zip(tables.filled.values(), files.items(), strict=True):
        table = filled.table
        resources.append(
            {
                "name": table.name,
                "path": path,
                "title": table.title,
                "description": table.description,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(body),
                "hash": f"sha256:{hashlib.sha256(body).hexdigest()}",
                "schema": {
                    "fields": [_field(column, table, tables) for column in table.columns],
                    "missingValues": [""],
                    "primaryKey": list(table.key),
                    "foreignKeys": [
                        {
                            "fields": [column.name],
                            "reference": {
                                "resource": "" if column.refers == table.name else column.refers,
                                "fields": [_key(tables, column)],
                            },
                        }
                        for column in _foreign(table)
                    ],
                },
            }
        )
    told = {
        "profile": "tabular-data-package",
        "name": "aseancan-tables",
        "id": f"{BASE}dataset",
        "title": about.title,
        "description": about.description,
        "version": tables.version,
        "homepage": BASE,
        "keywords": about.keywords,
        "licenses": [{"path": about.licence, "title": about.rights or ""}] if about.licence else [],
        "contributors": [{"title": about.publisher.label, "role": "publisher"}] if about.publisher else [],
        "resources": resources,
    }
    return _json({name: value for name, value in told.items() if value})


def csv_on_the_web(tables: Tables) -> bytes:
    """Write `csv-metadata.json` (Metadata Vocabulary for Tabular Data) for CSV files beside it."""
    about = tables.about
    told = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@id": f"{BASE}dataset#tables",
        "dc:title": about.title,
        "dc:description": about.description,
        "dc:hasVersion": tables.version,
        "dc:issued": about.issued,
        "dc:license": {"@id": about.licence} if about.licence else None,
        "dc:publisher": about.publisher.label if about.publisher else None,
        "tables": [_described(filled.table, tables) for filled in tables.filled.values()],
    }
    return _json({name: value for name, value in told.items() if value})


def _field(column: Column, table: Table, tables: Tables) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.name in table.key:
        constraints = {"required": True, "unique": True} if len(table.key) == 1 else {"required": True}
    if codes := None if column.many else tables.codes.get(column.codes):
        constraints["enum"] = [*codes]
    field = {
        "name": column.name,
        "title": column.title,
        "description": column.description,
        "type": _FIELD_TYPES.get(column.kind, "string"),
        "rdfType": ONT + column.term if column.term else "",
        "constraints": constraints,
    }
    return {name: value for name, value in field.items() if value}


def _described(table: Table, tables: Tables) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "columns": [_column(column, table) for column in table.columns],
        "primaryKey": list(table.key),
    }
    if len(table.key) == 1:
        schema["aboutUrl"] = f"{{+{table.key[0]}}}"
    if foreign := _foreign(table):
        schema["foreignKeys"] = [
            {
                "columnReference": column.name,
                "reference": {"resource": f"{column.refers}.csv", "columnReference": _key(tables, column)},
            }
            for column in foreign
        ]
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.title,
        "dc:description": table.description,
        "tableSchema": schema,
    }


def _column(column: Column, table: Table) -> dict[str, Any]:
    told = {
        "name": column.name,
        "titles": column.name,
        "dc:title": column.title,
        "dc:description": column.description,
        "datatype": _DATATYPES.get(column.kind, "string"),
        "required": column.name in table.key,
        "separator": SEPARATOR if column.many else None,
        "propertyUrl": ONT + column.term if column.source == f"ac:{column.term}" and column.term else None,
        "valueUrl": f"{{+{column.name}}}" if column.kind is Kind.iri and not column.many else None,
    }
    return {name: value for name, value in told.items() if value}


def _foreign(table: Table) -> list[Column]:
    """Return the columns that hold one key of a table; those of several keys neither format can declare."""
    return [column for column in table.columns if column.refers and not column.many]


def _key(tables: Tables, column: Column) -> str:
    return tables.filled[column.refers].table.key[0]


def _json(told: object) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
