"""The desk at work in a real browser: axe-core's rules, phone and desk, light and dark; and forms with their script."""

import re
from pathlib import Path

import pytest

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.web.app import create_app

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
  rules: {'target-size': {enabled: true}},
})"""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
LOOKS = [({"width": 1280, "height": 900}, "light"), ({"width": 390, "height": 844}, "dark")]
PAGES = {
    "desk": "/desk",
    "form": "/desk/edit/registers/instruments/actip-2015",
    "new": "/desk/new/registers/meetings",
    "clause": "/desk/new/codings/plan-of-action-2021-2025/clauses",
    "tables": "/desk/tables",
    "table": "/desk/tables/registers/bodies",
    "mentions": "/desk/mentions/plan-of-action-2021-2025?all=",
    "bulk": "/desk/bulk",
    "withdraw": "/desk/withdraw/registers/bodies/asean",
    "journal": "/desk/journal",
}
ANN = Caller("Ann", frozenset({"read", "draft"}))

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def address(office, published, state_of, running):
    with running(create_app(state_of(published), office)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module", params=LOOKS, ids=["desk", "phone"])
def view(request, address, browser, password):
    """A page on which Bob, an editor, is signed in."""
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    context.set_default_timeout(120_000)
    view = context.new_page()
    view.goto(f"{address}/desk")
    view.fill("#name", "Bob")
    view.fill("#password", password)
    view.click("main button")
    view.wait_for_url("**/desk")
    yield view
    context.close()


def violations(view, missing):
    if not AXE.exists():
        missing("the npm package of accessibility rules", "run `npm install --prefix tests/web`")
    view.evaluate(AXE.read_text(encoding="utf-8"))
    found = view.evaluate(RUN_AXE)["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_desk_breaks_no_rule(view, address, missing, page):
    assert view.goto(address + PAGES[page]).ok
    assert violations(view, missing) == []
    assert not view.evaluate(TOO_WIDE)


@pytest.mark.parametrize("wrong", [False, True], ids=["right", "wrong"])
def test_a_draft_and_its_form_break_no_rule(view, address, missing, office, wrong):
    with office.desk() as desk:
        cell = "in autumn" if wrong else "1967-08-08"
        edits = desk.composer.edits("registers/bodies", f"slug,dissolved\nasean-csr-network,{cell}\n")
    draft = office.drafts.begin(ANN, edits, "For the looks")
    office.drafts.remark(draft, ANN, "Look at this.")
    for path in (f"/desk/drafts/{draft.number}", f"/desk/edit/registers/bodies/asean-csr-network?draft={draft.number}"):
        assert view.goto(address + path).ok
        assert violations(view, missing) == []
        assert not view.evaluate(TOO_WIDE)


def test_a_form_tells_while_one_writes_and_looks_things_up(view, address):
    view = view.context.new_page()  # what is not saved holds it back
    view.goto(f"{address}/desk/edit/registers/bodies/aichr")
    view.fill("#cell-established", "in autumn")
    trouble = view.locator("#trouble-established")
    trouble.wait_for(state="visible")
    assert "is not a date" in trouble.inner_text()
    view.fill("#cell-established", "2009-10-23")
    trouble.wait_for(state="hidden")
    view.fill("#cell-parent", "secretaria")
    option = view.locator("#cell-parent-suggestions li", has_text=re.compile("ASEAN Secretariat"))
    option.first.click()
    assert view.input_value("#cell-parent") == "body/asean-secretariat"
    asked = []
    view.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    view.close(run_before_unload=True)
    view.wait_for_timeout(500)
    assert (asked, view.is_closed()) == (["beforeunload"], False)
    view.fill("#reason", "The year is known")
    with view.expect_navigation():
        view.get_by_role("button", name="Save as draft").click()
    assert asked == ["beforeunload"]


def test_suggestions_stand_where_a_withdrawal_asks_what_replaces_it(view, address):
    view = view.context.new_page()  # what is not saved holds it back
    view.goto(f"{address}/desk/withdraw/registers/bodies/aichr")
    field = view.get_by_label("Replacement 1", exact=True)
    field.fill("secretaria")
    view.get_by_role("option", name=re.compile("ASEAN Secretariat")).first.click()
    assert field.input_value() == "body/asean-secretariat"


def test_what_was_refused_is_not_left_behind_unasked(view, address):
    view = view.context.new_page()  # what is not saved holds it back
    view.goto(f"{address}/desk/withdraw/registers/bodies/aichr")
    view.fill("#reason", "It has a successor")
    view.fill("#replacement-1", "nonsense")
    view.get_by_role("button", name="Make a draft of it").click()
    view.get_by_text("It is not withdrawn").click()
    asked = []
    view.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    view.close(run_before_unload=True)
    view.wait_for_timeout(500)
    assert (asked, view.is_closed()) == (["beforeunload"], False)


def test_what_is_planted_is_text(view, address, office):
    planted = '<img src=x onerror="document.title=\'planted\'"><script>document.title="planted"</script>'
    with office.desk() as desk:
        edits = desk.composer.edits(
            "registers/bodies", f'slug,members_note\nasean-csr-network,"{planted.replace(chr(34), chr(34) * 2)}"\n'
        )
    draft = office.drafts.begin(ANN, edits, planted)
    office.drafts.remark(draft, ANN, planted)
    for path in (
        "/desk",
        f"/desk/drafts/{draft.number}",
        f"/desk/edit/registers/bodies/asean-csr-network?draft={draft.number}",
    ):
        view.goto(address + path)
        view.wait_for_timeout(200)
        assert "planted" not in view.title()
