"""What readers give to a named query: which thing a name means, and whether the dataset has such a value at all."""

import difflib
from collections.abc import Callable, Mapping

from aseancan_kg.catalogue.identifiers import Identifiers, known_form, path_of
from aseancan_kg.catalogue.labels import natural, text_of
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.namespaces import ID
from aseancan_kg.queries import Parameter, Query, load
from aseancan_kg.store.dataset import Dataset

_MOST_LISTED = 12


def asked(store: Dataset, name: str, given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the text of a named query with values bound, and those that were not given so; raises as `settled`."""
    query = load(name)
    values = settled(store, query, given, lambda: Identifiers(store))
    used = {one.name: values.get(one.name, one.default or "") for one in query.parameters}
    return query.bind(values), {name: value for name, value in used.items() if given.get(name) != value}


def settled(store: Dataset, query: Query, given: Mapping[str, str], names: Callable[[], Identifiers]) -> dict[str, str]:
    """Return the values with IRIs for names and other spellings of things, so that `query.bind` takes them.

    A default is taken as it is; `names` gives the names of the dataset, should they be needed. Raises `NotFound` for a
    value that nothing in the dataset has, with those there are; `InputError` for one that may mean several things, and
    as `query.bind` does.
    """
    values = dict(given)
    asked = [one for one in query.parameters if given.get(one.name, one.default) != one.default]
    for one in asked:
        if one.type == "iri":
            values[one.name] = _thing(store, one, given[one.name], names)
    for one in asked:
        if one.among:
            found = {text_of(row[one.name]) for row in store.rows(query.values_of(one, values))}
            _check(one, given[one.name], found)
    return values


def _thing(store: Dataset, parameter: Parameter, value: str, names: Callable[[], Identifiers]) -> str:
    """Return an IRI of which the dataset knows; as it was given, where that is one."""
    try:
        iri = str(parameter.term(value).value)
    except InputError:
        found = names().find(value)
        if not found:
            raise
    else:
        if known := known_form(store, iri):
            return value if known == iri else known
        found = names().find(path_of(iri))
    things = [one for one in found if one.startswith(ID)] or found
    if len(things) == 1:
        return things[0]
    if things:
        raise InputError(f"{value!r} may mean several things", remedy=f"Give one of {', '.join(map(path_of, things))}.")
    near = names().near(path_of(iri))
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"Give {parameter.hint}."
    raise NotFound(f"nothing is known of {value!r}", remedy=remedy)


def _check(parameter: Parameter, value: str, among: set[str]) -> None:
    """Refuse a text, or a word of several, that is not among the values there are."""
    given = str(parameter.term(value).value)
    for word in given.split() if parameter.type == "strings" else [given]:
        if word not in among:
            near = difflib.get_close_matches(word, among, n=3, cutoff=0.6)
            listed = sorted(near or among, key=natural)
            more = " …" if len(listed) > _MOST_LISTED else ""
            remedy = f"There is {', '.join(listed[:_MOST_LISTED])}{more}." if listed else "This dataset has none."
            if parameter.type == "strings":
                remedy += f" Give {parameter.hint}."
            raise NotFound(f"{word!r} is no value of parameter {parameter.name!r} in this dataset", remedy=remedy)
