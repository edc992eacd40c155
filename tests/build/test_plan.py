import dataclasses
import re
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aseancan_kg.build.plan import as_json, parse
from aseancan_kg.build.text import collapse
from aseancan_kg.model import Plan, Span

EDITION = Path(__file__).parents[2] / "data/sources/plan-of-action-2021-2025.txt"
LAYOUTS = Path(__file__).parent / "plans"


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def outline(plan: Plan) -> list[str]:
    """Sections and actions in the order of the edition; an action's section stands in brackets."""
    parts = [(one.mark, f"{one.number} {one.title}") for one in plan.sections]
    parts += [(one.mark, f"{one.number} [{one.section}] {one.text}") for one in plan.actions]
    return [text for _, text in sorted(parts, key=lambda part: part[0].start)]


def reported(plan: Plan) -> list[tuple[int, str]]:
    return [(one.line, one.text) for one in plan.unplaced]


def check_invariants(text: str) -> Plan:
    """Nothing is dropped, every text is its slice, numbers are unique and refer to each other."""
    plan = parse(text)
    texts = [(plan.title_span, plan.title), (plan.preamble_span, plan.preamble)]
    texts += [(one.span, one.title) for one in plan.sections] + [(one.span, one.text) for one in plan.actions]
    for span, expected in texts:
        assert collapse(text[span.start : span.end]) == expected

    parts = sorted([*plan.sections, *plan.actions], key=lambda one: one.mark.start)
    extents = [(one.mark.start, one.mark.end, one.span.start, one.span.end) for one in parts]
    flat = [offset for extent in extents for offset in extent]
    assert flat == sorted(flat)
    assert all(one.title for one in plan.sections)
    assert all(one.text for one in plan.actions)

    numbers = [one.number for one in parts]
    assert len(set(numbers)) == len(numbers)
    before: set[str] = set()
    for section in plan.sections:
        assert section.parent is None or section.parent in before
        assert not set(section.implied_numbers) & set(numbers)
        before.add(section.number)
    assert {one.section for one in plan.actions} <= before | {None}
    assert [one.ordinal for one in plan.sections] == list(range(1, len(plan.sections) + 1))
    assert [one.ordinal for one in plan.actions] == list(range(1, len(plan.actions) + 1))

    assert dropped(text, plan) == ""
    return plan


def dropped(text: str, plan: Plan) -> str:
    """The characters, blanks apart, that are neither in the tree nor in the report."""
    spans = [plan.title_span, plan.adopted_span, plan.preamble_span]
    spans += [span for one in [*plan.sections, *plan.actions] for span in (one.mark, one.span)]
    kept = bytearray(len(text))
    for span in spans:
        kept[span.start : span.end] = b"\1" * (span.end - span.start)
    lines = [Span(line.start(), line.end()) for line in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text)]
    for one in plan.unplaced:
        line = lines[one.line - 1]
        found = [match.start() for match in re.finditer(re.escape(one.text), text[line.start : line.end])]
        assert found, f"line {one.line} does not hold {one.text!r}"
        for start in found:
            kept[line.start + start : line.start + start + len(one.text)] = b"\1" * len(one.text)
    return "".join(
        one for one, is_kept in zip(text, kept, strict=True) if not (is_kept or one.isspace() or one == "\ufeff")
    )


@pytest.fixture(scope="module")
def plan() -> Plan:
    return check_invariants(read(EDITION))


