"""The proofs that the rooms speak of: words that are listed, programs that are short and whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

from invocation_lint.reference.proofs import WORDS, Room, find_room, rooms
from invocation_lint.reference.proofs.rooms import LOADER, read_room, rules_folder

ROOMS = list(rooms())
PROGRAMS = [program for room in ROOMS for program in (room.bad, room.good)]


def name_of(program: Path) -> str:
    return f"{program.parent.parent.name[:6]}-{program.stem}"


def test_every_rule_that_can_do_harm_has_a_proof() -> None:
    rules = [yaml.load(path.read_text(), LOADER) for path in rules_folder().glob("*/rule.yaml")]
    harmful = {rule["id"] for rule in rules if rule["severity"] != "advice"}
    assert harmful
    assert harmful <= {room.id for room in ROOMS}


@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_a_program_has_a_handler_and_a_main_on_at_most_forty_lines(program: Path) -> None:
    text = program.read_text()
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = {node.name for node in ast.parse(text).body if isinstance(node, definitions)}
    assert {"handler", "main"} <= functions
    assert len(text.splitlines()) <= 40
    assert text.rstrip().endswith('if __name__ == "__main__":\n    main()')


@pytest.mark.parametrize("program", PROGRAMS, ids=name_of)
def test_a_program_imports_of_us_the_platform_only(program: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(program.read_text())):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    ours = {name for name in imported if name.startswith("invocation_lint")}
    assert ours <= {"invocation_lint.reference.platform"}


def write_room(folder: Path, proof: str, programs: tuple[str, ...] = ("bad.py", "good.py")) -> Path:
    (folder / "proof").mkdir(parents=True)
    for program in programs:
        (folder / "proof" / program).write_text("")
    rule = folder / "rule.yaml"
    rule.write_text(f"id: INX001\nname: ours\n{proof}\n")
    return rule


def test_a_room_is_read(tmp_path: Path) -> None:
    rule = write_room(tmp_path / "INX001-ours", "proof: {bad: {observe: stuck_job}, good: {absent: second_story}}")
    expected = Room(
        "INX001",
        "ours",
        rule.parent / "proof" / "bad.py",
        rule.parent / "proof" / "good.py",
        WORDS["stuck_job"],
        WORDS["second_story"],
    )
    assert list(rooms(tmp_path)) == [expected]
    assert find_room("INX001", tmp_path) == expected
    assert find_room("INX002", tmp_path) is None


def test_advice_may_go_without_a_proof(tmp_path: Path) -> None:
    assert read_room(write_room(tmp_path, "proof: {none: it is a practice}")) is None


def test_an_unknown_word_is_refused(tmp_path: Path) -> None:
    rule = write_room(tmp_path, "proof: {bad: {observe: stuck_jobs}, good: {absent: stuck_job}}")
    with pytest.raises(ValueError, match=r"proof\.bad\.observe is 'stuck_jobs', which is none of the words"):
        read_room(rule)


def test_a_missing_program_is_refused(tmp_path: Path) -> None:
    rule = write_room(tmp_path, "proof: {bad: {observe: stuck_job}, good: {absent: stuck_job}}", ("bad.py",))
    with pytest.raises(ValueError, match=r"good\.py"):
        read_room(rule)
