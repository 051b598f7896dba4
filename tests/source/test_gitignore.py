"""Patterns of .gitignore against git itself."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from invocation_lint.source.files.gitignore import translate


@pytest.mark.parametrize(
    ("line", "matching", "others"),
    [
        ("x.py", ["x.py", "a/x.py", "x.py/"], ["ax.py", "x.pyc", "x.py/a"]),
        ("gen/", ["gen/", "a/gen/"], ["gen", "gen/x.py"]),
        ("/x.py", ["x.py"], ["a/x.py"]),
        ("a/x.py", ["a/x.py"], ["b/a/x.py"]),
        ("*.py", ["x.py", ".py", "a/b/x.py"], ["x.pyi"]),
        ("a/*.py", ["a/x.py"], ["a/b/x.py", "b/a/x.py"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax"]),
        ("a/**", ["a/x", "a/b/x", "a/b/"], ["a/", "a", "b/a/x"]),
        ("a/**/x", ["a/x", "a/b/x", "a/b/c/x"], ["a/bx", "ax"]),
        ("**.py", ["x.py", "a/x.py"], ["x"]),
        ("a**b/c", ["ab/c", "axb/c"], ["a/b/c", "a/x/b/c"]),
        ("?.py", ["a.py"], ["ab.py", ".py", "/.py"]),
        ("[a-c].py", ["b.py"], ["d.py"]),
        ("[!a-c].py", ["d.py"], ["b.py"]),
        ("[^a].py", ["b.py"], ["a.py"]),
        ("[]a].py", ["].py", "a.py"], ["b.py"]),
        ("[[:digit:]_].py", ["1.py", "_.py"], ["a.py"]),
        ("[\\]-].py", ["].py", "-.py"], ["\\.py"]),
        ("x[!a]y", ["xby"], ["x/y", "xay"]),
        ("\\#x", ["#x"], ["\\#x"]),
        ("\\!x", ["!x"], ["x"]),
        ("x\\ ", ["x "], ["x"]),
        ("x   ", ["x"], ["x "]),
        (" x", [" x"], ["x"]),
        ("é.py", ["é.py"], ["e.py"]),
        ("a+(b).py", ["a+(b).py"], ["aab.py"]),
        ("x\ny", ["x\ny"], []),
    ],
)
def test_what_a_pattern_names(line: str, matching: list[str], others: list[str]) -> None:
    found = translate(line)
    assert found is not None
    assert found[0] is True
    assert [path for path in matching + others if re.compile(found[1], re.DOTALL).fullmatch(path)] == matching


@pytest.mark.parametrize("line", ["", "   ", "# x", "/", "!", "!/", "x[a", "x\\", "[[:nothing:]]"])
def test_what_is_no_pattern(line: str) -> None:
    assert translate(line) is None


def test_an_exclamation_mark_keeps() -> None:
    assert translate("!x.py") == (False, translate("x.py")[1])  # type: ignore[index]


PIECES = ["a", "b", "ab", "*", "/**/", "**/", "/**", "?", "[ab]", "[!a]", "/", "/", "/", "!", "\\a", " "]


@pytest.mark.parametrize("seed", range(6))
def test_random_patterns_name_what_git_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = ["".join(chance.choices(PIECES, k=chance.randint(1, 6))) for _ in range(60)]
    # Two stars beside something else are one to git, but not behind letters alone: an oddity nobody relies on.
    lines = [line for line in lines if not re.search(r"[^/!]\*\*|\*\*[^/]|//", line)]
    paths = [
        f"{one}{two}{three}" for one in ("a", "b", "ab") for two in ("", "/a", "/b", "/ab") for three in ("", "/a")
    ]
    for path in paths:
        (tmp_path / path).mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    config = ["-c", f"core.excludesFile={os.devnull}"]
    for line in lines:
        (tmp_path / ".gitignore").write_text(line + "\n")
        asked = "\0".join(paths)
        told = subprocess.run(
            ["git", *config, "check-ignore", "--stdin", "-z", "-v", "--non-matching", "--no-index"],
            cwd=tmp_path,
            input=asked,
            capture_output=True,
            text=True,
            check=False,
        )
        fields = told.stdout.split("\0")
        named = {f"{path}/" for pattern, path in zip(fields[2::4], fields[3::4], strict=False) if pattern}
        found = translate(line)
        ours = {f"{path}/" for path in paths if found and re.fullmatch(found[1], f"{path}/")}
        below = {f"{path}/" for path in paths if found and any(f"{path}/".startswith(one) for one in ours)}
        # Asked for a path below one that it ignores, git answers for that one.
        assert ours <= named <= below, line