class TestAseanCanadaPlan:
    def test_front(self, plan):
        assert plan.title == (
            "2021-2025 Plan of Action to Implement the Joint Declaration on ASEAN-Canada Enhanced Partnership"
        )
        assert plan.adopted == "2020-09-10"
        assert (
            collapse(read(EDITION)[plan.adopted_span.start : plan.adopted_span.end]) == "Adopted on 10 September 2020"
        )
        assert plan.period == (2021, 2025)
        assert plan.preamble.startswith("This Plan of Action guides implementation of the goals")
        assert plan.preamble.endswith("on the basis of equal benefit and opportunity for all parties.")
        assert plan.unplaced == ()

    def test_sections(self, plan):
        assert [(one.number, one.title) for one in plan.sections] == [
            ("1", "Political and Security Cooperation"),
            ("1.1", "Cooperation on Political, Regional Peace and Stability"),
            ("1.2", "Security Cooperation"),
            ("1.3", "Transnational Crime and Counter-Terrorism"),
            ("1.4", "Cooperation to Combat Illicit Drugs and Trafficking in Persons"),
            ("1.5", "Human Rights, Good Governance, and Anti-Corruption"),
            ("2", "Economic Cooperation"),
            ("2.1", "Trade and Investment"),
            ("2.2", "Finance"),
            ("2.3", "Energy and Minerals"),
            ("2.4", "Food, Agriculture and Forestry"),
            ("2.5", "Tourism"),
            ("2.6", "Transport"),
            ("2.7", "Information Communications Technology (ICT), Digital Integration and E- Commerce"),
            ("2.8", "Science, Technology, and Innovation"),
            ("2.9", "Micro, Small and Medium Enterprises (MSMEs)"),
            ("3", "Socio-Cultural Cooperation"),
            ("3.1", "Disaster Management and Emergency Response"),
            ("3.2", "Environment and Climate Change"),
            ("3.3", "Health and Responding to All Hazards and Emerging Threats"),
            ("3.4", "Education, Youth, Sports, Culture and People-to-People Exchange"),
            ("3.5", "Promotion and Protection of the Rights of Migrant Workers"),
            ("3.6", "Social Protection, Inclusion and Gender"),
            ("3.7", "Civil Service"),
            ("4", "Cross-Pillar Cooperation"),
            ("4.1", "Connectivity"),
            ("4.2", "Cybersecurity"),
            ("4.3", "Smart Cities"),
            ("5", "Sustainable Development Cooperation"),
            ("6", "Initiative for ASEAN Integration (IAI) and Narrowing Development Gap"),
            ("7", "Strengthening of the ASEAN Secretariat"),
            ("8", "Implementation Mechanism"),
        ]
        for section in plan.sections:
            chapter, _, sub = section.number.partition(".")
            assert section.parent == (chapter if sub else None)

    def test_implied_numbers_invent_no_heading(self, plan):
        implied = {one.number: one.implied_numbers for one in plan.sections if one.implied_numbers}
        assert implied == {"5": ("5.1",), "6": ("6.1",), "7": ("7.1",), "8": ("8.1",)}

    def test_every_action_in_order_below_its_section(self, plan):
        printed = re.findall(r"^\d+\.\d+\.\d+(?=\. )", read(EDITION), re.MULTILINE)
        assert [one.number for one in plan.actions] == printed
        assert len(printed) == 106
        chapters = [one.number[0] for one in plan.actions]
        assert [chapters.count(chapter) for chapter in "12345678"] == [27, 36, 27, 8, 2, 2, 1, 3]
        for action in plan.actions:
            assert action.section == (action.number[0] if action.number[0] in "5678" else action.number[:3])

    def test_texts(self, plan):
        text = {one.number: one.text for one in plan.actions}
        assert text["1.1.1"] == (
            "Strengthen the existing mechanisms for consultation and cooperation between ASEAN and Canada, including "
            "convening regular ASEAN Post Ministerial Conference with Canada (PMC+1), the ASEAN-Canada Dialogue, as "
            "well as the ASEAN-Canada Joint Cooperation Committee (JCC) Meeting;"
        )
        assert text["1.5.2"].endswith("best practices in mutually agreed areas")
        assert text["2.2.4"].endswith(
            "These include raising awareness of personal safeguard measures against deceptive "
            "practices as well as enhancing technical countermeasures against threats of digital fraud;"
        )
        assert (
            text["2.3.1"]
            == "Support the implementation of the ASEAN Plan of Action on Energy Cooperation (APAEC) 2016-2025;"
        )
        assert text["2.4.4"].endswith("aquaculture, livestock and crops sub-sectors;")
        assert text["4.1.3"].endswith("including through the “Connecting the Connectivities Initiative”;")
        assert text["8.1.3"] == (
            "Submit progress reports of the implementation of the Plan of Action to the annual ASEAN PMC+1 with Canada."
        )
        assert not [number for number, one in text.items() if "bookmark" in one or "  " in one]

    def test_offsets_are_code_points_of_the_text_alone(self, plan):
        edition = read(EDITION)
        heading = next(one for one in plan.sections if one.number == "1.5")
        assert edition[heading.span.start : heading.span.end] == "Human Rights, Good Governance, and Anti-Corruption"
        assert edition[heading.mark.start : heading.mark.end].startswith("1.5. [bookmark: _Toc")
        action = plan.actions[-1]
        assert edition[action.mark.start : action.mark.end] == "8.1.3."
        assert edition[action.span.start : action.span.end] == action.text

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_other_line_ends_change_offsets_only(self, plan, end):
        other = check_invariants("\ufeff" + read(EDITION).replace("\n", end))
        assert outline(other) == outline(plan)
        assert (other.title, other.preamble, other.adopted) == (plan.title, plan.preamble, plan.adopted)

    @pytest.mark.parametrize("width", [40, 57, 80])
    def test_hard_wrapped_it_reads_the_same(self, plan, width):
        edition = read(EDITION).replace("[bookmark: ", "[bookmark:")
        wrapped = "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in edition.split("\n"))
        assert outline(check_invariants(wrapped)) == outline(parse(edition))

    def test_json(self, plan):
        found = as_json(plan)
        assert list(found) == ["title", "period", "preamble", "sections", "actions", "unplaced"]
        assert found["period"] == [2021, 2025]
        assert found["sections"][1] == {"number": "1.1", "title": plan.sections[1].title}
        first = plan.actions[0]
        assert found["actions"][0] == {
            "number": "1.1.1",
            "section": "1.1",
            "text": first.text,
            "start": first.span.start,
            "end": first.span.end,
        }
        assert found["unplaced"] == []


