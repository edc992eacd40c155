"""What an operator can set."""

import re
from dataclasses import fields

import pytest

from aseancan_kg import settings
from aseancan_kg.errors import InputError
from aseancan_kg.settings import RULES, Settings, read, variable


def test_without_an_environment_the_defaults_hold():
    assert read({"PATH": "/bin"}) == Settings()
    assert Settings().workers >= 2


def test_every_setting_is_read_from_its_variable():
    other = {
        "log": "queries",
        "root_path": "/kg",
        "admin_email": "someone@example.org",
        "journal": "sqlite:///a.sqlite",
    }
    environment = {variable(name): other.get(name, "65") for name in RULES}
    found = read(environment)
    for one in fields(Settings):
        assert getattr(found, one.name) == type(getattr(Settings(), one.name))(environment[variable(one.name)])


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("AC_WORKERS", "0", "It is a whole number, 1 or more."),
        ("AC_WORKERS", "two", "It is a whole number"),
        ("AC_WORKERS", "2.5", "It is a whole number"),
        ("AC_QUERY_SECONDS", "-1", "It is a number, 0.1 or more."),
        ("AC_QUERY_SECONDS", "inf", "It is a number"),
        ("AC_QUERY_SECONDS", "nan", "It is a number"),
        ("AC_LOG", "all", "It is one of errors, requests, queries."),
        ("AC_ROOT_PATH", "kg", "It is a path such as /aseancan"),
        ("AC_ROOT_PATH", "/kg/", "It is a path such as /aseancan"),
        *(("AC_JOURNAL", text, "It is sqlite:////path") for text in ("journal.sqlite", "mysql://x", "sqlite://")),
        *(("AC_ADMIN_EMAIL", text, "It is an e-mail address") for text in ("", "me", "me@host", "a b@x.org", "@x.org")),
    ],
)
def test_a_bad_value_is_refused_by_name(name, text, remedy):
    with pytest.raises(InputError, match=name) as caught:
        read({name: text})
    assert remedy in str(caught.value)


def test_a_name_that_is_almost_a_setting_is_refused():
    with pytest.raises(InputError, match=r"there is no setting AC_QUEYR_SECONDS\. Did you mean AC_QUERY_SECONDS"):
        read({"AC_QUEYR_SECONDS": "3"})
    read({"AC_PUBLISH_USER": "dba", "AC_POWER": "off"})


def test_every_setting_has_a_meaning():
    assert all(rule.meaning for rule in RULES.values())
    assert set(RULES) == {one.name for one in fields(settings.Settings)}


def test_the_documentation_has_the_whole_table():
    text = (settings.resources() / "docs" / "service.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(AC_\w+)` \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    assert [name for name, _, _ in told] == [variable(name) for name in RULES]
    for (_, default, meaning), (name, rule) in zip(told, RULES.items(), strict=True):
        assert meaning.startswith(rule.meaning)
        if name not in ("workers", "state"):
            value = getattr(Settings(), name)
            assert default == (f"{value:g}" if isinstance(value, int | float) else f"`{value}`")
