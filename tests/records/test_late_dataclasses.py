"""libcst's nodes are the same whether its dataclasses are compiled at its import or when they are first asked for."""

from __future__ import annotations

import subprocess
import sys

from tests.command import ROOT, clean_environment

TOLD = """
import dataclasses, inspect, pickle, sys
import libcst as cst

for _, one in sorted(vars(cst).items()):
    if not isinstance(one, type) or not issubclass(one, cst.CSTNode):
        continue
    print(one.__qualname__, one.__slots__, one.__match_args__ if dataclasses.is_dataclass(one) else None)
    if dataclasses.is_dataclass(one):
        print(list(inspect.signature(one.__init__).parameters.values())[1:])
        print([(each.name, each.init, each.compare) for each in dataclasses.fields(one)])

text = "def f(a, *b: int, c=1):\\n    with x as y, z:\\n        return [i for i in a if i] or {**b}\\n"
tree = cst.parse_module(text)
print(tree.code == text, tree.deep_clone().code == text, pickle.loads(pickle.dumps(tree)).code == text)
name = cst.Name("a")
print(name == cst.Name("a"), name == name, {name: 1}[name], repr(name), name.with_changes(value="b").value)
print(isinstance(cst.Name("a").lpar, tuple), cst.ensure_type(name, cst.Name) is name)
set_it, delete_it = lambda: setattr(name, "value", "c"), lambda: delattr(name, "value")
for act in (set_it, delete_it, lambda: cst.Name(), lambda: cst.Name("")):
    try:
        act()
    except Exception as error:
        print(type(error).__name__, error)
"""


def _told(setup: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", setup + TOLD],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_the_nodes_are_the_same() -> None:
    late = "from invocation_lint.source.parsing.libcst_import import import_libcst\nimport_libcst()\n"
    told = _told(late)
    assert told == _told("")
    assert len(told.splitlines()) > 300


def test_other_dataclasses_are_made_as_usual_afterwards() -> None:
    check = (
        "import dataclasses\nusual = dataclasses.dataclass\n"
        "from invocation_lint.source.parsing.libcst_import import import_libcst\nimport_libcst()\n"
        "assert dataclasses.dataclass is usual\nimport libcst\n"
        "print(type(vars(libcst.GeneratorExp)['__init__']).__name__)\nlibcst.GeneratorExp.__init__\n"
        "print(type(vars(libcst.GeneratorExp)['__init__']).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["_Late", "function"], "")
