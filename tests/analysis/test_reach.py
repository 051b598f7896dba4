"""Who reaches a call site is found by looking into the modules that reach it, and into no others."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.analysis.program import reach as searching
from invocation_lint.analysis.program.demand import Demand, Scope
from invocation_lint.analysis.program.reach import MAX_CALLERS, MAX_LEVELS, Reach
from invocation_lint.analysis.program.ways import demand_of
from invocation_lint.source.files.project_files import ProjectFiles

SITE = "import boto3\nclient = boto3.client('lambda')\ndef send(p):\n    client.invoke(FunctionName='f', Payload=p)\n"
Files = dict[str, str]
Shape = Callable[[int], Files]


def ring(count: int) -> Files:
    """Modules that import each other in a circle, one of them with a call site and one that calls it."""
    files = {f"m{n}.py": f"import m{(n + 1) % count}\ndef h{n}():\n    return {n}\n" for n in range(count)}
    files["m0.py"] += SITE
    files["m1.py"] += "from m0 import send\ndef go():\n    send(1)\n"
    return files


def callers(count: int) -> Files:
    """A helper that many modules call, and as many that only import its module."""
    files = {"helper.py": SITE + "OTHER = 1\n"}
    files |= {f"c{n}.py": f"from helper import send\ndef go{n}():\n    send({n})\n" for n in range(count)}
    return files | {f"x{n}.py": f"from helper import OTHER\ndef use{n}():\n    return OTHER\n" for n in range(count)}


def chain(count: int) -> Files:
    """Modules each of which calls the next; the last holds a call site."""
    files = {f"m{n}.py": f"from m{n + 1} import h{n + 1}\ndef h{n}():\n    h{n + 1}()\n" for n in range(count)}
    return files | {f"m{count}.py": SITE + f"def h{count}():\n    send(1)\n"}


def package(count: int) -> Files:
    """A package that hands on what its modules define, which import from it in turn; each has a call site."""
    files = {
        f"pkg/m{n}.py": f"from pkg import send{(n + 1) % count}\ndef more{n}():\n    send{(n + 1) % count}(1)\n"
        + SITE.replace("send", f"send{n}")
        for n in range(count)
    }
    files["pkg/__init__.py"] = "".join(f"from pkg.m{n} import send{n}\n" for n in range(count))
    return files | {"app.py": "from pkg import send0\ndef run():\n    send0(1)\n"}


def project(folder: Path, files: Files) -> Reach:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Reach(ProjectFiles(folder))


def key(reach: Reach, name: str) -> str:
    return f"{reach.files.root}/{name}"


def names(reach: Reach, keys: tuple[str, ...]) -> list[str]:
    return [one.removeprefix(f"{reach.files.root}/") for one in keys]


def test_of_a_circle_only_the_modules_on_the_way_are_looked_into(tmp_path: Path) -> None:
    files = ring(40)
    reach = project(tmp_path, files)
    assert [name for name in files if reach.leads(key(reach, name))] == ["m0.py", "m1.py"]
    assert sorted(names(reach, reach.outlined)) == ["m0.py", "m1.py"]


def test_importers_that_name_nothing_are_not_looked_into(tmp_path: Path) -> None:
    files = callers(20)
    reach = project(tmp_path, files)
    assert [name for name in files if reach.leads(key(reach, name))] == [f"c{n}.py" for n in range(20)]
    assert not [name for name in names(reach, reach.outlined) if name.startswith("x")]


def test_a_chain_is_followed_so_many_levels(tmp_path: Path) -> None:
    files = chain(30)
    reach = project(tmp_path, files)
    leading = [name for name in files if reach.leads(key(reach, name))]
    assert leading == [f"m{n}.py" for n in range(30 - MAX_LEVELS - 1, 30)]
    assert len(reach.outlined) <= MAX_LEVELS + 2
    assert len(reach.callers(key(reach, "m30.py"))) == MAX_LEVELS


def test_so_many_callers_are_told_and_the_nearest_first(tmp_path: Path) -> None:
    files = callers(MAX_CALLERS + 5)
    files["far.py"] = "import c0\ndef far():\n    c0.go0()\n"
    reach = project(tmp_path, files)
    assert len(reach.callers(key(reach, "helper.py"))) == MAX_CALLERS
    few = project(tmp_path / "few", {**callers(2), "far.py": files["far.py"]})
    assert names(few, few.callers(key(few, "helper.py"))) == ["c0.py", "c1.py", "far.py"]


def test_a_package_that_only_hands_on_is_no_caller_and_no_level(tmp_path: Path) -> None:
    outer = "from .a import send\n__all__ = ['send']\n"
    files = {"a/b/c/helper.py": SITE, "a/b/c/__init__.py": "from .helper import send\n"}
    files |= {
        "a/b/__init__.py": "from .c import send\n",
        "a/__init__.py": "from .b import send\n",
        "w/__init__.py": outer,
    }
    files["app.py"] = "from a import send\ndef go():\n    send(1)\n"
    reach = project(tmp_path, files)
    assert names(reach, reach.callers(key(reach, "a/b/c/helper.py"))) == ["app.py"]
    assert reach.leads(key(reach, "app.py"))


@pytest.mark.parametrize("shape", [ring, callers, chain, package])
def test_what_is_worked_out_grows_with_the_project(
    tmp_path: Path, shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[int] = []

    def counted(module: Scope[Any]) -> Demand:
        worked[-1] += 1
        return demand_of(module)

    monkeypatch.setattr(searching, "demand_of", counted)
    for count in (20, 40):
        worked.append(0)
        files = shape(count)
        reach = project(tmp_path / str(count), files)
        for name in files:
            reach.foreign(key(reach, name))
        assert worked[-1] <= (MAX_LEVELS + 1) * len(files)
    assert worked[1] <= 2.2 * worked[0]


@pytest.mark.parametrize("shape", [ring, callers, chain, package])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_same_whichever_module_is_asked_for_first(tmp_path: Path, shape: Shape, seed: int) -> None:
    files = shape(12)
    first = project(tmp_path, files)
    keys = [key(first, name) for name in files]
    whole = {one: first.foreign(one) for one in keys}
    random.Random(seed).shuffle(keys)
    again = Reach(ProjectFiles(tmp_path))
    assert {one: again.foreign(one) for one in keys} == whole
    assert [again.callers(one) for one in keys] == [first.callers(one) for one in keys]


def test_through_a_package_only_who_names_what_leads_to_the_module_is_its_caller(tmp_path: Path) -> None:
    files = package(20)
    reach = project(tmp_path, files)
    assert names(reach, reach.callers(key(reach, "pkg/m0.py"))) == ["app.py", "pkg/m1.py", "pkg/m19.py"]
    renamed = {
        **files,
        "pkg/__init__.py": files["pkg/__init__.py"] + "deliver = send0\nfrom pkg.m0 import send0 as post\n",
    }
    renamed |= {"a.py": "import pkg\npkg.deliver(1)\n", "b.py": "import pkg\npkg.post(1)\n"}
    again = project(tmp_path / "renamed", renamed)
    assert {"a.py", "b.py"} <= {*names(again, again.callers(key(again, "pkg/m0.py")))}
