"""Small projects in text files, and what their invocations send.

A project begins with `# == what it shows`, a file of it with `# -- name` (`app.py` where nothing is said), and
`# => function mode keys layers` says what one invocation sends, seen from the outermost call that leads to it:

* the function's name, `$VARIABLE` for the environment variable that names it, `~pattern` where only pieces are known;
* the mode;
* the payload's keys, `?` behind one that is not always sent, `*` where there may be others, `none` without a payload;
* how often it must be decoded, with the encoding where that is not JSON.

`?` stands for what is not known, `|` between alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invocation_lint.engine import Input, facts_in
from invocation_lint.facts.base import Fact, OneOf, Range, Unknown
from invocation_lint.findings import Place
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HERE = Path(__file__).parent

Way = tuple[tuple[Place, ...], Place]


@dataclass
class Example:
    """One project: its files by name, and what is sent."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)


def examples(file: str) -> dict[str, Example]:
    """The projects of a text file by name."""
    found: dict[str, Example] = {}
    current, name = Example(""), "app.py"
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("# == "):
            current, name = Example(line[5:]), "app.py"
            assert current.name not in found, current.name
            found[current.name] = current
        elif line.startswith("# -- "):
            name = line[5:]
            current.files[name] = ""
        elif line.startswith("# => "):
            current.sent.append(line[5:])
        elif line or name in current.files:
            current.files[name] = current.files.get(name, "") + line + "\n"
    return found


def write(example: Example, folder: Path) -> list[Input]:
    """Writes the files into a repository; the Python files among them, in order of their names."""
    (folder / ".git").mkdir(parents=True)
    for name, text in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [Input(str(path), path) for path in sorted(folder.rglob("*.py"))]


def facts_of(inputs: Iterable[Input], project: Project | None = None) -> dict[str, tuple[Fact, ...]]:
    """The facts of each file, as one run over them in that order finds them."""
    project = project or Project(Configuration())
    found = ((given.name, facts_in(given, project.settings(given.path), project)) for given in inputs)
    return {name: told.facts if told is not None else () for name, told in found}


def sent(facts: Iterable[Fact]) -> set[str]:
    """What the invocations send, each as it is seen from the outermost call."""
    ways = {(tuple(step.place for step in fact.chain), fact.site): fact for fact in facts if fact.kind == "invocation"}
    outermost = [fact for way, fact in ways.items() if not any(_goes_on(way, other) for other in ways)]
    return {_summary(fact) for fact in outermost}


def _goes_on(way: Way, other: Way) -> bool:
    """Whether another way to the same call site begins further out."""
    (chain, site), (longer, other_site) = way, other
    return site == other_site and len(longer) > len(chain) and longer[len(longer) - len(chain) :] == chain


def _summary(fact: Fact) -> str:
    data = fact.data
    name = _word(data.function.name)
    if isinstance(data.function.environment_variable, str):
        name = f"${data.function.environment_variable}"
    elif name == "?" and isinstance(data.function.pattern, str):
        name = f"~{data.function.pattern}"
    payload = data.payload
    if payload is None:
        return f"{name} {_word(data.invocation_type)} none"
    if isinstance(payload, Unknown):
        return f"{name} {_word(data.invocation_type)} ? ?"
    layers = _word(payload.layers) + ("" if payload.encoding == "json" else _word(payload.encoding))
    return f"{name} {_word(data.invocation_type)} {_keys(payload)} {layers}"


def _keys(payload: Any) -> str:
    if isinstance(payload.keys, Unknown):
        return "?"
    names = sorted(key.name + ("" if key.presence == "yes" else "?") for key in payload.keys)
    return ",".join([*names, *(["*"] if payload.open == "yes" else [])]) or "{}"


def _word(answer: Any) -> str:
    if answer is None:
        return "-"
    if isinstance(answer, OneOf):
        return "|".join(sorted(map(str, answer.values)))
    if isinstance(answer, Range):
        return f"{answer.min}..{answer.max}"
    return "?" if isinstance(answer, Unknown) else str(answer)
