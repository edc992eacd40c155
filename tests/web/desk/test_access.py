"""Signing in and out, and who may ask what of the desk."""

import html
import re
import shutil
from http.cookies import SimpleCookie
from urllib.parse import quote, urlsplit

import anyio
import httpx2
import pytest
from argon2 import PasswordHasher
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from aseancan_kg.desk import attempts, passwords
from aseancan_kg.desk.accounts import SCOPES, Accounts, Role
from aseancan_kg.desk.database import Database
from aseancan_kg.web.app import create_app
from aseancan_kg.web.desk import access
from aseancan_kg.web.kept import keep

PASSWORD, WRONG = "three quiet canoes", "seven loud ferries"
HTTPS, HERE = "https://testserver", ("127.0.0.1", 50000)
PAGE = {"Accept": "text/html,*/*;q=0.8"}
SAME = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "__Host-aseancan-desk"
CALLER = {"name": "Ann Lee", "scopes": sorted(SCOPES)}


async def caller(request: Request) -> Response:
    """Tell who calls, what its forms carry, and what it has posted."""
    found = await access.allow(request, request.path_params["scope"])
    told = {"name": found.name, "scopes": sorted(found.scopes)}
    if request.method == "POST":
        told["posted"] = dict(await access.posted(request)) if "form" in request.headers["content-type"] else None
        return JSONResponse(told)
    return keep(request, JSONResponse(told, headers={"X-CSRF": access.csrf_of(request)}))


ROUTE = Route("/desk/caller/{scope}", caller, methods=["GET", "POST"])


