"""The same findings from the command line and from flake8, on every example there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.command import ROOT, Ran, run_lint
from tests.modules import FOUND, write_project

_BLOCK = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def write_examples(folder: Path) -> int:
    """Every `python` block of the rooms' READMEs, every proof, and the example application. Returns how many files."""
    (folder / ".git").mkdir()
    count = 0
    for readme in sorted((ROOT / "rules").glob("*/README.md")):
        for number, block in enumerate(_BLOCK.findall(readme.read_text("utf-8"))):
            (folder / f"{readme.parent.name[:6]}_{number}.py").write_text(block, "utf-8")
            count += 1
    for program in sorted([*(ROOT / "rules").glob("*/proof/*.py"), *(ROOT / "examples").rglob("*.py")]):
        copy = folder / program.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(program.read_bytes())
        count += 1
    return count


def test_command_line_and_flake8_agree_on_every_example(flake8: Callable[..., Ran], tmp_path: Path) -> None:
    assert write_examples(tmp_path) > 100
    document = json.loads(run_lint("check", "--output", "json", cwd=tmp_path).stdout)
    assert document["summary"]["files_not_analysed"] == 0
    ours = set()
    for one in document["findings"]:
        place, message = one["place"], " ".join(one["message"].split())
        ours.add(f"{place['path']}:{place['line']}:{place['column']}: {one['id']} [{one['name']}] {message}")
    ran = flake8("--select", "INV,INX", "-j2", ".", cwd=tmp_path)
    assert ran.stderr == ""
    theirs = {line.removeprefix("./") for line in ran.stdout.splitlines()}
    assert len(ours) > 50
    assert theirs == ours


def test_flake8_gives_for_one_file_or_buffer_what_the_whole_run_gives(
    flake8: Callable[..., Ran], tmp_path: Path
) -> None:
    write_project(tmp_path)
    whole = run_lint("check", "-q", "--output", "concise", ".", cwd=tmp_path).stdout.splitlines()
    for name in sorted({path for path, _ in FOUND}):
        expected = {tuple(line.split(" ")[:2]) for line in whole if line.startswith(f"{name}:")}
        text = (tmp_path / name).read_text(encoding="utf-8")
        alone = flake8("--select", "INV", name, cwd=tmp_path)
        buffer = flake8("--select", "INV", "--stdin-display-name", name, "-", cwd=tmp_path, stdin=text)
        for ran in (alone, buffer):
            assert {tuple(line.split(" ")[:2]) for line in ran.stdout.splitlines()} == expected, name
