"""Whatever is sent to the desk's doors: none fails, nothing is stored that was not validated, and no script runs."""

import csv
import io
import os
from collections import Counter
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import Request
from schemathesis import GenerationMode

from aseancan_kg.desk.drafts import Status
from aseancan_kg.desk.served import Changed
from aseancan_kg.web.app import create_app

pytestmark = pytest.mark.proof

INPUTS = int(os.environ.get("AC_DESK_INPUTS", "300")) // 2
"""How many are made of what the doors take, and as many of what the description says of them."""
BODY = "registers/bodies"
SUBJECT = "https://w3id.org/aseancan/id/body/asean-ipr"
SCRIPTS = (
    "<script>alert('planted')</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea></title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "=HYPERLINK(1)",
    "\u2028\u202e\x00\ud7ff",
    "' OR 1=1 --",
    "../../etc/passwd",
    "a | b | | c",
)
words = st.one_of(st.sampled_from(SCRIPTS), st.text(max_size=60), st.just("x" * 3000))
columns = st.sampled_from(
    ("slug", "name", "acronym", "kind", "established", "seat_city", "members", "url", "sources", "note", "nonsense")
)
cells = st.dictionaries(columns, words, max_size=4)
rows = st.dictionaries(columns, words, min_size=1, max_size=4)
properties = st.sampled_from(
    ("http://www.w3.org/2004/02/skos/core#editorialNote", "https://w3id.org/aseancan/ont#seatCity", "urn:x", "urn:<>")
)
types = st.sampled_from(("text/turtle", "application/ld+json", "application/n-triples", "text/html", ""))
tables = st.sampled_from((BODY, "registers/names", "registers/nonsense", "codings/plan-of-action-2021-2025/mentions"))
keys = st.one_of(
    st.sampled_from(("asean-ipr", "%2e%2e", "a/b", "%00", "%ff")), words.map(lambda one: quote(one[:99], ""))
)
doors = st.sampled_from(("edit", "new", "check", "withdraw", "tables", "records", "mentions", "drafts"))


def csv_of(row):
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue()


def literal(text):
    return '"' + "".join(f"\\u{ord(one):04X}" if ord(one) < 0x10000 else one for one in text) + '"@en'


def form(fields):
    return urlencode(fields, errors="replace").encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@st.composite
