"""Annotations as the runner of GitHub Actions reads them: this file decodes what was written by its rules."""

from __future__ import annotations

import re
from dataclasses import replace

from invocation_lint.findings import Place, Report, Severity
from invocation_lint.report import Presentation, step_summary
from tests.report.samples import ADVICE, BROKEN, EMPTY, LONG, MENDABLE, REPORT, lines_of, shown

_COMMAND = re.compile(r"::(?P<command>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)")


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The workflow commands of a log, decoded."""
    found = []
    for line in text.split("\n"):
        command = _COMMAND.fullmatch(line)
        if command and command["command"] in ("error", "warning", "notice"):
            pairs = (pair.split("=", 1) for pair in command["properties"].split(","))
            properties = {name: decoded(value) for name, value in pairs}
            found.append((command["command"], properties, decoded(command["data"])))
    return found


def decoded(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_errors_come_first_and_everything_survives_the_escapes() -> None:
    first, *rest = commands(shown("github"))
    level, properties, message = first
    assert level == "error"
    assert properties == {
        "file": "src/my app,100%.py",
        "line": "10",
        "endLine": "10",
        "col": "1",
        "endColumn": "9",
        "title": "INV101 sync-long-task",
    }
    assert message == f"{LONG.message}\n{LONG.help}"
    assert [level for level, _, _ in rest] == ["error", "notice", "notice"]


def test_an_annotation_says_which_option_mends_it() -> None:
    ((_, _, message),) = commands(shown("github", Report([MENDABLE])))
    assert message.endswith('elsewhere\nfix: --fix --unsafe-fixes would send "Event"')
    assert "fix:" not in "".join(text for _, _, text in commands(shown("github")))


def test_what_is_only_possible_is_a_notice_that_says_so() -> None:
    assert ("notice", "possible: may be a dict") in [(level, text) for level, _, text in commands(shown("github"))]


def test_a_span_of_several_lines_has_no_columns() -> None:
    ((_, properties, _),) = commands(shown("github", Report([replace(LONG, place=Place("a.py", 3, 5, 6, 2))])))
    assert (properties["line"], properties["endLine"]) == ("3", "6")
    assert "col" not in properties and "endColumn" not in properties


def test_the_whole_list_is_in_the_log_and_one_line_counts_what_is_not_annotated() -> None:
    warning = replace(LONG, severity=Severity.WARNING)
    text = shown("github", Report([warning] * 13 + [LONG] * 19 + [ADVICE] * 2))
    found = commands(text)
    assert [level for level, _, _ in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 3
    assert found[-1][2].startswith("12 more: ")
    lines = text.split("\n")
    start, end = lines.index("::group::invocation-lint: 34 findings"), lines.index("::endgroup::")
    assert end - start == 35
    assert all("INV" in line for line in lines[start + 1 : end])


def test_ten_notices_are_never_passed_with_the_count() -> None:
    found = commands(shown("github", Report([ADVICE] * 12)))
    assert len(found) == 10
    assert found[-1][2].startswith("3 more: ")


def test_a_name_of_a_file_cannot_give_commands() -> None:
    evil = replace(LONG, place=Place("::error::x\n::warning::y.py", 1, 1, 1, 2))
    text = shown("github", Report([evil]))
    ((level, properties, _),) = commands(text)
    assert (level, properties["file"]) == ("error", "::error::x\n::warning::y.py")
    assert not [line for line in text.split("\n") if line.startswith(("::error::x", "::warning::y"))]


def test_a_clean_run_has_no_commands() -> None:
    assert shown("github", EMPTY) == "no findings; 2 files scanned, 1 analysed\n"


def test_the_summary_of_the_step_is_a_table_with_the_worst_first() -> None:
    text = step_summary(Report([ADVICE, *REPORT.findings, BROKEN]), Presentation(lines_of))
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    long = "takes 30 to 60 s: 50% too long, and the call waits"
    assert rows[0] == "| | rule | place | message |"
    assert rows[1] == f"| error | INV101 sync-long-task | src/my app,100%.py:10 | {long} |"
    assert len(rows) == 1 + 6


def test_messages_are_no_markup_in_the_summary() -> None:
    text = step_summary(Report([replace(LONG, message="a | b <img> `c` [d](e)\n| f")]), Presentation(lines_of))
    assert r"a \| b \<img\> \`c\` \[d\](e) \| f |" in text


def test_the_summary_stays_below_what_a_step_may_write() -> None:
    text = step_summary(Report([LONG] * 20_000), Presentation(lines_of))
    assert len(text.encode()) < 1024 * 1024
    assert "19500 more" in text
