"""Which files are found, under which names, and what is told about paths that are not there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.source.files.discover import find_files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder that is not in a repository."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str, text: str = "") -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def names(*paths: str, left_out: tuple[str, ...] = ()) -> list[str]:
    return [file.name for file in find_files(paths, leaves_out=lambda path: path.name in left_out)]


def test_python_files_below_a_folder_in_order() -> None:
    write("b.py", "a/z.py", "a/b/c.py", "a.py", "a/note.txt", "stub.pyi", "script", "x.PY")
    assert names(".") == ["a.py", "a/b/c.py", "a/z.py", "b.py"]
    assert names("a") == names("./a/") == names(f"{Path.cwd()}/a") == ["a/b/c.py", "a/z.py"]


def test_files_that_are_named_are_taken_whatever_their_name() -> None:
    write("script", "x.txt")
    assert names("script", "./x.txt") == ["script", "x.txt"]


def test_notebooks_windowed_programs_and_scripts_are_found() -> None:
    write("a.ipynb", "b.pyw", "c.txt", "README", ".ipynb_checkpoints/a.ipynb")
    write("bin/env", text="#!/usr/bin/env python3\nprint()\n")
    write("bin/abs", text="#!/opt/venv/bin/python3.12 -u\n")
    write("bin/uv", text="#!/usr/bin/env -S uv run --script\n")
    write("bin/pypy", text="#! /usr/bin/pypy3\n")
    write("bin/shell", text="#!/bin/sh\nexec python x.py\n")
    write("bin/pythonic", text="#!/usr/bin/env bash\n# python\n")
    write("bin/late", text="\n#!/usr/bin/env python3\n")
    write("bin/run.sh", text="#!/usr/bin/env python3\n")
    assert names(".") == ["a.ipynb", "b.pyw", "bin/abs", "bin/env", "bin/pypy", "bin/uv"]


def test_type_stubs_are_left_out_and_told() -> None:
    write("a.py", "a.pyi", "b/c.pyi", "ignored.pyi")
    write(".gitignore", text="ignored.pyi\n")
    told: list[str] = []
    assert [file.name for file in find_files([".", "b/c.pyi"], on_stub=told.append)] == ["a.py"]
    assert sorted({Path(stub).name for stub in told}) == ["a.pyi", "c.pyi"]


def test_a_link_that_is_named_keeps_its_name_unless_its_file_is_met() -> None:
    write("y.py")
    Path("again.py").symlink_to("y.py")
    assert names("again.py") == ["again.py"]
    assert names("again.py", "y.py") == names("y.py", "again.py") == ["y.py"]


def test_each_file_comes_once_however_it_is_reached() -> None:
    write("a/x.py", "y.py")
    Path("link.py").symlink_to("y.py")
    Path("b").symlink_to("a")
    found = find_files(["a", "y.py", "./a/x.py", "b/x.py", f"{Path.cwd()}/y.py", "link.py", "."])
    assert [(file.name, file.given) for file in found] == [("a/x.py", True), ("y.py", True)]


def test_only_what_is_named_is_given() -> None:
    write("a/x.py", "a/y.py")
    assert [file.given for file in find_files(["a", "a/y.py"])] == [False, True]
    assert [file.given for file in find_files(["*/x.py"])] == [True]


def test_names_outside_the_working_folder_stay_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a/x.py", "b/y.py")
    root = Path.cwd()
    monkeypatch.chdir("b")
    assert names("../a", "../a/../b/y.py", f"{root}/a/x.py") == ["../a/x.py", "y.py"]
    assert names(f"{root}/a") == [f"{root}/a/x.py"]


def test_caches_environments_and_builds_are_not_entered() -> None:
    kept = "src/build/dist/x.py"
    skipped = (".git/hooks", "__pycache__", ".tox/py", ".venv/lib", "node_modules/m", ".aws-sam/build", "cdk.out")
    write(kept, "env/pyvenv.cfg", "env/lib/x.py", *(f"{name}/x.py" for name in skipped))
    assert names(".") == [kept]


def test_a_cache_or_environment_that_is_named_is_entered() -> None:
    write(".venv/pyvenv.cfg", ".venv/lib/x.py")
    assert names(".venv") == [".venv/lib/x.py"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("none.py", "none.py: there is no such file or folder"),
        ("a.py/x", "a.py/x: there is no such file or folder"),
        ("broken.py", "broken.py: a link to gone.py, which does not exist"),
        ("loop.py", "loop.py: a link that leads back to itself"),
        ("*.pyx", "*.pyx: no file matches"),
        ("empty", "empty: no Python files here"),
        ("pipe", "pipe: is neither a file nor a folder"),
        ("", "there is no such file or folder"),
    ],
)
def test_a_path_without_files_is_a_mistake(path: str, says: str) -> None:
    write("a.py", "empty/x.txt", "empty/.venv/x.py")
    Path("broken.py").symlink_to("gone.py")
    Path("loop.py").symlink_to("loop.py")
    os.mkfifo("pipe")
    with pytest.raises(UsageError) as raised:
        find_files(["a.py", path])
    assert says in raised.value.message
    assert "\n" not in raised.value.message


def test_links_that_are_found() -> None:
    write("real/x.py", "y.py")
    Path("broken.py").symlink_to("gone.py")
    Path("loop.py").symlink_to("loop.py")
    Path("again.py").symlink_to("y.py")
    Path("real/up").symlink_to("..")
    assert names(".") == ["y.py", "real/x.py"], "the file, not the link to it"


def test_a_glob_is_expanded_unless_a_file_has_that_very_name() -> None:
    write("a/x.py", "a/b/y.py", "[xy].py", "x.py")
    assert names("a/**/*.py") == ["a/b/y.py", "a/x.py"]
    assert names("[xy].py") == ["[xy].py"]
    assert names("?") == ["a/b/y.py", "a/x.py"]


@pytest.mark.parametrize(
    "name",
    ["with space.py", "-dash.py", "naïve.py", "new\nline.py", "quote'\".py", "per%cent.py", os.fsdecode(b"\xe9.py")],
)
def test_odd_names_survive(name: str) -> None:
    write(name, text="x")
    (file,) = find_files(["."])
    assert (file.name, file.path.read_text()) == (name, "x")
    assert names(name) == [name]


def test_a_folder_that_cannot_be_listed_comes_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("a/x.py", "b/y.py")
    real = os.scandir

    def scandir(folder: str) -> object:
        if folder.endswith("/b"):
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert names(".") == ["a/x.py", "b"]
    assert names("b") == ["b"]


def test_a_folder_that_is_left_out_is_not_entered() -> None:
    write("a/x.py", "gen/y.py", "a/gen/z.py")
    assert names(".", left_out=("gen",)) == ["a/x.py"]
    assert names("gen", left_out=("gen",)) == ["gen/y.py"]


def test_a_folder_of_which_all_is_left_out_is_no_mistake() -> None:
    write("a/gen/y.py")
    assert names("a", left_out=("gen",)) == []


class TestGitIgnores:
    """In a repository."""

    @pytest.fixture(autouse=True)
    def repository(self, folder: Path) -> None:
        (folder / ".git" / "info").mkdir(parents=True)

    def test_nested_files_and_negations(self) -> None:
        write(".gitignore", text="gen/\n*_pb2.py\n/top.py\n!keep_pb2.py\n# x.py\n\\#.py\n")
        write("a/.gitignore", text="!*_pb2.py\nlocal.py\n")
        write("gen/x.py", "a/gen/y.py", "z_pb2.py", "keep_pb2.py", "top.py", "a/top.py", "a/q_pb2.py", "x.py", "#.py")
        write("a/local.py", "local.py", "a/b/local.py")
        assert names(".") == ["a/q_pb2.py", "a/top.py", "keep_pb2.py", "local.py", "x.py"]

    def test_what_is_in_an_ignored_folder_cannot_be_kept(self) -> None:
        write(".gitignore", text="gen/\n!gen/x.py\npart/*\n!part/x.py\n")
        write("gen/x.py", "part/x.py", "part/y.py")
        assert names(".") == ["part/x.py"]

    def test_the_ignores_of_folders_above_count_up_to_the_repository(self) -> None:
        write(".gitignore", text="*_gen.py\na/b/c.py\n")
        write("a/.gitignore", text="d.py\n")
        write("a/b/c.py", "a/b/d.py", "a/b/e_gen.py", "a/b/f.py")
        assert names("a/b") == ["a/b/f.py"]

    def test_a_file_or_folder_that_is_named_is_read_though_ignored(self) -> None:
        write(".gitignore", text="build/\nx.py\n")
        write("build/y.py", "build/.gitignore", "build/gen/z.py", "x.py", "w.py")
        Path("build/.gitignore").write_text("gen\n")
        assert names("build", "x.py") == ["build/y.py", "x.py"]
        assert names(".") == ["w.py"]

    def test_the_excludes_of_the_repository_count_less(self) -> None:
        Path(".git/info/exclude").write_text("*.py\n")
        write(".gitignore", text="!a.py\n")
        write("a.py", "b.py")
        assert names(".") == ["a.py"]

    def test_a_repository_inside_starts_anew(self) -> None:
        write(".gitignore", text="x.py\n")
        write("sub/.git/info/exclude", text="y.py\n")
        write("sub/x.py", "sub/y.py", "x.py", "y.py")
        assert names(".") == ["sub/x.py", "y.py"]

    def test_a_worktree_has_the_excludes_of_its_repository(self, folder: Path) -> None:
        write(".git/info/exclude", text="y.py\n")
        write(".git/worktrees/w/commondir", text="../..\n")
        write("w/.git", text=f"gitdir: {folder}/.git/worktrees/w\n")
        write("w/x.py", "w/y.py")
        assert names("w") == ["w/x.py"]

    def test_lines_that_are_no_patterns_are_passed_over(self) -> None:
        Path(".gitignore").write_bytes(b"!\n\xff*.py\nx.py\r\n   \n")
        write("x.py", "y.py")
        assert names(".") == ["y.py"]

    def test_all_ignored_is_a_mistake_that_says_why(self) -> None:
        write(".gitignore", text="*.py\n")
        write("a/x.py")
        with pytest.raises(UsageError, match="no Python files here") as raised:
            find_files(["a"])
        assert "git ignores" in raised.value.help


def test_ignore_files_count_without_a_repository_too_but_not_those_above() -> None:
    write(".gitignore", text="x.py\n")
    write("a/.gitignore", text="y.py\n")
    write("a/x.py", "a/y.py")
    assert names("a") == ["a/x.py"]


def test_the_same_files_as_git_lists(tmp_path: Path) -> None:
    write(".gitignore", text="*.gen.py\n/a/*/x.py\n**/deep/\n!b/deep/\nfoo/**/bar.py\nq[0-9].py\n sp.py\ntrail.py  \n")
    write("b/.gitignore", text="*\n!*/\n!y.py\n")
    write("foo/bar.py", "foo/1/2/bar.py", "a/1/x.py", "a/x.py", "deep/x.py", "b/deep/y.py", "b/deep/x.py", "b/y.py")
    write("q1.py", "qa.py", "r.gen.py", "a/r.gen.py", "sp.py", " sp.py", "trail.py", "c/é.py", "b/c/d/y.py")
    git = ["git", "-c", "core.quotePath=off", "-c", f"core.excludesFile={os.devnull}"]
    subprocess.run([*git, "init", "-q", "."], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard", "*.py"], check=True, capture_output=True, text=True
    )
    expected = sorted(name for name in listed.stdout.split("\0") if name)
    assert len(expected) > 5
    assert sorted(names(".")) == expected
