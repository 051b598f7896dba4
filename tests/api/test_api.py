"""The public functions."""

from __future__ import annotations

from pathlib import Path

import pytest

import invocation_lint
from invocation_lint import Confidence, Severity, UsageError, lint_paths, lint_source
from tests.command import run_lint
from tests.samples import BAD, GOOD


def test_lint_source_takes_text_and_bytes() -> None:
    for source in (BAD, BAD.encode()):
        (finding,) = lint_source(source, "app.py", isolated=True).active
        assert (finding.id, finding.severity, finding.confidence) == ("INV107", Severity.ERROR, Confidence.CERTAIN)
        assert (finding.place.path, finding.place.line, finding.place.column) == ("app.py", 7, 12)
    assert lint_source(GOOD, isolated=True).findings == []


def test_lint_source_takes_a_text_whose_coding_line_names_another_encoding() -> None:
    report = lint_source("# coding: latin-1\n" + BAD + "# é 名\n", isolated=True)
    assert [finding.place.line for finding in report.active] == [8]


def test_lint_source_reports_what_is_no_python() -> None:
    (finding,) = lint_source(BAD + "def (:\n", isolated=True).findings
    assert (finding.id, finding.place.line) == ("INV001", 12)


def test_the_name_decides_the_configuration(tmp_path: Path) -> None:
    (tmp_path / ".invocation-lint.yaml").write_text("ignore: [INV107]\n")
    (tmp_path / "other.yaml").write_text("select: [INV107]\n")
    assert lint_source(BAD, tmp_path / "app.py").active == []
    assert len(lint_source(BAD, tmp_path / "app.py", isolated=True).active) == 1
    assert len(lint_source(BAD, tmp_path / "app.py", config=tmp_path / "other.yaml").active) == 1


def test_lint_paths(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text(BAD)
    (tmp_path / "b.py").write_text(GOOD)
    report = lint_paths([tmp_path])
    assert [finding.id for finding in report.active] == ["INV107"]
    assert (report.summary.files_found, report.summary.files_analysed) == (2, 1)


def test_mistakes_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.py"):
        lint_paths([tmp_path / "none.py"])
    with pytest.raises(UsageError, match=r"none\.toml"):
        lint_source(BAD, config=tmp_path / "none.toml")


def test_every_public_name_is_there() -> None:
    for name in invocation_lint.__all__:
        assert getattr(invocation_lint, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        invocation_lint.nothing  # noqa: B018


def test_importing_the_package_imports_nothing_of_it(tmp_path: Path) -> None:
    code = "import invocation_lint, sys\nprint([name for name in sys.modules if name.startswith('invocation_lint.')])"
    assert run_lint("--version", cwd=tmp_path, prelude=code).stdout.startswith("[]\n")