class Office:
    """What a service holds of the desk, with accounts alone."""

    def __init__(self, accounts):
        self.accounts = accounts

    def open(self):
        """Begin nothing."""

    def close(self):
        """End nothing."""


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """Hash with parameters that cost nothing: it does not matter here what a guess costs."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", hasher)
        patch.setattr(passwords, "NOBODYS", hasher.hash("nobody's"))
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory, cheap):
    """The file of a desk with two accounts."""
    file = tmp_path_factory.mktemp("desk") / "journal.sqlite"
    accounts = Accounts(Database(f"sqlite:///{file}", new=True))
    accounts.add("Ann Lee", Role.EDITOR, PASSWORD)
    accounts.add("Bob", Role.CATALOGUER, PASSWORD)
    return file


@pytest.fixture
def accounts(filled, tmp_path):
    shutil.copy(filled, tmp_path / "journal.sqlite")
    return Accounts(Database(f"sqlite:///{tmp_path}/journal.sqlite"))


def with_desk(state, accounts):
    app = create_app(state)
    app.state.office = Office(accounts)
    app.router.routes += [*access.ROUTES, ROUTE]
    return app


@pytest.fixture
def app(state, accounts):
    return with_desk(state, accounts)


@pytest.fixture
def port(running, state_of, accounts):
    """The port of a service with a desk."""
    with running(with_desk(state_of(), accounts)) as port:
        yield port


@pytest.fixture
def connect(app):
    """Return what gives a client of the desk, which nobody is signed in to."""

    def connect(base=HTTPS, client=("192.0.2.1", 50000), **options):
        options = {"follow_redirects": False, "headers": {"Accept": "*/*"}, **options}
        return TestClient(app, base_url=base, client=client, **options)

    return connect


@pytest.fixture
def ann(connect):
    """A client that Ann Lee is signed in to."""
    client = connect()
    assert sign_in(client).status_code == 303
    return client


def sign_in(client, name="Ann Lee", password=PASSWORD, headers=SAME, **fields):
    return client.post("/desk/sign-in", data={"name": name, "password": password, **fields}, headers=headers)


def csrf(client):
    return client.get("/desk/caller/read").headers["x-csrf"]


def test_who_signs_in_is_known_and_who_signs_out_is_not(connect):
    client = connect()
    assert client.get("/desk/caller/read").status_code == 401
    begun = sign_in(client, next="/desk/caller/read?of=x")
    assert (begun.status_code, begun.headers["location"]) == (303, "/desk/caller/read?of=x")
    assert client.get(begun.headers["location"]).json() == CALLER
    assert client.get("/desk/sign-in?next=/desk/x").headers["location"] == "/desk/x"
    kept = client.cookies[COOKIE]
    ended = client.post("/desk/sign-out", data={"csrf": csrf(client)}, headers=SAME)
    assert (ended.status_code, ended.headers["location"]) == (303, "/desk/sign-in")
    assert not client.cookies
    assert client.get("/desk/caller/read", headers={"Cookie": f"{COOKIE}={kept}"}).status_code == 401
    again = client.post("/desk/sign-out")
    assert again.status_code == 303
    assert "set-cookie" not in again.headers


def test_a_cookie_is_for_this_host_over_https_and_for_no_script(connect):
    cookie = SimpleCookie(sign_in(connect()).headers["set-cookie"])[COOKIE]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "strict", "")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert len(cookie.value) >= 43
    plain = SimpleCookie(sign_in(connect("http://127.0.0.1:8000", HERE)).headers["set-cookie"])["aseancan-desk"]
    assert (plain["secure"], bool(plain["httponly"]), plain["samesite"]) == ("", True, "strict")


@pytest.mark.parametrize("client", [("192.0.2.1", 1), ("10.0.0.1", 1), ("2001:db8::1", 1), ("unknown", 1)])
def test_nothing_secret_is_taken_over_an_open_line(connect, accounts, client):
    open_line = connect("http://testserver", client)
    token = accounts.make_token("Ann Lee", "reader", frozenset({"read"}), 1)
    bearer = {"Authorization": f"Bearer {token}"}
    told = [open_line.get("/desk/sign-in"), sign_in(open_line), open_line.get("/desk/caller/read", headers=bearer)]
    for one in told:
        assert one.status_code == 403
        assert "the desk is used over https" in one.json()["detail"]
        assert "X-Forwarded-Proto" in one.json()["hint"]
    assert "signed in" not in [note.event for note in accounts.notes()]


@pytest.mark.parametrize("client", [HERE, ("::1", 1), ("::ffff:127.0.0.1", 1)])
def test_on_its_own_machine_the_desk_needs_no_https(connect, client):
    local = connect("http://localhost:8000", client)
    assert sign_in(local).status_code == 303
    assert local.get("/desk/caller/read").json() == CALLER


def test_a_proxy_tells_who_comes_by_https(port, accounts):
    address = f"http://127.0.0.1:{port}/desk/sign-in"
    sent = {"data": {"name": "Ann Lee", "password": PASSWORD}, "follow_redirects": False}
    client = {"X-Forwarded-For": "198.51.100.7"}
    refused = httpx2.post(address, headers=SAME | client, **sent)
    assert refused.status_code == 403
    begun = httpx2.post(address, headers=SAME | client | {"X-Forwarded-Proto": "https"}, **sent)
    assert begun.headers["set-cookie"].startswith(f"{COOKIE}=")
    assert "secure" in begun.headers["set-cookie"].lower()
    assert [note.client for note in accounts.notes() if note.event == "signed in"] == ["198.51.100.7"]


def test_a_plain_cookie_is_nothing_over_https(connect, accounts):
    secret = accounts.sign_in("Ann Lee", PASSWORD, "192.0.2.1")
    assert connect().get("/desk/caller/read", headers={"Cookie": f"aseancan-desk={secret}"}).status_code == 401


def test_a_session_that_somebody_has_planted_is_not_taken_up(connect, ann, accounts):
    client = connect()
    planted = "a" * 43
    client.cookies.set(COOKIE, planted, domain="testserver.local")
    begun = sign_in(client)
    assert SimpleCookie(begun.headers["set-cookie"])[COOKIE].value != planted
    assert accounts.session(planted) is None
    before = ann.cookies[COOKIE]
    assert sign_in(ann).status_code == 303
    assert ann.cookies[COOKIE] != before
    assert accounts.session(before) is None


@pytest.mark.parametrize(("name", "password"), [("Ann Lee", WRONG), ("Nobody", PASSWORD), ("", ""), ("\0", WRONG)])
def test_a_wrong_password_is_told_at_the_field(connect, name, password):
    client = connect()
    page = sign_in(client, name, password, SAME | PAGE)
    assert page.status_code == 401
    assert page.headers["www-authenticate"] == 'Bearer realm="desk"'
    assert "The name or the password is wrong" in page.text.replace("the name", "The name")
    assert re.search(r'<input id="password"[^>]* aria-invalid="true" aria-describedby="trouble">', page.text)
    assert password == "" or html.escape(password) not in page.text
    assert not client.cookies
    refused = sign_in(client, name, password)
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")


def test_what_was_typed_stands_in_the_form_again_as_text(connect):
    script = '"><script>alert(1)</script>'
    page = sign_in(connect(), script, WRONG, SAME | PAGE, next="/desk/x?<script>")
    assert "<script>alert" not in page.text
    values = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', page.text)
        if name != "q"
    }
    assert values == {"next": "/desk/x?<script>", "name": script}


def test_whoever_guesses_is_told_how_long_to_wait(connect):
    client = connect()
    for _ in range(attempts.OF_BOTH):
        assert sign_in(client, password=WRONG).status_code == 401
    for headers in (SAME, SAME | PAGE):
        waiting = sign_in(client, headers=headers)
        assert waiting.status_code == 429
        assert 0 < int(waiting.headers["retry-after"]) <= attempts.WINDOW.seconds
        assert "too many attempts to sign in have failed" in waiting.text
    assert sign_in(connect(client=("192.0.2.9", 1))).status_code == 303


def test_passwords_are_verified_few_at_a_time(app, accounts, monkeypatch):
    """Many sign in at once: few hashes are computed together, others wait in turn, the rest is told to come back."""
    together, most, told = 0, 0, []

    def slow(name, password, client):
        nonlocal together, most
        together += 1
        most = max(most, together)
        anyio.from_thread.run(anyio.sleep, 0.05)
        together -= 1
        return "secret"

    monkeypatch.setattr(accounts, "sign_in", slow)

    async def post(number):
        body = b"name=a&password=b"
        headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"sec-fetch-site", b"same-origin")]
        scope = {
            "type": "http", "method": "POST", "path": "/desk/sign-in", "root_path": "", "query_string": b"",
            "headers": [*headers, (b"host", b"testserver")], "scheme": "https", "http_version": "1.1",
            "client": (f"198.51.100.{number}", 1), "server": ("testserver", 443), "app": app,
        }  # fmt: skip
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return messages.pop() if messages else await anyio.sleep_forever()

        async def send(message):
            if message["type"] == "http.response.start":
                told.append((message["status"], dict(message["headers"]).get(b"retry-after")))

        await app(scope, receive, send)

    async def attack():
        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(post, number)

    anyio.run(attack)
    assert most == 2
    assert sorted(told) == [(303, None)] * 18 + [(503, b"2")] * 42


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": HTTPS}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HTTPS}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://testserver"}, 403),
        ({"Origin": "https://testserver.evil.example"}, 403),
        ({"Origin": "https://testserver:444"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_nobody_is_signed_in_or_acts_by_the_page_of_another_site(connect, ann, headers, status):
    assert sign_in(connect(), headers=headers).status_code == status
    sent = ann.post("/desk/caller/draft", data={"csrf": csrf(ann)}, headers=headers)
    assert sent.status_code == (200 if status == 303 else 403)


@pytest.mark.parametrize("scope", ["draft", "publish"])
def test_a_form_has_to_carry_the_token_of_its_session(connect, ann, scope):
    path = f"/desk/caller/{scope}"
    other = connect()
    assert sign_in(other).status_code == 303
    assert csrf(other) != csrf(ann)
    for given in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": csrf(other)}, {"csrf": "é"}):
        refused = ann.post(path, data={"title": "x", **given}, headers=SAME)
        assert refused.status_code == 403
        assert "the form is not of this session" in refused.json()["detail"]
    sent = ann.post(path, data={"title": "x", "csrf": csrf(ann)}, headers=SAME)
    assert sent.json()["posted"]["title"] == "x"
    assert ann.post(path, json={}, headers=SAME).status_code == 403
    assert ann.post(path, json={}, headers=SAME | {"X-CSRF-Token": csrf(ann)}).status_code == 200
    assert ann.post("/desk/sign-out", headers=SAME).status_code == 403
    assert ann.get("/desk/sign-out").status_code == 405
    assert ann.get(path).json() == CALLER


def test_a_token_of_a_form_does_not_tell_the_session(ann):
    assert ann.cookies[COOKIE] not in csrf(ann)
    assert re.fullmatch("[0-9a-f]{64}", csrf(ann))


def test_a_program_calls_by_its_token(connect, accounts):
    client = connect()
    token = accounts.make_token("Ann Lee", "import", frozenset({"read", "draft"}), 1)
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/desk/caller/read", headers=bearer).json() == {"name": "Ann Lee", "scopes": ["draft", "read"]}
    lower = {"Authorization": f"bearer  {token} "}
    assert client.post("/desk/caller/draft", json={}, headers=lower).status_code == 200
    refused = client.post("/desk/caller/publish", json={}, headers=bearer)
    assert refused.status_code == 403
    challenge = 'Bearer realm="desk", error="insufficient_scope", scope="publish"'
    assert refused.headers["www-authenticate"] == challenge
    assert refused.json()["type"].endswith("/problem/insufficient-scope")
    accounts.revoke_token("import")
    ended = client.get("/desk/caller/read", headers=bearer | PAGE)
    assert ended.status_code == 401
    assert ended.headers["www-authenticate"] == 'Bearer realm="desk", error="invalid_token"'


@pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "Bearer x y", "Basic QW5uOng=", "x", "Bearer \xff", ""])
def test_what_is_no_token_is_refused_even_of_a_browser_that_is_signed_in(connect, ann, sent):
    for client in (connect(), ann):
        told = client.get("/desk/caller/read", headers={"Authorization": sent.encode("latin-1")})
        assert told.status_code == (200 if client is ann and not sent else 401)
        assert told.status_code == 200 or told.headers["www-authenticate"].startswith('Bearer realm="desk"')


def test_a_cataloguer_does_not_publish(connect, accounts):
    client = connect()
    sign_in(client, "bob")
    assert client.get("/desk/caller/read").json() == {"name": "Bob", "scopes": ["draft", "read"]}
    token = csrf(client)
    assert client.post("/desk/caller/draft", data={"csrf": token}, headers=SAME).status_code == 200
    sent = {"csrf": token, "role": "editor", "scopes": "publish", "name": "Ann Lee"}
    refused = client.post("/desk/caller/publish", data=sent, headers=SAME)
    assert refused.status_code == 403
    assert "Bob may not publish by this" in refused.json()["detail"]
    accounts.set_role("Bob", Role.EDITOR)
    assert client.post("/desk/caller/publish", data={"csrf": token}, headers=SAME).status_code == 200
    accounts.close("Bob")
    assert client.post("/desk/caller/publish", data={"csrf": token}, headers=SAME).status_code == 401


def test_a_browser_is_sent_to_sign_in_and_back(connect, serve):
    client = connect()
    asked = client.get("/desk/caller/read?of=é&x=1", headers=PAGE)
    assert asked.status_code == 303
    target = asked.headers["location"]
    assert urlsplit(target)[:3] == ("", "", "/desk/sign-in")
    form = client.get(target, headers=PAGE).text
    wanted = html.unescape(re.search('name="next" value="([^"]*)"', form)[1])
    begun = sign_in(client, next=wanted)
    assert begun.headers["location"] == "/desk/caller/read?of=%C3%A9&x=1"
    assert connect().post("/desk/caller/draft", data={}, headers=SAME | PAGE).status_code == 401
    assert connect().get("/desk/caller/read", headers={"Accept": "text/turtle"}).status_code == 401


def test_the_desk_stands_below_the_base_path(connect):
    client = connect(root_path="/kg")
    asked = client.get("/kg/desk/caller/read", headers=PAGE)
    assert asked.headers["location"] == f"/kg/desk/sign-in?next={quote('/desk/caller/read', safe='')}"
    assert 'action="/kg/desk/sign-in"' in client.get("/kg/desk/sign-in", headers=PAGE).text
    fields = {"name": "Ann Lee", "password": PASSWORD, "next": "/desk/caller/read"}
    begun = client.post("/kg/desk/sign-in", data=fields, headers=SAME)
    assert begun.headers["location"] == "/kg/desk/caller/read"
    told = client.get(begun.headers["location"])
    assert told.json() == CALLER
    assert told.headers["cache-control"] == "no-store"
    lost = client.get("/kg/desk/nowhere", headers=PAGE)
    assert (lost.status_code, '<a href="/kg/desk">Cataloguing desk</a>' in lost.text) == (404, True)


@pytest.mark.parametrize(
    "wanted",
    [
        *("https://evil.example/desk/", "//evil.example", "/\\evil.example", "/desk\\..\\x", "/desk/\\evil.example"),
        *("/deskevil", "/desk.evil.example", "/desk@evil.example", "desk/x", "javascript:alert(1)", "/id/x", "/"),
        *("/desk/../id/x", "/desk/x\r\nSet-Cookie: a=b", "/desk/x y", "/desk/\u2028", "/desk//evil.example"),
        *("/desk/sign-in", "/desk/sign-out", "/desk/" + "x" * 2000, " /desk/x", ""),
    ],
)
def test_signing_in_leads_nowhere_but_to_the_desk(connect, ann, wanted):
    for location in (
        sign_in(connect(), next=wanted).headers["location"],
        ann.get("/desk/sign-in", params={"next": wanted}).headers["location"],
    ):
        assert location == "/desk"


def test_nothing_of_the_desk_is_kept_or_told_to_other_sites(connect, ann, app):
    private = connect()
    told = [
        ann.get("/desk/caller/read"),
        private.get("/desk/caller/read", headers=PAGE),
        private.get("/desk/caller/read"),
        private.get("/desk/sign-in", headers=PAGE),
        sign_in(private, password=WRONG, headers=SAME | PAGE),
        private.delete("/desk/sign-in"),
        private.get("/desk"),
        private.get("/desk/nowhere", headers=PAGE),
        private.options("/desk/sign-in", headers={"Origin": "https://evil.example"}),
        ann.get("/desk/caller/read", headers={"If-None-Match": "*"}),
        ann.get("/desk/caller/read", headers={"If-Match": '"x"'}),
    ]
    assert [one.status_code for one in told] == [200, 303, 401, 200, 401, 405, 404, 404, 204, 304, 412]
    for one in told:
        assert one.headers.get_list("cache-control") == ["no-store"]
        assert {"Cookie", "Authorization"} <= {name.strip() for name in one.headers["vary"].split(",")}
        assert "access-control-allow-origin" not in one.headers
        assert one.headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in one.headers["content-security-policy"]
    # Its door has marked it to be kept; nevertheless the next who asks is answered by the door.
    assert private.get("/desk/caller/read").status_code == 401
    headers = [(b"accept", b"*/*"), (b"accept-encoding", b"gzip")]
    assert app.middleware_stack.answer(b"GET", "", b"/desk/caller/read", headers) is None


def test_other_pages_are_the_same_for_whoever_is_signed_in(connect, ann, lasting):
    for path in ("/", "/queries", "/doc/body/asean", "/search?q=asean"):
        one, other = (client.get(path, headers=PAGE) for client in (ann, connect()))
        assert one.content == other.content
        assert lasting(one) == lasting(other)
        assert "set-cookie" not in one.headers
        assert "cookie" not in one.headers.get("vary", "").lower()


def test_a_long_form_is_refused(connect, ann):
    assert sign_in(connect(), password="x" * 5000).status_code == 413
    sent = {"csrf": csrf(ann), "title": "x" * 1024 * 1024}
    assert ann.post("/desk/caller/draft", data=sent, headers=SAME).status_code == 413


def test_without_a_journal_there_is_no_desk(client):
    for path in ("/desk", "/desk/sign-in", "/desk/sign-out"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={}).status_code == 404
    assert "Cataloguing desk" not in client.get("/desk", headers=PAGE).text


def test_the_page_to_sign_in_works_in_a_browser_without_scripts(browser, port):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/desk/caller/read")
    assert urlsplit(page.url).path == "/desk/sign-in"
    name, password = page.get_by_label("Name"), page.get_by_label("Password")
    assert [one.get_attribute("autocomplete") for one in (name, password)] == ["username", "current-password"]
    name.fill("Ann Lee")
    password.fill(WRONG)
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").inner_text().startswith("You are not signed in:")
    assert (name.input_value(), password.input_value()) == ("Ann Lee", "")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert urlsplit(page.url).path == "/desk/caller/read"
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Strict", -1)
    context.close()


def test_another_site_does_nothing_in_the_browser_of_who_is_signed_in(browser, port):
    desk = f"http://127.0.0.1:{port}/desk"
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{desk}/sign-in")
    page.get_by_label("Name").fill("Ann Lee")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    lure = f"""
        <form action="{desk}/caller/draft" method="post"><input name="title" value="x"><button>Win</button></form>
        <form action="{desk}/sign-out" method="post"><button>Lose</button></form>
        <a href="{desk}/caller/read">Look</a><iframe src="{desk}/sign-in"></iframe>
    """
    page.route("http://evil.example/", lambda route: route.fulfill(body=lure, content_type="text/html"))
    answers = {}
    for name in ("Win", "Lose", "Look"):
        page.goto("http://evil.example/")
        with page.expect_navigation() as navigation:
            page.get_by_text(name).click()
        answers[name] = (navigation.value.status, urlsplit(page.url).path)
    # The cookie did not come along, so nobody acted and nobody was signed out.
    assert answers == {
        "Win": (401, "/desk/caller/draft"),
        "Lose": (200, "/desk/sign-in"),
        "Look": (200, "/desk/sign-in"),
    }
    page.get_by_role("link", name="go on").click()
    assert page.locator("pre").inner_text().startswith('{"name":"Ann Lee"')
    context.close()
