"""Objects of the construct library: what is made of a class, and what is asked of an object."""

from __future__ import annotations

from typing import Any

from invocation_lint.deployment.cdk_constructs.runs import BaseRun
from invocation_lint.deployment.cdk_constructs.texts import filled
from invocation_lint.deployment.cdk_constructs.things import Call, Choice, Lib, Obj, Scope, Thing
from invocation_lint.deployment.values import Hole, Text


def noted(run: BaseRun, owner: Any, name: str, arguments: list[Any], node: Any, scope: Scope) -> Call:
    """A call of a method of an object of a library."""
    made = Call(owner, name, tuple(map(kept, arguments)), run.place(scope, node), run.when)
    run.note(made)
    return made


def kept(value: Any, depth: int = 0) -> Any:
    """An argument as it is at the moment: what is done to an object later does not count."""
    if isinstance(value, Obj) and depth < 4:
        return Obj({name: kept(one, depth + 1) for name, one in value.entries.items()}, value.open, value.when)
    if isinstance(value, list):
        return [kept(one, depth + 1) for one in value]
    return value


def adopt(run: BaseRun, thing: Thing, base: Lib, arguments: list[Any]) -> None:
    """Make an object one of a class of a library."""
    thing.kind, thing.module = base.last, "/".join(base.names[:-1]).replace("_", "-")
    thing.args = tuple(map(kept, arguments))
    around = run.known_now(arguments[0]) if arguments else None
    if isinstance(around, Choice):
        around = next((one.content for one in around.cases if isinstance(one.content, Thing)), None)
    id = arguments[1] if len(arguments) > 1 else None
    if isinstance(around, (Thing, Hole)) and isinstance(id, (str, Text, Hole, Choice)):
        thing.parent = around if isinstance(around, Thing) else None
        above = around.path if isinstance(around, Thing) else ""
        path = f"{above}/{filled(id)}" if above else filled(id)
        if thing.kind in {"Stack", "Stage"} and thing.cls is not None:
            run.deploy(thing, thing.cls, path)
            return
        thing.deployment = around.deployment if isinstance(around, Thing) else ""
        thing.path = run.unique(path, thing.deployment)
    run.note(thing)
