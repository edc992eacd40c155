"""The same question in other tools: the code on the page is run as it stands."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.proof

AWKWARD = r"""# it's `id` of $HOME
SELECT ?text {
  VALUES ?text { "it's 100%20 \"$HOME\" \\ !x" '''two
lines''' "é" }
}"""


def code(page, ask, language, query):
    ask(page, query)
    page.get_by_text("The same in curl, Python and R").click()
    return page.get_by_role("region", name=f"{language} code").inner_text()


def output(*command):
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout


RUNNERS = {"curl": ["bash", "-c"], "Python": [sys.executable, "-c"], "R": ["Rscript", "-e"]}
PRINTED = {
    "curl": 'text\n"it\'s 100%20 ""$HOME"" \\ !x"\n"two\nlines"\né\n',
    "Python": "".join(f"{ {'text': text} }\n" for text in ('it\'s 100%20 "$HOME" \\ !x', "two\nlines", "é")),
    "R": 'text 1 it\'s 100%20 "$HOME" \\\\ !x 2 two\\nlines 3 é',
}


@pytest.mark.parametrize("language", RUNNERS)
def test_the_same_query_in_other_tools(page, language, tool, ask):
    program, option = RUNNERS[language]
    printed = output(tool(program), option, code(page, ask, language, AWKWARD))
    assert (" ".join(printed.split()) if language == "R" else printed) == PRINTED[language]


@pytest.mark.parametrize("language", RUNNERS)
@pytest.mark.parametrize(
    ("query", "told"),
    [("ASK {}", '"boolean":true'), ("DESCRIBE <https://w3id.org/aseancan/id/body/jcc>", 'ac:acronym "JCC"')],
)
def test_the_same_question_and_graph_in_other_tools(page, language, query, told, tool, ask):
    program, option = RUNNERS[language]
    assert told in output(tool(program), option, code(page, ask, language, query))
