"""What is sent is known through the modules, settings, wrappers and payloads that people write."""

from __future__ import annotations

import random
from pathlib import Path
from textwrap import indent

import pytest

from invocation_lint.engine import Input
from invocation_lint.facts.base import Fact
from tests.engine.sent.projects import HERE, Example, examples, facts_of, sent, write

PROJECTS = {
    f"{file}: {name}": example
    for file in (
        "imports",
        "roots",
        "constants",
        "settings",
        "clients",
        "functions",
        "closures",
        "classes",
        "held",
        "annotations",
    )
    for name, example in examples(f"{file}.txt").items()
}
PAYLOADS = {
    f"{file}: {name}": example
    for file in ("mappings", "branches", "changes", "encodings", "models", "objects")
    for name, example in examples(f"payload_{file}.txt").items()
}
HEAD = (HERE / "payload_head.txt").read_text(encoding="utf-8")


def sent_in(example: Example, folder: Path) -> set[str]:
    found = facts_of(write(example, folder))
    return sent(fact for facts in found.values() for fact in facts)


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_sent(name: str, tmp_path: Path) -> None:
    assert sent_in(PROJECTS[name], tmp_path / "project") == set(PROJECTS[name].sent)


@pytest.mark.parametrize("name", PAYLOADS)
def test_payload(name: str, tmp_path: Path) -> None:
    """The example is the body of a function with two parameters of which nothing is known."""
    example = PAYLOADS[name]
    whole = Example(name, {"app.py": HEAD + indent(example.files["app.py"], "    ")})
    assert sent_in(whole, tmp_path / "project") == set(example.sent)


@pytest.mark.parametrize("name", [name for name, example in PROJECTS.items() if len(example.files) > 1])
def test_each_file_has_the_same_facts_whatever_was_looked_at_before(name: str, tmp_path: Path) -> None:
    inputs = write(PROJECTS[name], tmp_path / "project")
    whole = facts_of(inputs)
    assert facts_of(reversed(inputs)) == whole
    assert {given.name: facts_of([given])[given.name] for given in inputs} == whole


@pytest.fixture(scope="module")
def one_repository(tmp_path_factory: pytest.TempPathFactory) -> list[Input]:
    """All projects as folders of one repository: many of their modules have the same names."""
    together = Example("all of them")
    for number, example in enumerate(PROJECTS.values()):
        files = {name: text for name, text in example.files.items() if not name.startswith(".")}
        together.files.update({f"project_{number}/{name}": text for name, text in files.items()})
    return write(together, tmp_path_factory.mktemp("repository") / "all")


@pytest.fixture(scope="module")
def whole_repository(one_repository: list[Input]) -> dict[str, tuple[Fact, ...]]:
    found = facts_of(one_repository)
    assert len([facts for facts in found.values() if facts]) > len(PROJECTS)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_any_cut_of_one_repository_has_the_same_facts(
    seed: int, one_repository: list[Input], whole_repository: dict[str, tuple[Fact, ...]]
) -> None:
    chance = random.Random(seed)
    chosen = chance.sample(one_repository, chance.randint(1, len(one_repository) // 3))
    assert facts_of(chosen) == {given.name: whole_repository[given.name] for given in chosen}
