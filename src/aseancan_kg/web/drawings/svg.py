"""SVG elements that look right on their own and take a page's colours within it.

Each element has a class, by which a page's style sheet colours it, and the same as presentation attributes, which that
overrides. So one drawing serves as a part of a page, under a policy that allows no inline style, and as a file.
"""

from collections.abc import Callable
from xml.etree import ElementTree

from markupsafe import Markup

Element = ElementTree.Element
Target = Callable[[str], str]
"""IRI → the address that a mark of it leads to, "" for none."""

INK, QUIET, LINE, PAPER, BLUE, RED = "#22252a", "#5d6570", "#dedad0", "#ffffff", "#0b5a7a", "#a3271f"
LOOKS: dict[str, dict[str, str]] = {
    "paper": {"fill": PAPER},
    "label": {"fill": INK},
    "faint": {"fill": QUIET},
    "on": {"fill": PAPER},
    "grid": {"stroke": LINE, "stroke-width": "1"},
    "band": {"fill": "#f1eee6"},
    **{
        f"level-{level}": {"fill": BLUE, "fill-opacity": opacity}
        for level, opacity in enumerate((".12", ".24", ".36", ".8", "1"), start=1)
    },
    "sure": {"fill": BLUE, "fill-opacity": ".75"},
    "maybe": {"fill": BLUE, "fill-opacity": ".3"},
    "open": {"stroke": BLUE, "stroke-width": "2", "stroke-dasharray": "2 4", "stroke-opacity": ".6"},
    "adopted": {"fill": RED, "stroke": PAPER, "stroke-width": "1.5"},
    "adopted-about": {"fill": PAPER, "stroke": RED, "stroke-width": "1.5"},
    "force": {"fill": INK, "stroke": PAPER, "stroke-width": "1.5"},
    "force-about": {"fill": PAPER, "stroke": INK, "stroke-width": "1.5"},
    "supersedes": {"fill": "none", "stroke": QUIET, "stroke-width": "1.5"},
    "wider": {"fill": "none", "stroke": QUIET, "stroke-width": "1.2", "stroke-dasharray": "5 3"},
    "edge": {"stroke": QUIET, "stroke-opacity": ".45"},
    "halo": {"fill": INK, "stroke": PAPER, "stroke-width": "3", "stroke-linejoin": "round", "paint-order": "stroke"},
    "instrument": {"fill": BLUE, "stroke": PAPER, "stroke-width": "1"},
    "body": {"fill": RED, "stroke": PAPER, "stroke-width": "1"},
    "mechanism": {"fill": "#8a4b08", "stroke": PAPER, "stroke-width": "1"},
    "programme": {"fill": "#2c6136", "stroke": PAPER, "stroke-width": "1"},
    "action": {"fill": QUIET, "stroke": PAPER, "stroke-width": "1"},
}
"""Class → its presentation attributes."""

CHARACTER = 0.6
"""Width of a character, roughly, as a part of the size of the type."""


def mark(tag: str, *children: Element | str, look: str = "", **attributes: str | float | None) -> Element:
    """Make an element of a class; `_` in the name of an attribute stands for `-`, None leaves it out."""
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    shown = {name: f"{value:.5g}" if isinstance(value, float) else str(value) for name, value in given.items()}
    made = Element(tag, ({"class": look} if look else {}) | LOOKS.get(look.partition(" ")[0], {}) | shown)
    for child in children:
        if isinstance(child, str):
            made.text = child
        else:
            made.append(child)
    return made


def linked(address: str, title: str, *children: Element, look: str = "", **attributes: str | float | None) -> Element:
    """Group marks under a title, which a pointer that rests on them is shown; they lead to the address if it is one."""
    if address:
        attributes["href"] = address
    return mark("a" if address else "g", mark("title", title), *children, look=look, **attributes)


def clipped(text: str, most: int) -> str:
    """Shorten a text in its middle, since names of a kind differ at their ends."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 1].rstrip()}…{text[-end:].lstrip()}"


def picture(name: str, width: float, height: float, title: str, description: str, *children: Element) -> Element:
    """Make the whole of a picture; what leads somewhere in it can be reached, so it is no plain image then."""
    leads = any(one.get("href") for child in children for one in child.iter("a"))
    return mark(
        "svg",
        mark("title", title, id=f"{name}-title"),
        mark("desc", description, id=f"{name}-description"),
        mark("rect", look="paper", width=width, height=height),
        *children,
        look="picture",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.5g} {height:.5g}",
        width=width,
        height=height,
        role="group" if leads else "img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-description",
        font_family="system-ui, sans-serif",
        font_size=12,
    )


def inline(drawn: Element) -> Markup:
    """Write a picture as a part of a page."""
    return Markup(ElementTree.tostring(drawn, encoding="unicode"))  # whose writer has escaped it


def as_file(drawn: Element) -> bytes:
    """Write a picture as a file of its own."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inline(drawn)}\n'.encode()
