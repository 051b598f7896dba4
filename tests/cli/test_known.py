"""Baselines, base revisions and statistics through the real command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.command import Ran, clean_environment, run_lint
from tests.notebooks import notebook
from tests.samples import BAD, GOOD

SECOND = '\n\ndef again(name):\n    return client.invoke(FunctionName=name, InvocationType="Sync", Payload=b"{}")\n'


def check(*arguments: str | Path, cwd: Path, stdin: str | None = None) -> Ran:
    return run_lint("check", "--output", "concise", *arguments, cwd=cwd, stdin=stdin)


def places(ran: Ran) -> list[str]:
    """Where something was found: `path:line`."""
    return [":".join(line.split(":")[:2]) for line in ran.stdout.splitlines() if ": INV" in line]


@pytest.fixture
def baseline(folder: Path) -> Path:
    """A project whose one finding is in its baseline."""
    ran = check("--write-baseline", "--baseline", "known.json", cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "no findings; 1 in the baseline; 2 files scanned, 1 analysed\n"
    assert "known.json: written with 1 findings, 1 of them new" in ran.stderr
    return folder / "known.json"


def test_only_a_new_mistake_is_reported(folder: Path, baseline: Path) -> None:
    assert check("--baseline", baseline, cwd=folder).returncode == 0
    (folder / "bad.py").write_text("import os\n\n" + BAD.replace('b"{}",\n', 'b"{}"\n') + SECOND)
    ran = check("--baseline", baseline, cwd=folder)
    assert (ran.returncode, places(ran)) == (1, ["bad.py:17"])
    assert "1 in the baseline" in ran.stdout


def test_what_is_no_longer_found_is_told_and_taken_out(folder: Path, baseline: Path) -> None:
    (folder / "bad.py").write_text(GOOD)
    ran = check("--baseline", baseline, cwd=folder)
    assert ran.returncode == 0
    assert "1 baseline entry no longer found" in ran.stdout
    assert ran.stderr.splitlines() == [
        f"{baseline}:3: no longer found: INV107 in bad.py in start",
        "--write-baseline removes it",
    ]
    assert check("--baseline", baseline, "--write-baseline", cwd=folder).returncode == 0
    assert json.loads(baseline.read_text())["findings"] == []


def test_a_run_over_some_files_keeps_the_entries_of_the_others(folder: Path, baseline: Path) -> None:
    before = baseline.read_text()
    ran = check("--baseline", baseline, "good.py", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    check("--baseline", baseline, "--write-baseline", "good.py", cwd=folder)
    assert baseline.read_text() == before
    check("--baseline", baseline, "--write-baseline", "--select", "INV101", cwd=folder)
    assert baseline.read_text() == before


def test_a_broken_file_is_exit_2_with_a_baseline_too(folder: Path, baseline: Path) -> None:
    before = baseline.read_text()
    (folder / "bad.py").write_text("client.invoke(FunctionName=")
    assert check("--baseline", baseline, cwd=folder).returncode == 2
    assert check("--baseline", baseline, "--write-baseline", cwd=folder).returncode == 2
    assert baseline.read_text() == before


def test_formats_tell_what_is_known_from_what_is_new(folder: Path, baseline: Path) -> None:
    ran = run_lint("check", "--baseline", baseline, "--output", "sarif", cwd=folder)
    (result,) = json.loads(ran.stdout)["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "external"
    assert run_lint("check", "--baseline", baseline, "--output", "gitlab", cwd=folder).stdout == "[]\n"
    shown = run_lint("check", "--baseline", baseline, "--show-suppressed", cwd=folder).stdout
    assert f"known before: {baseline}" in shown


MISTAKES = {
    "no such baseline": (["--baseline", "none.json"], "cannot read none.json"),
    "no baseline": (["--baseline", "bad.py"], "not valid JSON"),
    "nowhere to write": (["--baseline", "no/such/x.json", "--write-baseline"], "cannot write no/such/x.json"),
    "both": (["--baseline", "bad.py", "--no-baseline"], "--no-baseline cannot be combined with"),
    "no repository": (["--diff-base", "main"], "--diff-base: "),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_mistakes_are_exit_2(folder: Path, kind: str) -> None:
    arguments, message = MISTAKES[kind]
    ran = check(*arguments, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr and "Traceback" not in ran.stderr


def test_the_configuration_names_the_baseline_of_every_run(folder: Path) -> None:
    (folder / "lint").mkdir()
    (folder / ".invocation-lint.yaml").write_text("baseline: lint/known.json\n")
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "cannot read lint/known.json" in ran.stderr
    assert "lint/known.json: written with 1 findings" in check("--write-baseline", cwd=folder).stderr
    assert check(cwd=folder).returncode == 0
    assert check("..", cwd=folder / "lint").returncode == 0
    (folder / "bad.py").write_text(BAD + SECOND)
    assert places(check(cwd=folder)) == ["bad.py:15"]
    assert places(check("--no-baseline", cwd=folder)) == ["bad.py:7", "bad.py:15"]
    assert places(check("--isolated", cwd=folder)) == ["bad.py:7", "bad.py:15"]
    (folder / "other.json").write_text('{"version": 1, "findings": []}')
    assert len(places(check("--baseline", "other.json", cwd=folder))) == 2, "what is given wins"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, env=clean_environment())


@pytest.fixture
def repository(folder: Path) -> Path:
    """The small project with its first commit on the branch main."""
    (folder / ".git").rmdir()
    git(folder, "init")
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "first")
    return folder


def test_only_what_a_branch_adds_is_reported(repository: Path) -> None:
    assert check("--diff-base", "main", cwd=repository).returncode == 0
    (repository / "bad.py").write_text("import os\n\n" + BAD + SECOND)
    ran = check("--diff-base", "main", cwd=repository)
    assert (ran.returncode, places(ran)) == (1, ["bad.py:17"])
    assert "1 in the base revision" in ran.stdout
    git(repository, "commit", "-am", "second")
    assert places(check("--diff-base", "HEAD~1", cwd=repository)) == ["bad.py:17"]
    assert places(check("--diff-base", "main", cwd=repository)) == []


def test_a_change_in_one_place_that_makes_a_finding_in_another_is_new(repository: Path) -> None:
    caller = "import boto3\n\nfrom modes import MODE\n\nclient = boto3.client('lambda')\n\n\ndef start():\n"
    caller += "    return client.invoke(FunctionName='f', InvocationType=MODE, Payload=b'{}')\n"
    (repository / "caller.py").write_text(caller)
    (repository / "modes.py").write_text('MODE = "Event"\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "a mode")
    (repository / "modes.py").write_text('MODE = "Async"\n')
    ran = check("--diff-base", "HEAD", "--select", "INV107", cwd=repository)
    assert (ran.returncode, places(ran)) == (1, ["caller.py:9"])


def test_a_renamed_file_and_a_change_of_what_runs(repository: Path) -> None:
    git(repository, "mv", "bad.py", "renamed.py")
    assert check("--diff-base", "main", cwd=repository).returncode == 0
    (repository / "renamed.py").unlink()
    (repository / "new").mkdir()
    (repository / "new" / "app.py").write_text(BAD + SECOND)
    ran = check("--diff-base", "main", "new", cwd=repository)
    assert places(ran) == ["new/app.py:7", "new/app.py:15"]


def test_the_base_is_where_the_branch_began(repository: Path) -> None:
    git(repository, "checkout", "-b", "topic")
    git(repository, "checkout", "main")
    (repository / "bad.py").write_text(GOOD)
    git(repository, "commit", "-am", "mended on main")
    git(repository, "checkout", "topic")
    assert check("--diff-base", "main", cwd=repository).returncode == 0


def test_in_a_folder_of_the_repository_with_any_kind_of_path(repository: Path) -> None:
    (repository / "service").mkdir()
    git(repository, "mv", "bad.py", "service/app.py")
    git(repository, "commit", "-m", "moved")
    (repository / "service" / "app.py").write_text(BAD + SECOND)
    inside = repository / "service"
    for path in (".", "app.py", inside / "app.py", "../service"):
        assert len(places(check("--diff-base", "main", path, cwd=inside))) == 1, path
    text = BAD + SECOND + SECOND.replace("again", "more")
    stdin = check("--diff-base", "main", "--stdin-filename", "app.py", "-", cwd=inside, stdin=text)
    assert places(stdin) == ["app.py:15", "app.py:19"]


def test_the_working_tree_and_git_are_left_as_they_were(repository: Path) -> None:
    (repository / "bad.py").write_text(BAD + SECOND)

    def state() -> list[tuple[str, bytes]]:
        return sorted((str(path), path.read_bytes()) for path in repository.rglob("*") if path.is_file())

    git(repository, "status")
    before = state()
    check("--diff-base", "main", cwd=repository)
    assert state() == before


def test_a_submodule_is_looked_at_as_it_was(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    inner = tmp_path_factory.mktemp("inner")
    (inner / "inside.py").write_text(BAD)
    git(inner, "init")
    git(inner, "add", "-A")
    git(inner, "commit", "-m", "inner")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "add", str(inner), "sub")
    git(repository, "commit", "-m", "with a submodule")
    ran = check("--diff-base", "HEAD", cwd=repository)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 in the base revision" in ran.stdout
    (repository / "sub" / "inside.py").write_text(BAD + SECOND)
    assert places(check("--diff-base", "HEAD", cwd=repository)) == ["sub/inside.py:15"]
    git(repository / "sub", "commit", "-am", "more")
    assert places(check("--diff-base", "HEAD", cwd=repository)) == ["sub/inside.py:15"]


def test_a_submodule_without_its_commit_is_named(repository: Path) -> None:
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(repository, "commit", "-m", "a submodule from afar")
    assert check("--diff-base", "HEAD", cwd=repository).returncode == 0, "it is not there, so nothing is in it"
    (repository / "sub").mkdir()
    git(repository / "sub", "init")
    (repository / "sub" / "inside.py").write_text(BAD)
    ran = check("--diff-base", "HEAD", cwd=repository)
    assert places(ran) == ["sub/inside.py:7"]
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("sub: the submodule lacks its commit 1111111111, ")


def test_an_unknown_revision_is_exit_2(repository: Path) -> None:
    for name in ("nowhere", "--all"):
        ran = check(f"--diff-base={name}", cwd=repository)
        assert (ran.returncode, ran.stdout) == (2, ""), name
        assert f"git knows no revision '{name}'" in ran.stderr


def test_a_wrong_configuration_at_the_base_says_so(repository: Path) -> None:
    (repository / ".invocation-lint.yaml").write_text("selcet: []\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "wrong")
    (repository / ".invocation-lint.yaml").write_text("select: [INV1]\n")
    ran = check("--diff-base", "main", cwd=repository)
    assert ran.returncode == 2
    assert "--diff-base: in " in ran.stderr and "selcet" in ran.stderr


def test_statistics_count_by_rule(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD + SECOND)
    (folder / "more.py").write_text(BAD)
    ran = run_lint("check", "--statistics", "--output", "full", "--output", "json=found.json", cwd=folder)
    assert ran.returncode == 1
    first, *_, last = ran.stdout.splitlines()
    assert first == "3  in 2 files  error  INV107 [invalid-invocation-type]"
    assert last.startswith("3 errors")
    assert len(json.loads((folder / "found.json").read_text())["findings"]) == 3


@pytest.mark.parametrize("name", ["pyproject.toml", ".invocation-lint.yaml"])
@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_wrong_baseline_is_told_with_the_line_that_names_it(folder: Path, name: str, content: str | None) -> None:
    line = 'baseline = "none.json"' if name == "pyproject.toml" else "baseline: none.json"
    (folder / name).write_text(f"{'[tool.invocation-lint]' if name == 'pyproject.toml' else '# ours'}\n{line}\n")
    if content is not None:
        (folder / "none.json").write_text(content)
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: {name}:2: baseline: ")
    assert "none.json" in ran.stderr
    assert check("--baseline", "none.json", cwd=folder).stderr.startswith("error: --baseline: ")


def test_a_baseline_in_a_folder_that_is_not_there_is_told_with_its_line(folder: Path) -> None:
    (folder / ".invocation-lint.yaml").write_text("baseline: none/known.json\n")
    ran = check("--write-baseline", cwd=folder)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: .invocation-lint.yaml:1: baseline: cannot write none/known.json: ")


def test_a_revision_with_notebooks_and_scripts_alone_is_looked_at(folder: Path) -> None:
    (folder / "bad.py").unlink()
    (folder / "good.py").unlink()
    (folder / "nb.ipynb").write_text(notebook(BAD))
    (folder / "run").write_text(f"#!/usr/bin/env python3\n{BAD}")
    (folder / ".git").rmdir()
    for arguments in (("init",), ("add", "-A"), ("commit", "-m", "first")):
        git(folder, *arguments)
    ran = check("--diff-base", "HEAD", cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, "no findings; 2 in the base revision; 2 files scanned, 2 analysed\n")
    (folder / "nb.ipynb").write_text(notebook("x = 1", BAD, "print()", BAD))
    assert places(check("--diff-base", "HEAD", cwd=folder)) == ["nb.ipynb:cell 4"]