OUTLINES = {
    "decimal-no-dots": [
        "1 POLITICAL AND SECURITY COOPERATION",
        "1.1 Enhancing political dialogue",
        "1.1.1 [1.1] Hold regular meetings of senior officials, with a view to considering a summit in due course;",
        "1.1.2 [1.1] Exchange views on (i) regional security, (ii) disarmament; and (iii) maritime safety; and",
        "1.1.3 [1.1] Raise the share of joint patrols by 1.5 per cent each year, as the Work Plan on Patrols 2016-2025 "
        "foresees",
        "1.2 Countering Transnational Crime",
        "1.2.1 [1.2] Share best practices on: (a) border control; (b) forensics; and (c) training;",
        "1.2.2 [1.2] Support the network of police academies.",
        "2 ECONOMIC COOPERATION",
        "2.1.1 [2] Promote trade between small enterprises;",
        "2.1.2 [2] Study a free trade area.",
    ],
    "roman-chapters": [
        "I Political and Security Cooperation",
        "I.1 [I] Promote mutual understanding through visits, including for I. the Parliament and its committees;",
        "I.2 [I] Strengthen the rule of law; and",
        "I.3 [I] Support cooperation on disarmament.",
        "II Economic Cooperation",
        "II.A Trade and Investment",
        "II.A.1 [II.A] Promote trade fairs;",
        "II.A.2 [II.A] Support investment in: (i) ports; (ii) railways; and (iii) roads;",
        "II.A.3 [II.A] Study tariffs",
        "II.B Finance",
        "II.B.1 [II.B] Strengthen capital markets.",
        "III SOCIO-CULTURAL COOPERATION",
        "III.4 [III] Encourage exchange of students;",
        "III.5 [III] Encourage exchange of artists.",
    ],
    "lettered": [
        "1 Political Cooperation:",
        "1.a [1] strengthen dialogue at all levels",
        "1.b [1] support the Secretariat; and",
        "1.c [1] promote peace in the region.",
        "2 Economic Cooperation:",
        "2.a [2] promote trade, in particular: (i) in rice; (ii) in rubber;",
        "2.b [2] support small enterprises;",
        "2.c [2] study logistics;",
        "2.d [2] study services;",
        "2.e [2] study energy;",
        "2.f [2] study tourism;",
        "2.g [2] study standards;",
        "2.h [2] study customs;",
        "2.i [2] study transport; and",
        "2.j [2] study finance.",
        "3 Follow-Up:",
        "3.a [3] Review the plan each year;",
        "3.b [3] Report to the Ministers",
    ],
    "bullets": [
        "1 POLITICAL COOPERATION",
        "1.1 Dialogue",
        "1.1.1 [1.1] Hold a dialogue every year;",
        "1.1.2 [1.1] Invite observers, among them – parliamentarians – academics",
        "1.1.3 [1.1] Publish a summary",
        "1.2 Defence",
        "1.2.1 [1.2] Exchange cadets.",
        "2 ECONOMIC COOPERATION",
        "2.1 Trade and Investment",
        "2.1.1 [2.1] Promote trade fairs;",
        "2.1.2 [2.1] Support the Single Window;",
        "2.2 Energy",
        "2.2.1 [2.2] Study grids.",
    ],
    "restarting-sections": [
        "1 Guiding Principles",
        "1.1 [1] mutual respect",
        "1.2 [1] equality",
        "2 Political Cooperation",
        "2.A Dialogue",
        "2.A.1 [2.A] Hold a dialogue; and",
        "2.A.2 [2.A] Exchange visits.",
        "2.B Defence",
        "2.B.1 [2.B] Exchange cadets;",
        "3 Economic Cooperation",
        "3.A Trade",
        "3.A.1 [3.A] Promote trade: in rice; in rubber; and in tin;",
        "3.A.3 [3.A] Support ports.",
        "4 Implementation",
        "4.1 [4] Review the plan.",
    ],
    "pages": [
        "1 Political Cooperation",
        "1.1 Dialogue",
        "1.1.1 [1.1] Hold meetings of officials every year;",
        "1.1.2 [1.1] Publish reports;",
        "2 Economic Cooperation",
        "2.1.1 [2] Support trade;",
        "2.1.2 [2] Support finance.",
    ],
    "refused": [
        "1 Trade",
        "1.1 Goods",
        "1.1.1 [1.1] Promote trade;",
        "1.2 Services",
        "1.2.1 [1.2] Promote services;",
    ],
    "sentences-at-the-top": [
        "1 Trade:",
        "1.1 [1] Promote trade; in rice; and in tin;",
        "1.2 [1] Promote ports",
        "1.3 [1] Promote railways; and",
        "2 Energy:",
        "2.1 [2] Study grids.",
        "3 Review of the Plan",
        "3.1 [3] Review the plan each year.",
        "4 [None] This Plan of Action may be amended by both sides.",
    ],
    "no-headings": ["1 [None] promote trade;", "2 [None] promote peace."],
    "roman-with-letters": [
        "I POLITICAL COOPERATION",
        "I.A Political Dialogue",
        "I.A.1 [I.A] Enhance dialogue;",
        "I.A.2 [I.A] Strengthen cooperation; and",
        "I.B Security",
        "I.B.1 [I.B] Combat terrorism.",
        "I.C Law",
        "I.C.1 [I.C] Courts.",
        "II ECONOMIC COOPERATION",
        "II.A Trade",
        "II.A.1 [II.A] Promote trade.",
        "II.A.2 [II.A] More.",
        "II.B Finance",
        "II.B.1 [II.B] Banks.",
    ],
}
FRONTS = {
    "decimal-no-dots": (
        "PLAN OF ACTION TO IMPLEMENT THE ASEAN-RURITANIA STRATEGIC PARTNERSHIP (2018 – 2022)",
        "2017-08-02",
        (2018, 2022),
    ),
    "roman-chapters": ("Plan of Action of ASEAN and Ruritania 2022 to 2026", "2021-11-05", (2022, 2026)),
    "lettered": ("ASEAN-Ruritania Plan of Action", None, (2023, 2027)),
    "bullets": ("Work Programme of the ASEAN-Ruritania Partnership for the Period 2024-2028", None, (2024, 2028)),
    "restarting-sections": (
        "Plan of Action (2019–2023) to Implement the ASEAN-Ruritania Partnership",
        None,
        (2019, 2023),
    ),
    "pages": ("Plan of Action of the ASEAN-Ruritania Partnership (2020/2024)", None, (2020, 2024)),
    "refused": ("Plan of Action 2021-2025", "2020-09-10", (2021, 2025)),
    "sentences-at-the-top": ("Plan of Action of ASEAN and Ruritania", None, None),
    "no-headings": ("Plan of Action of ASEAN and Ruritania 2026–2030", None, (2026, 2030)),
    "roman-with-letters": ("ASEAN-EXAMPLE PLAN OF ACTION (2018-2022)", None, (2018, 2022)),
}
REPORTS = {
    "lettered": [(7, "ASEAN and Ruritania will:")],
    "bullets": [(25, "Both sides may amend this programme.")],
    "restarting-sections": [(13, "Both sides will:")],
    "pages": [
        (3, "Table of Contents"), (4, "1.\tPolitical Cooperation\t2"), (5, "1.1\tDialogue ........ 2"),
        (6, "2.\tEconomic Cooperation\t3"), (8, "1"), (18, "- 2 -"), (25, "Page 3 of 4"), (30, "_____________"),
    ],
    "refused": [
        (6, "Goods are what both parties trade most."), (8, "1.1.1. Promote it again;"), (9, "9.9.9. Go far astray."),
        (14, "Both parties welcome this."), (16, "1. Trade"), (17, "(a) Promote it once more."), (19, "1.3."),
    ],
}  # fmt: skip


