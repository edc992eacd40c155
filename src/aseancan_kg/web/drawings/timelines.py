"""Instruments and meetings along the years; what is known to the month or the year only is drawn as wide as that."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from aseancan_kg.catalogue.lineages import Instrument, Lineage, Span
from aseancan_kg.catalogue.meetings import Meeting
from aseancan_kg.web.drawings.svg import CHARACTER, Element, Target, clipped, linked, mark, picture

_WIDTH, _RIGHT, _TOP = 1000, 24, 28
_MOST_TICKS = 14
_OPEN = 40
"""Length of the line for a period of which one end is not told."""
_NO_SERIES = "in no series"


_Row = tuple[Instrument, float]
"""An instrument and how far down it stands."""


class _Years:
    """Where a day stands between the left and the right of a picture."""

    def __init__(self, spans: Iterable[Span | None], left: float) -> None:
        known = [span for span in spans if span]
        self._first = min((span.earliest.year for span in known), default=2000)
        self._last = max((span.latest.year for span in known), default=2000) + 1
        self._left = left

    def at(self, day: date) -> float:
        """Return how far right a day stands; one that is not known stands at the left."""
        if day == date.max:
            return self._left
        years = day.year + (day.timetuple().tm_yday - 1) / 366 - self._first
        return self._left + years * (_WIDTH - _RIGHT - self._left) / (self._last - self._first)

    def ticks(self, bottom: float) -> list[Element]:
        """Draw the years, or every second, fifth, tenth … of them."""
        count = self._last - self._first + 1
        step = next(one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if count / one <= _MOST_TICKS)
        marks = []
        for year in range(-(-self._first // step) * step, self._last + 1, step):
            x = self.at(date(min(year, date.max.year), 1, 1))
            marks.append(mark("line", look="grid", x1=x, x2=x, y1=_TOP - 6, y2=bottom))
            marks.append(mark("text", str(year), look="faint", x=x, y=_TOP - 12, text_anchor="middle"))
        return marks


def lineage(found: Lineage, name: str, title: str, target: Target) -> Element:
    """Draw instruments row by row, their dates, and the ties between them; the one it is of stands out."""
    height, gap, left = 26, 10, 370
    years = _Years(
        (span for one in found.instruments for span in (one.adopted, one.in_force, one.starts, one.ends)), left
    )
    rows, marks, y = dict[int, float](), list[Element](), float(_TOP)
    for number_of_group, group in enumerate(found.groups):
        if number_of_group % 2 == 0 and len(found.groups) > 1:
            marks.append(mark("rect", look="band", x=0, y=y, width=_WIDTH, height=len(group) * height + gap))
        y += gap / 2
        for _ in group:
            rows[len(rows)] = y + height / 2
            y += height
        y += gap / 2
    marks += years.ticks(y)
    for tie in found.ties:
        earlier, later = ((found.instruments[number], rows[number]) for number in (tie.target, tie.source))
        if date.max not in (earlier[0].first, later[0].first):
            marks.append(_tie(tie.relation, earlier, later, years))
    for number, one in enumerate(found.instruments):
        words = mark("text", clipped(one.label, 48), look="label", x=left - 12, y=rows[number] + 4, text_anchor="end")
        if one.iri == found.of:
            words.set("font-weight", "600")
        told = f"{one.label}: {described(one)}"
        marks.append(linked(target(one.iri), told, words, *_dates(one, rows[number], years)))
    key, bottom = _key(found, y + 24)
    marks += key
    told = f"{len(found.instruments)} instruments by their dates. " + " ".join(
        f"{found.instruments[one.source].label} {one.relation} {found.instruments[one.target].label}."
        for one in found.ties[:12]
    )
    return picture(name, _WIDTH, bottom + 12, title, f"{told} The table on the page holds the same.", *marks)


def described(one: Instrument) -> str:
    """Say what is known of an instrument's dates, each as precise as it is known."""
    named = (("adopted", one.adopted), ("in force from", one.in_force), ("from", one.starts), ("to", one.ends))
    return ", ".join(f"{word} {span.text}" for word, span in named if span) or "no date known"


def _dates(one: Instrument, y: float, years: _Years) -> list[Element]:
    marks = list[Element]()
    begin, end = one.starts or one.ends, one.ends or one.starts
    if begin and end:
        from_, to = years.at(begin.earliest), years.at(end.latest)
        marks.append(mark("rect", look="maybe", x=from_, y=y - 5, width=max(to - from_, 3), height=10, rx=3))
        sure_from, sure_to = years.at(begin.latest), years.at(end.earliest)
        if one.starts and one.ends and sure_to > sure_from:
            marks.append(mark("rect", look="sure", x=sure_from, y=y - 5, width=sure_to - sure_from, height=10))
        if not one.ends:
            marks.append(mark("line", look="open", x1=to, x2=to + _OPEN, y1=y, y2=y))
        if not one.starts:  # so it runs from when it is first known of
            known = years.at(one.first) if one.first < begin.earliest else from_ - _OPEN
            marks.append(mark("line", look="open", x1=known, x2=from_, y1=y, y2=y))
    if one.adopted:
        marks.append(_point(one.adopted, y, years, "adopted"))
    if one.in_force:
        marks.append(_point(one.in_force, y, years, "force"))
    if not marks:
        marks.append(mark("text", "no date known", look="faint", x=years.at(date.max), y=y + 4))
    return marks


