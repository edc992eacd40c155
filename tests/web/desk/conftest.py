"""The desk over the real dataset, with a cataloguer, Ann, and an editor, Bob."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import unescape

import pytest
from starlette.testclient import TestClient

from aseancan_kg import settings
from aseancan_kg.desk.accounts import SCOPES, Role
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.office import Office
from aseancan_kg.errors import Busy
from aseancan_kg.web.app import create_app

PASSWORD = "three quiet canoes"
HERE = ("127.0.0.1", 50000)


@pytest.fixture(scope="session")
def password() -> str:
    """Return what everybody's password is."""
    return PASSWORD


@pytest.fixture(scope="session")
def office(published, empty_database, tmp_path_factory) -> Office:
    """Return the desk's office; what the tests publish stays in its journal, so each has rows of its own."""
    journal = Database(empty_database(tmp_path_factory.mktemp("desk")), new=True)
    office = Office(journal, settings.resources(), lambda: published.stem.removeprefix("aseancan-"))
    for name, role in (("Ann", Role.CATALOGUER), ("Carl", Role.CATALOGUER), ("Bob", Role.EDITOR)):
        office.accounts.add(name, role, PASSWORD)
    return office


@pytest.fixture(scope="session")
def desk(office, published, state_of) -> Iterator[TestClient]:
    """Return a client of the service with the desk, whom nobody knows."""
    app = create_app(state_of(published), office)
    with TestClient(app, client=HERE, follow_redirects=False, headers={"Accept": "*/*"}) as client:
        for _ in range(5):  # a composer may take minutes to start where everything else does, too
            with suppress(Busy), office.desk():
                break
        yield client


@pytest.fixture(scope="session")
def token(office) -> Callable[..., dict[str, str]]:
    """Return what gives the header by which a program calls for somebody; by default with all that it may."""
    made: dict[tuple[str, ...], dict[str, str]] = {}

    def token(name: str, *scopes: str) -> dict[str, str]:
        scopes = scopes or (SCOPES if name == "Bob" else ("read", "draft"))
        if (name, *scopes) not in made:
            secret = office.accounts.make_token(name, f"{name} {' '.join(scopes)}", frozenset(scopes), 1)
            made[name, *scopes] = {"Authorization": f"Bearer {secret}"}
        return made[name, *scopes]

    return token


@dataclass(frozen=True)
class Person:
    """Somebody with a browser."""

    client: TestClient

    def page(self, path, **options):
        """Open a page."""
        return self.client.get(path, **options)

    def send(self, path, form=(), seen=None):
        """Send a form of a page, with the fields that it holds unseen."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page(seen or path).text)
        held = {name: unescape(value) for name, value in hidden}
        return self.client.post(path, data={**held, **dict(form)}, headers={"Sec-Fetch-Site": "same-origin"})


@pytest.fixture(scope="session")
def person(desk) -> Callable[[str], Person]:
    """Return what signs somebody in, in a browser of their own."""
    people: dict[str, Person] = {}

    def person(name: str) -> Person:
        if name not in people:
            headers = {"Accept": "text/html,*/*;q=0.8"}
            client = TestClient(desk.app, client=HERE, follow_redirects=False, headers=headers)
            client.portal = desk.portal
            client.post(
                "/desk/sign-in",
                data={"name": name, "password": PASSWORD},
                headers={"Sec-Fetch-Site": "same-origin"},
            )
            people[name] = Person(client)
        return people[name]

    return person


@pytest.fixture(scope="session")
def cells() -> Callable[[str], dict[str, list[str]]]:
    """Return what reads the fields of a form's page that hold cells, by name."""

    def cells(page):
        """Return what the fields of a form hold, by name."""
        held = {}
        for name, value in re.findall(r'<input [^>]*name="(cell\.\w+)" value="([^"]*)"', page):
            held.setdefault(name, []).append(unescape(value))
        for name, value in re.findall(r'<textarea [^>]*name="(cell\.\w+)"[^>]*>\n?([^<]*)<', page):
            held.setdefault(name, []).append(unescape(value))
        for name, options in re.findall(r'<select [^>]*name="(cell\.\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
            held[name] = [unescape(found) for found in re.findall(r'value="([^"]*)" selected', options)]
        return held

    return cells