class TestLayouts:
    def test_every_layout_is_tested(self):
        assert {path.stem for path in LAYOUTS.glob("*.txt")} == set(OUTLINES) == set(FRONTS)

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("layout", OUTLINES)
    def test_outline(self, layout, end):
        plan = check_invariants(read(LAYOUTS / f"{layout}.txt").replace("\n", end))
        assert outline(plan) == OUTLINES[layout]
        assert (plan.title, plan.adopted, plan.period) == FRONTS[layout]
        assert reported(plan) == REPORTS.get(layout, [])

    def test_numbers_in_a_preamble_are_no_actions(self):
        plan = parse(read(LAYOUTS / "decimal-no-dots.txt"))
        assert plan.preamble.startswith(
            "This Plan of Action rests on three principles: 1. mutual respect; 2. equality;"
        )
        assert plan.preamble.endswith("10 September 2017, and covers 1.5 per cent more ground than that.")
        numbered = parse(read(LAYOUTS / "roman-chapters.txt"))
        assert numbered.preamble.startswith("1. On 4 May 2021")
        assert numbered.preamble.endswith("for both sides.")

    def test_an_adoption_at_the_end_is_found(self):
        text = read(LAYOUTS / "roman-chapters.txt")
        span = parse(text).adopted_span
        assert text[span.start : span.end] == "Adopted on 5th November 2021 in Zenda"

    def test_roman_chapters_keep_whole_decimal_numbers(self):
        plan = check_invariants(
            "Plan\n\nI. Peace\n1.1 Talks\n1.1.1 Talk;\nII. Trade\n2.1.1 Trade;\nIII. Aid\n1.1 Aid;\n"
        )
        assert outline(plan) == [
            "I Peace", "1.1 Talks", "1.1.1 [1.1] Talk;", "II Trade", "2.1.1 [II] Trade;", "III Aid",
            "III.1.1 [III] Aid;",
        ]  # fmt: skip
        assert [(one.parent, one.implied_numbers) for one in plan.sections] == [
            (None, ()), ("I", ()), (None, ("2.1",)), (None, ("III.1",)),
        ]  # fmt: skip

    def test_a_plan_may_begin_without_title_or_chapter(self):
        plan = check_invariants("1.1 Political\n\n1.1.1 Consult; and\n\n1.1.2 Meet.\n\n2.1 Economic\n\n2.1.1 Trade.\n")
        assert outline(plan) == [
            "1.1 Political", "1.1.1 [1.1] Consult; and", "1.1.2 [1.1] Meet.", "2.1 Economic", "2.1.1 [2.1] Trade.",
        ]  # fmt: skip
        assert (plan.title, plan.preamble, plan.period) == ("", "", None)

    @pytest.mark.parametrize(
        ("text", "title", "preamble"),
        [
            ("", "", ""),
            (" \r\n\ufeff\t\x0c", "", ""),
            ("Plan of Action", "Plan of Action", ""),
            ("This is no plan. It is prose,\nall of it.", "", "This is no plan. It is prose, all of it."),
        ],
    )
    def test_texts_that_are_no_plan(self, text, title, preamble):
        plan = check_invariants(text)
        assert (plan.title, plan.preamble) == (title, preamble)
        assert (plan.sections, plan.actions, plan.unplaced) == ((), (), ())


