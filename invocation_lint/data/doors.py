"""Libraries that invoke functions for their caller, read from `doors.json`: what their parameters are to Invoke."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from invocation_lint.records import record


@record
class Door:
    """A function or method by which a library invokes. `takes` has the keyword and the position of each parameter of
    Invoke. The payload is handed on `as_given`, `encoded` as JSON, or is the arguments of a `task`. It gives the
    `response` of boto3 or `nothing` of it, and runs `here` or `later`. With `itself` it invokes the function that it
    runs in, unless a name is given."""

    takes: tuple[tuple[str, str, int | None], ...]
    payload: str
    templates: str
    gives: str
    runs: str
    mode: str = ""
    itself: bool = False


@record
class Doors:
    """All of them: `by_call` by the dotted name, `made` the classes of their objects, `clients` the attributes of these
    by which they give their client, `made_with` what a class takes by position that its methods hand on (Airflow's hook
    before version 3 of its provider), and `words` the names that stand in a file of each package that uses one."""

    by_call: dict[str, Door]
    made: frozenset[str]
    clients: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]
    decorators: dict[str, frozenset[str]]
    made_with: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def doors() -> Doors:
    """The doors as shipped."""
    data = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    by_call: dict[str, Door] = {}
    words: dict[str, set[str]] = {}
    decorators: dict[str, set[str]] = {}
    for entry in data["doors"]:
        takes = tuple((name, keyword, position) for name, (keyword, position) in entry["takes"].items())
        door = Door(
            takes,
            entry["payload"],
            entry["templates"],
            entry["gives"],
            entry["runs"],
            entry.get("mode", ""),
            entry.get("itself", False),
        )
        by_call.update(dict.fromkeys(entry["calls"], door))
        words.setdefault(entry["package"], set()).update(
            call.rpartition(".")[2] for call in entry["calls"] if not call.startswith("@")
        )
        decorators.setdefault(entry["package"], set()).update(entry.get("decorators", ()))
    clients = {name: frozenset(attributes) for name, attributes in data["clients"].items()}
    made = {call[: call.index("()")] for call in by_call if "()" in call} | {name[:-2] for name in clients}
    made_with = {name: tuple(parameters) for name, parameters in data["made_with"].items()}
    return Doors(by_call, frozenset(made), clients, _frozen(words), _frozen(decorators), made_with)


def _frozen(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(held) for name, held in found.items()}