def _point(span: Span, y: float, years: _Years, look: str) -> Element:
    """A day is a point, anything wider as wide as it is."""
    if span.earliest == span.latest:
        x = years.at(span.earliest)
        if look == "force":
            return mark("path", look=look, d=f"M{x:.5g} {y - 7:.5g}l6.5 12h-13z")
        return mark("circle", look=look, cx=x, cy=y, r=5.5)
    x, wide = years.at(span.earliest), years.at(span.latest) - years.at(span.earliest)
    return mark("rect", look=f"{look}-about", x=x, y=y - 5, width=max(wide, 6), height=10, rx=5)


def _tie(relation: str, earlier: _Row, later: _Row, years: _Years) -> Element:
    """Draw a line from where one instrument ends, or is first known of, to where another begins."""
    (old, y1), (new, y2) = earlier, later
    supersedes = relation == "supersedes"
    ends = old.ends.latest if supersedes and old.ends else old.first
    x1, x2 = (years.at(day) for day in (ends, new.first))
    bend = 14 if supersedes else -18
    path = f"M{x1:.5g} {y1:.5g}C{x1 + bend:.5g} {y1:.5g} {x2 - abs(bend):.5g} {y2:.5g} {x2:.5g} {y2:.5g}"
    return mark("path", look="supersedes" if supersedes else "wider", d=path)


def _key(found: Lineage, y: float) -> tuple[list[Element], float]:
    """Say what the marks mean; return also how far down that goes."""
    relations = {tie.relation == "supersedes" for tie in found.ties}
    samples = [
        (mark("circle", look="adopted", cx=0, cy=-4, r=5.5), "adopted that day"),
        (mark("rect", look="adopted-about", x=-8, y=-9, width=16, height=10, rx=5), "… that month or year"),
        (mark("path", look="force", d="M0 -11l6.5 12h-13z"), "in force"),
        (mark("rect", look="sure", x=-8, y=-9, width=18, height=10), "period, its ends as known"),
    ]
    if any(bool(one.starts) != bool(one.ends) for one in found.instruments):
        samples.append((mark("line", look="open", x1=-10, x2=10, y1=-4, y2=-4), "start or end not told"))
    if True in relations:
        samples.append((mark("path", look="supersedes", d="M-10 -4h20"), "superseded by"))
    if False in relations:
        samples.append((mark("path", look="wider", d="M-10 -4h20"), "implemented by, includes"))
    marks, x = [], 20.0
    for sample, words in samples:
        wide = 16 + len(words) * 12 * CHARACTER
        if x + wide > _WIDTH:
            x, y = 20.0, y + 20
        text = mark("text", words, look="faint", x=16, y=0)
        marks.append(mark("g", sample, text, transform=f"translate({x:.5g} {y:.5g})"))
        x += wide + 22
    return marks, y


def meetings(found: Sequence[Meeting], target: Target) -> Element:
    """Draw meetings in a row for each series; those of which a statement is recorded are filled."""
    height, left = 22, 370
    dated = [one for one in found if one.when]
    years = _Years((one.when for one in dated), left)
    series = list(dict.fromkeys(one.series.label if one.series else _NO_SERIES for one in dated))
    ordered = sorted(dated, key=lambda one: series.index(one.series.label if one.series else _NO_SERIES))
    bottom = _TOP + len(series) * height + 8
    marks = years.ticks(bottom)
    for lane, (label, members) in enumerate(
        groupby(ordered, key=lambda one: one.series.label if one.series else _NO_SERIES)
    ):
        y = _TOP + lane * height + height / 2
        if lane % 2 == 0:
            marks.insert(0, mark("rect", look="band", x=0, y=y - height / 2, width=_WIDTH, height=height))
        name = mark("text", clipped(label, 48), look="label", x=left - 12, y=y + 4, text_anchor="end")
        marks.append(linked("", label, name))
        marks += [_meeting(one, y, years, target) for one in members]
    told = [
        f"{len(dated)} meetings in {len(series)} rows by their dates.",
        *(f"{one.label}: {one.statements} statements." for one in found if one.statements),
        "The table on the page holds the same.",
    ]
    return picture("meetings", _WIDTH, bottom + 8, "Meetings by their dates", " ".join(told), *marks)


def _meeting(one: Meeting, y: float, years: _Years, target: Target) -> Element:
    assert one.when
    told = f", {one.statements} statements recorded" if one.statements else ""
    look = "adopted" if one.statements else "adopted-about"
    x, end = years.at(one.when.earliest), years.at(one.when.latest)
    if end > x:
        point = mark("rect", look=look, x=x, y=y - 4.5, width=max(end - x, 9), height=9, rx=3)
    else:
        point = mark("circle", look=look, cx=x, cy=y, r=7 if one.statements else 4.5)
    return linked(target(one.iri), f"{one.label}, {one.when.text}{told}", point)
