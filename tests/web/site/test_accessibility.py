"""Every type of page in a real browser: WCAG 2.2 AA by axe-core's rules, and by what these cannot see.

The quick checks look at each page on a desk in light and on a phone in the dark; `pytest -m proof` at the rest.
"""

import re
from pathlib import Path

import pytest

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = {
    "desk, light": (DESK, {"color_scheme": "light"}),
    "phone, dark": (PHONE, {"color_scheme": "dark"}),
    "desk, dark": (DESK, {"color_scheme": "dark"}),
    "desk, colours of the system": (DESK, {"forced_colors": "active"}),
}
QUICK = ("desk, light", "phone, dark")
PLAIN = {"color_scheme": "light", "forced_colors": "none", "media": "screen"}

RUN_AXE = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  rules: {'target-size': {enabled: true}, 'color-contrast': {enabled: !matchMedia('(forced-colors: active)').matches}},
})"""
"""Where the system chooses the colours the contrast is its own, and axe-core reads the page's instead."""
TOO_WIDE = """[...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.wide, pre, .cm-scroller'))
  .map(one => one.outerHTML.slice(0, 120)).slice(0, 3)"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets.push(sheet);
}"""
UNSPACED = "() => { document.adoptedStyleSheets.pop(); }"
CLIPPED = """[...document.querySelectorAll('body *:not(.skip, .cm-editor *, svg *)')].filter(one => {
  const style = getComputedStyle(one);
  const hides = ['hidden', 'clip'];
  return one.textContent.trim() && one.checkVisibility()
    && (hides.includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1
      || hides.includes(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 120))"""
OPERABLE = """() => {
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable="true"]';
  window.operable = [...document.querySelectorAll(wanted)].filter(one => one.tabIndex >= 0 && !one.disabled
    && one.type !== 'hidden' && one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}));
  return operable.length;
}"""
TO_THE_TOP = """() => {
  const body = document.body;
  body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); scrollTo(0, 0);
}"""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = style.outlineStyle === 'auto' || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    || one.closest('.cm-editor.cm-focused') !== null;
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {number: operable.indexOf(one), out: one === document.body, ring, seen, html: one.outerHTML.slice(0, 120)};
}"""
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (400|404|406|503)")


@pytest.fixture(scope="module")
def complaints():
    return []


@pytest.fixture(scope="module")
def view(browser, complaints):
    """One page of the browser, for all types of page."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(120_000)
    view = context.new_page()
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.on("console", lambda message: complaints.append(message.text))
    yield view
    context.close()


@pytest.fixture(scope="module")
def shown(site, view, viewed, missing):
    """The page of that name, open for all its checks."""
    if not AXE.exists():
        missing("the npm package of accessibility rules", "run `npm install --prefix tests/web`")
    url, paths = site
    view.goto(url + paths[viewed], wait_until="networkidle")
    view.evaluate(AXE.read_text(encoding="utf-8"))
    view.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return view


@pytest.fixture
def look(shown):
    """Show the page in a size and with preferences; afterwards it is as at first."""

    def look(size, **preferences):
        shown.set_viewport_size(size)
        shown.emulate_media(**preferences)
        return shown

    yield look
    look(DESK, **PLAIN)


LOOKED_AT = [pytest.param(name, marks=() if name in QUICK else pytest.mark.proof) for name in LOOKS]


@pytest.mark.parametrize("as_seen", LOOKED_AT)
def test_no_rule_is_broken(look, as_seen):
    size, preferences = LOOKS[as_seen]
    found = look(size, **preferences).evaluate(RUN_AXE)
    assert [(one["id"], node["html"][:200]) for one in found["violations"] for node in one["nodes"]] == []


@pytest.mark.parametrize("width", [320, 640])
def test_nothing_scrolls_sideways_on_a_narrow_screen_or_at_twice_the_size(look, width):
    """WCAG 1.4.10 asks for 320 px; 640 px is half a desk's screen, as zoom to 200 % leaves it (1.4.4)."""
    page = look({"width": width, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(TOO_WIDE)


def test_wider_spacing_of_text_loses_nothing(look):
    """WCAG 1.4.12."""
    page = look(PHONE)
    page.evaluate(SPACED)
    fits, clipped = page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.evaluate(CLIPPED)
    too_wide = page.evaluate(TOO_WIDE)
    page.evaluate(UNSPACED)
    assert clipped == []
    assert fits, too_wide


def test_print_shows_the_content(look):
    page = look(DESK, media="print")
    assert len(page.locator("main").inner_text()) > 20
    assert not page.locator("nav[aria-label=Site]").is_visible()


@pytest.mark.proof
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(shown):
    """WCAG 2.1.1, 2.1.2, 2.4.3, 2.4.7, 2.4.11."""
    number = shown.evaluate(OPERABLE)
    shown.evaluate(TO_THE_TOP)
    reached = []
    for _ in range(2 * number + 20):
        shown.keyboard.press("Tab")
        focused = shown.evaluate(FOCUSED)
        if not focused["ring"]:  # the editor shows it a moment later
            shown.wait_for_timeout(100)
            focused = shown.evaluate(FOCUSED)
        if focused["out"] or (reached and focused["number"] == 0):
            break
        assert focused["ring"], focused["html"]
        assert focused["seen"], focused["html"]
        if focused["number"] >= 0:  # others are parts that scroll
            reached.append(focused["number"])
    assert reached == list(range(number))


def test_a_keyboard_can_skip_to_the_content(shown, viewed):
    if viewed in ("ontology explained", "codebook"):
        return
    shown.evaluate(TO_THE_TOP)
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.matches('.skip')")
    shown.keyboard.press("Enter")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.closest('header') === null")


def test_the_console_stayed_empty(shown, complaints):
    told = [one for one in complaints if not REFUSED.match(one)]
    complaints.clear()
    assert told == []