def actions_after(line: str) -> list[str]:
    """The actions of a small plan, `line` standing wrapped within its second."""
    head = "Plan of Action\n\n1. Trade\n1.1. Goods\n1.1.1. Promote rice;\n1.1.2. Promote ports,\n"
    return outline(check_invariants(f"{head}{line}\n1.1.3. Promote rails;\n1.2. Services\n1.2.1. Promote banks.\n"))[2:]


class TestWrappedLines:
    @pytest.mark.parametrize(
        "line",
        [
            "2016-2025;",
            "2025.",
            "10 September 2020;",
            "1.5 per cent of them;",
            "1.2 million of them;",
            "(i) by sea and (ii) by land;",
            "(b) of the list;",
            "1.3 of the list;",
            "17.3 Of the list;",
            "4. Of the list;",
            "a) of the list;",
            "- among others - by sea;",
            "II. Of the list;",
            "non-tariff barriers;",
            "East Asia Summit;",
        ],
    )
    def test_a_line_that_begins_like_a_mark_goes_on_with_its_action(self, line):
        assert actions_after(line) == [
            "1.1.1 [1.1] Promote rice;",
            f"1.1.2 [1.1] Promote ports, {line}",
            "1.1.3 [1.1] Promote rails;",
            "1.2 Services",
            "1.2.1 [1.2] Promote banks.",
        ]

    def test_a_heading_wrapped_over_two_lines(self):
        plan = check_invariants(
            "Plan\n\n1. Trade and\nInvestment\n1.1 Digital Trade,\nE-Commerce\n1.1.1 Do it;\n1.1.2 Do more.\n"
        )
        assert outline(plan)[:2] == ["1 Trade and Investment", "1.1 Digital Trade, E-Commerce"]

    def test_a_page_number_within_an_action_is_reported_and_left_out(self):
        text = "Plan\n\n1. Trade\n1.1. Promote rice and\n\n7\n\x0cports in 12\nstates;\n1.2. Promote rails.\n"
        plan = check_invariants(text)
        assert plan.actions[0].text == "Promote rice and ports in 12 states;"
        assert reported(plan) == [(6, "7")]

    def test_numbers_an_edition_skips_or_turns_round_are_kept(self):
        plan = check_invariants(
            "Plan\n\n1. A\n\n1.1. Bc\n\n1.1.1. x;\n\n1.1.4. y;\n\n1.1.3. z;\n1.1.19. w;\n\n1.3. De\n\n1.3.1. v;\n"
        )
        assert [one.number for one in plan.actions] == ["1.1.1", "1.1.4", "1.1.3", "1.1.19", "1.3.1"]

    @pytest.mark.parametrize("line", ["2. Of the list;", "1.2. Of the list;", "1.2 million of them;"])
    def test_not_even_the_next_number_begins_a_part_within_a_sentence(self, line):
        assert actions_after(line)[1] == f"1.1.2 [1.1] Promote ports, {line}"

    def test_a_quantity_is_no_number_even_after_a_semicolon(self):
        plan = check_invariants("Plan\n\n1. Trade\n1.1. Goods\n1.1.1. Promote rice;\n1.2 million people.\n")
        assert [one.text for one in plan.actions] == ["Promote rice; 1.2 million people."]


