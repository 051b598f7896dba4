"""The file: what it holds, what is wrong with one, and which entries are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invocation_lint.baselines.known import Baseline, read_baseline
from invocation_lint.errors import UsageError
from invocation_lint.findings import Confidence, Finding, Place, Report, Severity
from invocation_lint.identity import Key


def finding(line: int, rule: str = "INV107", path: str = "app.py", confidence: str = "certain") -> Finding:
    place = Place(path, line, 1, line, 4)
    return Finding(rule, "x", Severity.ERROR, "m", place, confidence=Confidence(confidence), function="start")


def lines_of(path: str) -> list[str]:
    return ["f()", "f()", "g()"]


def written(folder: Path, *findings: Finding) -> Baseline:
    name = str(folder / "baseline.json")
    baseline = Baseline(name).rewritten(Report(list(findings)), lines_of, [])
    Path(name).write_text(baseline.text())
    return read_baseline(name)


def test_what_is_written_is_read_and_each_entry_has_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = written(tmp_path, finding(3), finding(1), finding(2, confidence="possible"))
    assert [(key.snippet, key.ordinal, entry.line, entry.possible) for key, entry in baseline.entries.items()] == [
        ("f()", 1, 3, False),
        ("f()", 2, 4, True),
        ("g()", 1, 5, False),
    ]
    text = (tmp_path / "baseline.json").read_text()
    assert Baseline(baseline.name, baseline.entries).text() == text
    assert not any(word in text for word in ("line", "column", '"m"'))


def test_an_empty_baseline(tmp_path: Path) -> None:
    assert written(tmp_path).entries == {}


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ci").mkdir()
    monkeypatch.chdir(tmp_path)
    baseline = written(tmp_path / "ci", finding(1, path="src/app.py"))
    assert [key.path for key in baseline.entries] == ["../src/app.py"]
    monkeypatch.chdir(tmp_path / "ci")
    report = Report([finding(2, path="../src/app.py")])
    assert baseline.mark(report, lines_of) == []
    assert report.active == []


def test_of_equal_findings_as_many_are_known_as_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = written(tmp_path, finding(1))
    report = Report([finding(1), finding(2)])
    baseline.mark(report, lines_of)
    assert [found.place.line for found in report.active] == [2]


def test_a_file_that_cannot_be_analysed_is_never_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert written(tmp_path, finding(1, rule="INV001"), finding(1, rule="INV000")).entries == {}


def test_which_entries_are_gone(tmp_path: Path) -> None:
    (tmp_path / "other.py").touch()
    keys = {
        name: Key(rule, path, "", "f()", 1)
        for name, rule, path in (
            ("mended", "INV107", "app.py"),
            ("its rule did not run", "INV101", "app.py"),
            ("its file was not looked at", "INV107", "other.py"),
            ("its file is gone", "INV107", "removed.py"),
            ("its file is broken", "INV107", "broken.py"),
        )
    }
    baseline = Baseline(str(tmp_path / "baseline.json"))
    baseline.entries = dict.fromkeys(keys.values(), written(tmp_path, finding(1)).entries.popitem()[1])
    linted = {"app.py": {"INV107"}, "broken.py": {"INV107"}}
    gone = baseline.vanished(list(keys.values()), linted, possible=False, broken={"broken.py"})
    assert gone == [keys["mended"], keys["its file is gone"]]


def test_what_is_only_possible_is_not_gone_when_nobody_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = written(tmp_path, finding(1, confidence="possible"))
    (key,) = baseline.entries
    for possible in (False, True):
        gone = baseline.vanished([key], {key.path: {"INV107"}}, possible=possible, broken=())
        assert gone == ([key] if possible else [])


WRONG = {
    "no JSON": ("{", "not valid JSON"),
    "a list": ("[]", "not a baseline of invocation-lint"),
    "another version": ('{"version": 2, "findings": []}', "version 2 is not supported"),
    "an entry without a field": ('{"version": 1, "findings": [{"rule": "INV107"}]}', "entry 1 is wrong"),
    "an entry that is none": ('{"version": 1, "findings": [7]}', "entry 1 is wrong"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_with_a_baseline_is_told(tmp_path: Path, kind: str) -> None:
    text, message = WRONG[kind]
    (tmp_path / "baseline.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        read_baseline(str(tmp_path / "baseline.json"))


def test_a_baseline_laid_out_anew_is_read_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = written(tmp_path, finding(1), finding(3))
    file = tmp_path / "baseline.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=4))
    assert read_baseline(str(file)).entries.keys() == baseline.entries.keys()
