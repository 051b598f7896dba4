"""JUnit XML, read by junitparser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from junitparser import JUnitXml

from invocation_lint.findings import Report
from tests.report.samples import EMPTY, LONG, MENDABLE, PATH, REPORT, UNREADABLE, shown


def suite(tmp_path: Path, report: Report = REPORT, **how: Any) -> Any:
    file = tmp_path / "junit.xml"
    file.write_text(shown("junit", report, **how), "utf-8")
    (read,) = JUnitXml.fromfile(str(file))
    return read


def test_a_finding_is_a_failed_test_at_its_place(tmp_path: Path) -> None:
    read = suite(tmp_path)
    assert (read.tests, read.failures, read.errors, read.skipped) == (4, 3, 0, 0)
    case = list(read)[2]
    assert (case.classname, case.name) == (PATH, "INV101 sync-long-task at 10:1")
    (failure,) = case.result
    assert failure.message == "takes 30 to 60 s: 50% too long, and the call waits"
    assert failure.type == "error"
    assert 'InvocationType="Event"' in failure.text


def test_a_failure_says_which_option_mends_it(tmp_path: Path) -> None:
    (failure,) = next(iter(suite(tmp_path, Report([MENDABLE])))).result
    assert failure.text.endswith('fix: --fix --unsafe-fixes would send "Event"')


def test_what_is_only_possible_passes_with_its_message(tmp_path: Path) -> None:
    case = list(suite(tmp_path))[1]
    assert case.is_passed
    assert "possible: " in case.system_out


def test_a_file_that_could_not_be_analysed_is_an_error(tmp_path: Path) -> None:
    read = suite(tmp_path, UNREADABLE)
    assert (read.tests, read.failures, read.errors) == (1, 0, 1)


def test_a_clean_run_is_a_test_that_passes(tmp_path: Path) -> None:
    read = suite(tmp_path, EMPTY)
    assert (read.tests, read.failures, read.errors) == (1, 0, 0)
    assert "no findings" in shown("junit", EMPTY)


def test_suppressed_findings_are_skipped_tests_when_asked_for(tmp_path: Path) -> None:
    assert suite(tmp_path, show_suppressed=True).skipped == 2


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path: Path) -> None:
    read = suite(tmp_path, Report([replace(LONG, message="a \x00 <b> & \udce9 \x1b c")]))
    assert next(iter(read)).result[0].message == "a {0} <b> & {0} {0} c".format("\N{REPLACEMENT CHARACTER}")