# One rule each: the text after the title, and the outline expected of it.
RULES = {
    "a leaf beside headings is a heading, an item beside actions an action": (
        """1. Trade\n1.1 Goods\n1.1.1 Promote rice;\n1.2 Services\n\nProse about them.\n\n1.3 Aid\n1.3.1 Promote ports
        1.3.2 Promote the small network\n• one\n• two\n1.3.3 Stop.""",
        ["1 Trade", "1.1 Goods", "1.1.1 [1.1] Promote rice;", "1.2 Services", "1.3 Aid", "1.3.1 [1.3] Promote ports",
         "1.3.2 [1.3] Promote the small network • one • two", "1.3.3 [1.3] Stop."],
    ),
    "a list within an action may look like the chapters": (
        "1. Trade\n1.1 Cooperate by:\n1. sending rice;\n2. sending tin;\n1.2 Stop;\n2. Aid\n2.1 Give aid.",
        ["1 Trade", "1.1 [1] Cooperate by: 1. sending rice; 2. sending tin;", "1.2 [1] Stop;", "2 Aid",
         "2.1 [2] Give aid."],
    ),
    "a list under a heading may look like the chapters": (
        "1. Trade\n1.1 Goods\n1. Send rice;\n2. Send tin;\n1.2 Services\n1. Send help.",
        ["1 Trade", "1.1 Goods", "1.1.1 [1.1] Send rice;", "1.1.2 [1.1] Send tin;", "1.2 Services",
         "1.2.1 [1.2] Send help."],
    ),
    "(i) after a colon begins a list, after (h) it is a letter": (
        "Trade\n\n(g) Do g;\n(h) Do this:\n(i) one;\n(ii) two;\n(i) Do i.",
        ["1 Trade", "1.g [1] Do g;", "1.h [1] Do this: (i) one; (ii) two;", "1.i [1] Do i."],
    ),
    "nothing goes on across what was reported": (
        "1. Trade\n1.1 Promote it.\n\nBoth agree.\n\nand more\n\n1.2 Go.",
        ["1 Trade", "1.1 [1] Promote it.", "1.2 [1] Go."],
    ),
    "a last chapter without number is counted on": (
        "1. Trade\n1.1 Promote it.\n2. Aid\n2.1 Aid it.\n\nFollow-Up Mechanism\n\n(a) Review.",
        ["1 Trade", "1.1 [1] Promote it.", "2 Aid", "2.1 [2] Aid it.", "3 Follow-Up Mechanism", "3.a [3] Review."],
    ),
    "what has no number leaves the printed numbers free": (
        "Principles\n\n• peace\n\nScope\n\n• rice\n\n1. Trade\n1.1 Promote it.",
        ["2 Principles", "2.1 [2] peace", "3 Scope", "3.1 [3] rice", "1 Trade", "1.1 [1] Promote it."],
    ),
    "a chapter whose number is taken is refused with all its items": (
        "A. Trade\n1. Rice;\nA. Aid\n1. Tin;\n2. Oil;\nB. Food\n1. Eat.",
        ["A Trade", "A.1 [A] Rice;", "B Food", "B.1 [B] Eat."],
    ),
    "items in small letters": (
        "I. Trade\n1. promote rice\n2. promote tin\nII. Aid\n(a) Give it\n(b) take it\nIII. Food\n• Eat\n• drink",
        ["I Trade", "I.1 [I] promote rice", "I.2 [I] promote tin", "II Aid", "II.a [II] Give it", "II.b [II] take it",
         "III Food", "III.1 [III] Eat", "III.2 [III] drink"],
    ),
    "a number out of all order stands apart": (
        "1. Trade\n1.1.1. One;\n\n9.9.9. Go;\n\n1.1.2. Two.",
        ["1 Trade", "1.1.1 [1] One;", "1.1.2 [1] Two."],
    ),
    "an unfinished sentence goes on after a blank line": (
        "1. Trade\n1.1.1. Attend the East\n\nAsia Summit\n\n1.1.2. Two.",
        ["1 Trade", "1.1.1 [1] Attend the East Asia Summit", "1.1.2 [1] Two."],
    ),
    "chapters and items numbered alike": (
        "1. Trade\nA. Goods\n1. Promote rice;\n2. Aid\nA. Food\n1. Send rice.",
        ["1 Trade", "1.A Goods", "1.A.1 [1.A] Promote rice;", "2 Aid", "2.A Food", "2.A.1 [2.A] Send rice."],
    ),
    "a sentence with sub-numbers is an action": (
        "1. Trade\n1.1 Promote rice.\n1.1.1 In ports.\n1.2 Promote tin.",
        ["1 Trade", "1.1 [1] Promote rice.", "1.1.1 [1] In ports.", "1.2 [1] Promote tin."],
    ),
    "a lettered item with bullets is an action": (
        "Trade\n\n(a) support tourism\n• by sea\n• by land\n(b) support rice.",
        ["1 Trade", "1.a [1] support tourism • by sea • by land", "1.b [1] support rice."],
    ),
    "a heading in capitals ends at one that is not": (
        "I. ECONOMIC COOPERATION\nTrade\n1. Promote it.",
        ["I ECONOMIC COOPERATION", "I.1 Trade", "I.1.1 [I.1] Promote it."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule):
    text, expected = RULES[rule]
    assert outline(check_invariants(f"Plan of Action\n\n{textwrap.dedent(text)}\n")) == expected


@pytest.mark.parametrize(
    "preamble",
    [
        "Priority Areas",
        "10 Countries",
        "Guiding Principles\n\n• peace\n• trust\n\nBoth sides agree.",
        "1. Peace\n2. Stability\n3. Prosperity\n\nBoth agree.",
        "(a) peace;\n(b) trust;",
    ],
)
@pytest.mark.parametrize(("chapter", "item"), [("1.", "1.1"), ("I.", "1."), ("1.1", "1.1.1")])
def test_lists_and_headings_before_the_first_chapter_are_preamble(preamble, chapter, item):
    plan = check_invariants(f"Plan of Action\n\n{preamble}\n\n{chapter} Trade\n{item} Promote it.\n{item[:-1]}2. Go.\n")
    assert plan.preamble == collapse(preamble)
    assert [one.title for one in plan.sections] == ["Trade"]


class TestFront:
    @pytest.mark.parametrize(
        ("line", "adopted"),
        [
            ("Adopted on 1 August 2019", "2019-08-01"),
            ("(Adopted in Bangkok, Thailand on 2nd August 2019)", "2019-08-02"),
            ("ADOPTED ON AUGUST 3, 2019", "2019-08-03"),
            ("Adopted by the Ministers at their meeting\nin Bangkok on\n4 Aug. 2019", "2019-08-04"),
            ("Adopted in August 2019", "2019-08"),
            ("Adopted on 31 September 2019", None),
            ("Adopted by the Ministers", None),
            ("Adopted by the Ministers\n\n4 August 2019 was a Sunday.", None),
            ("The declaration was adopted on 1 August 2019.", None),
        ],
    )
    def test_adoption(self, line, adopted):
        plan = check_invariants(f"Plan of Action\n{line}\nThe parties agree.\n\n1. Trade\n1.1 Promote it.\n")
        assert plan.adopted == adopted
        assert plan.preamble.endswith("The parties agree.")

    def test_adoption_is_no_heading(self):
        plan = check_invariants(
            "Plan\n\nAdopted in Zenda on 2 August 2017\n\nWe agree:\n\n• peace\n\nScope\n\n• rice\n"
        )
        assert (plan.adopted, plan.preamble) == ("2017-08-02", "We agree: • peace")
        assert outline(plan) == ["1 Scope", "1.1 [1] rice"]

    def test_prose_without_full_stop_is_no_title(self):
        plan = check_invariants("Plan of Action\n" + "the parties agree " * 20 + "\n\n1. Trade\n1.1 Promote it.\n")
        assert plan.title == "Plan of Action"
        assert plan.preamble.startswith("the parties agree")

    @pytest.mark.parametrize(
        ("title", "preamble", "period"),
        [
            ("Plan of Action 2021-2025", "After the plan of 2016-2020.", (2021, 2025)),
            ("Plan of Action (2018 – 2022)", "Text.", (2018, 2022)),
            ("Plan of Action 2022 to 2026", "Text.", (2022, 2026)),
            ("Plan of Action\n\n(2022-2026)", "Text.", (2022, 2026)),
            ("Plan of Action", "It covers 2022 until 2026.", (2022, 2026)),
            ("Plan of Action", "It follows the previous plan (2011-2015) and covers 2016-2020.", (2016, 2020)),
            ("Plan of Action", "It was made on 2020-10-12 and ends in 2025.", None),
            ("Plan of Action 2025-2021", "Text.", None),
        ],
    )
    def test_period(self, title, preamble, period):
        plan = check_invariants(f"{title}\n\n{preamble}\n\n1. Trade\n1.1 Promote it.\n")
        assert (plan.period, plan.preamble) == (period, preamble)
        assert plan.title == collapse(title)


PIECES = st.sampled_from(
    re.split(
        " +",
        "1. 1.1 1.1. 1.1.1. 1.1.2 1.2. 2. 2.1.1. 3) (1) (a) (b) b) c. (i) (ii) I. II. IV. A. B. • – - o * Trade Goods, "
        "Energy: PEACE promote ports; and 2016-2025; 1.5 (2021–2025) Adopted on 10 September 2020. 12 Page ..... 7 "
        "[bookmark: _Toc1] [bookmark: [ ] ___ . ; é \ufeff \u200b \U0001f600",
    )
)
GAPS = st.sampled_from([" ", " ", "  ", "\t", "\u00a0", "\n", "\n", "\n\n", "\r\n", "\r", "\x0c", "\u2028", "\x85", ""])


class TestNothingIsDropped:
    @settings(max_examples=400, deadline=None)
    @given(st.lists(st.tuples(PIECES, GAPS), max_size=60))
    def test_of_what_looks_like_a_plan(self, pieces):
        check_invariants("".join(piece + gap for piece, gap in pieces))

    @settings(max_examples=150, deadline=None)
    @given(st.text())
    def test_of_any_text(self, text):
        check_invariants(text)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_of_the_edition_with_lines_lost_or_moved(self, data):
        lines = read(EDITION).splitlines(keepends=True)
        start = data.draw(st.integers(0, len(lines)))
        kept = lines[start : start + data.draw(st.integers(0, 60))]
        check_invariants("".join(data.draw(st.permutations(kept)) if data.draw(st.booleans()) else kept))


@pytest.mark.parametrize(
    "text",
    [
        "." * 400_000,
        "a" + "\t" * 400_000 + "b",
        "- " * 200_000 + "x",
        "[bookmark:" * 40_000,
        "Adopted on\n" * 10_000,
        "1) Trade\na) Goods\n" * 5_000,
        "1. Trade\n1.1 Goods\n1.1.1 Rice\n" * 3_000,
        "".join(f"Trade\n\n(a) rice {number};\n\n" for number in range(3_000)),
        "1. Trade\n" + "".join(f"1.{number % 900}.1.1 rice;\n" for number in range(10_000)),
    ],
    ids=lambda text: text[:12],
)
def test_time_grows_with_length_only(text):
    """Each takes well under a second; a rule that looks at every line again for every line takes minutes."""
    began = time.process_time()
    parse(text)
    assert time.process_time() - began < 10


def test_values_are_frozen(plan):
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.title = "Another"