def requests(draw):
    """Return method, path, body and headers of a request, and whether it goes by a token."""
    kind = draw(
        st.sampled_from(("form", "form", "record", "record", "bulk", "step", "withdraw", "look", "sign", "odd"))
    )
    table, key = draw(tables), draw(keys)
    if kind == "form":
        fields = {f"cell.{name}": cell for name, cell in draw(cells).items()}
        fields |= {
            "reason": draw(words),
            "was": draw(st.sampled_from(("null", "{}", "[", '{"a": 1}', '{"note": "x"}'))),
        }
        door = draw(
            st.sampled_from((f"edit/{table}/{key}", f"edit/{BODY}/asean-ipr", f"new/{table}", f"check/{table}"))
        )
        return "POST", f"/desk/{door}", form(fields), FORM
    if kind == "record":
        note = draw(words)
        triples = f"<{SUBJECT}> <{draw(properties)}> {literal(note)} .\n"
        content = draw(
            st.sampled_from((triples.encode(), note.encode(errors="replace"), b"\xff\x00" + triples.encode()))
        )
        method, place = draw(
            st.sampled_from((("PUT", f"{table}/{key}"), ("PUT", f"{BODY}/asean-ipr"), ("POST", table)))
        )
        condition = draw(st.sampled_from(({"If-Match": "*"}, {"If-None-Match": "*"}, {"If-Match": '"x"'}, {})))
        again = draw(st.sampled_from(({}, {"Idempotency-Key": "k"}, {"Idempotency-Key": "k" * 400})))
        path = f"/desk/records/{place}?{urlencode({'reason': note}, errors='replace')}"
        return method, path, content, {"Content-Type": draw(types), **condition, **again}
    if kind == "bulk":
        text = draw(st.one_of(rows.map(csv_of), words))
        return "POST", "/desk/bulk", form({"table": table, "rows": text, "reason": draw(words)}), FORM
    if kind == "step":
        step = draw(st.sampled_from(("submit", "publish", "remark", "decline", "send-back", "nonsense")))
        number = draw(st.sampled_from(("1", "2", "3", "0", "99999999999", "x")))
        fields = {"revision": draw(st.sampled_from(("1", "2", "", "-1"))), "words": draw(words)}
        return "POST", f"/desk/drafts/{number}/{step}", form(fields), FORM
    if kind == "withdraw":
        fields = {"reason": draw(words), "replacement": draw(words)}
        return "POST", f"/desk/withdraw/{table}/{key}", form(fields), FORM
    if kind == "look":
        return "GET", f"/desk/look-up?{urlencode({'q': draw(words), 'kind': draw(words)}, errors='replace')}", b"", {}
    if kind == "sign":
        fields = {"name": draw(words), "password": draw(words), "next": draw(words)}
        return "POST", "/desk/sign-in", form(fields), {**FORM, "Sec-Fetch-Site": "same-origin"}
    path = (
        f"/desk/{draw(doors)}/{table}/{key}?{urlencode({'draft': draw(words), 'page': draw(words)}, errors='replace')}"
    )
    method = draw(st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH")))
    return method, path, draw(st.binary(max_size=60)), {"Content-Type": draw(types)}


@pytest.fixture(scope="module")
def planted(office, person):
    """A published change, and drafts, of what would be script if it were not text."""
    person("Bob")  # signs in, which nobody may from here any more after so many attempts that fail
    for number, script in enumerate(SCRIPTS[:5]):
        row = {"slug": "asean-ipr", "note": f"{script} {number}", "seat_city": script}
        with office.desk() as desk:
            desk.publish(desk.composer.edits(BODY, csv_of(row)), "Ann", f"{script} {number}")
    return office


@pytest.fixture(scope="module")
def answered(desk, token, planted):
    """The statuses of the answers to all requests."""
    found = Counter()

    @settings(
        max_examples=INPUTS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(requests())
    def send(request):
        method, path, content, headers = request
        by = {} if path == "/desk/sign-in" else token("Bob")
        answer = desk.request(method, path, content=content, headers={**headers, **by})
        found[answer.status_code] += 1
        assert answer.status_code < 500, f"{request}: {answer.text[:500]}"

    send()
    print(f"{found.total()} inputs: {dict(found)}")
    return found


@pytest.fixture(scope="module")
def described(desk, token, planted):
    """The statuses of the answers to requests that are made of the description of the doors for programs."""
    found = Counter()
    description = schemathesis.openapi.from_dict(desk.get("/openapi.json").json()).include(path_regex="^/desk")
    operations = [one.ok() for one in description.get_all_operations()]
    real = {"table": ["bodies", "names"], "edition": ["plan-of-action-2021-2025"], "key": ["asean-ipr", "asean"]}

    def ask(operation):
        responses = set(operation.definition.raw["responses"])

        @settings(
            max_examples=max(2, INPUTS // len(operations)), deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), st.data())
        def send(case, data):
            for name, values in real.items():  # else few would be found
                if name in case.path_parameters:
                    case.path_parameters[name] = data.draw(st.sampled_from([*values, case.path_parameters[name]]))
            sent = Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
            headers = {**{name: str(value) for name, value in sent.headers.items()}, **token("Bob")}
            answer = desk.request(sent.method, sent.url, content=sent.body or b"", headers=headers)
            found[answer.status_code] += 1
            assert str(answer.status_code) in responses, f"{sent.method} {sent.url} {headers}: {answer.text[:500]}"

        send()

    for operation in operations:
        ask(operation)
    print(f"{found.total()} described inputs: {dict(found)}")
    return found


def test_every_answer_to_what_is_described_is_described(described):
    assert {200, 404} <= set(described)
    assert max(described) < 500


def test_no_input_makes_a_door_fail_or_ends_the_composer(answered, office):
    assert {200, 303, 400} <= set(answered)
    with office.desk() as desk:
        assert not desk.composer_has_ended


@pytest.fixture
def made(answered, described, office, published, tmp_path):
    """Return the dataset that all these inputs have made."""
    changed = Changed(office.journal, tmp_path / "desk")
    changed.follow(published)
    latest = changed.versions(published, [])[-1]
    return latest.unpack(tmp_path / f"aseancan-{latest.dataset}.nq")


def test_what_is_in_the_journal_is_valid(made, office, main):
    assert len(office.journal.after(0)) >= 5
    told = main("validate", made)
    assert told.returncode == 0, told.stdout[-2000:]


def test_no_page_runs_what_is_stored(made, office, person, state_of, running, browser):
    told = []
    with running(create_app(state_of(made), office)) as port:
        context = browser.new_context()
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("dialog", lambda shown: (told.append(f"dialog: {shown.message}"), shown.dismiss()))
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("console", lambda message: told.append(message.text) if "status of 4" not in message.text else None)
        host = f"http://127.0.0.1:{port}"
        session = [(one.name, one.value) for one in person("Bob").client.cookies.jar]
        context.add_cookies([{"name": name, "value": str(value), "url": host} for name, value in session])
        drafts = [f"/desk/drafts/{one.number}" for one in office.drafts.all(*Status)][-30:]
        paths = ["/desk", "/desk/journal", f"/desk/edit/{BODY}/asean-ipr", f"/desk/tables/{BODY}?q=asean-ipr"]
        paths += ["/doc/body/asean-ipr.html", *drafts]
        for path in paths:
            shown = page.goto(host + path)
            assert shown.status == 200, path
            assert not told, f"{path}: {told}"
        context.close()
