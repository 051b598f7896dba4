"""A method is asked for where its class can be known, and only there: its name alone says little."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.run import Run
from invocation_lint.settings.files import Configuration

SENDER = """
import boto3

class Sender:
    def process(self, name, mode):
        boto3.client("lambda").invoke(FunctionName=name, InvocationType=mode, Payload=b"{}")
"""
ASKED = 'process("story", "Async")'  # no such type: a finding stands at the caller that says so

WAYS = {
    "made here": {"app.py": f"from sending import Sender\n\ndef go():\n    Sender().{ASKED}\n"},
    "made by a function of another module": {
        "making.py": "from sending import Sender\n\ndef make():\n    return Sender()\n",
        "app.py": f"from making import make\n\ndef go():\n    make().{ASKED}\n",
    },
    "made by a function through another": {
        "making.py": "from sending import Sender\n\ndef make():\n    return Sender()\n",
        "handing.py": "from making import make\n\ndef get():\n    return make()\n",
        "app.py": f"import handing\n\ndef go():\n    handing.get().{ASKED}\n",
    },
    "kept by another class": {
        "keeping.py": "from sending import Sender\n\nclass Keeper:\n    def __init__(self):\n"
        "        self.sender = Sender()\n",
        "app.py": f"from keeping import Keeper\n\ndef go():\n    Keeper().sender.{ASKED}\n",
    },
    "kept by a base class": {
        "keeping.py": "from sending import Sender\n\nclass Keeper:\n    def __init__(self):\n"
        "        self.sender = Sender()\n",
        "app.py": f"from keeping import Keeper\n\nclass Job(Keeper):\n    def go(self):\n        self.sender.{ASKED}\n",
    },
    "a subclass": {
        "more.py": "from sending import Sender\n\nclass Loud(Sender):\n    pass\n",
        "app.py": f"from more import Loud\n\ndef go():\n    Loud().{ASKED}\n",
    },
    "its own subclass": {
        "app.py": f"import sending\n\nclass Loud(sending.Sender):\n    def go(self):\n        self.{ASKED}\n",
    },
    "a name of another module": {
        "making.py": "from sending import Sender\n\nsender = Sender()\n",
        "app.py": f"import making\n\ndef go():\n    making.sender.{ASKED}\n",
    },
    "a table of another module": {
        "making.py": 'from sending import Sender\n\nsenders = {"story": Sender()}\n',
        "app.py": f'from making import senders\n\ndef go():\n    senders["story"].{ASKED}\n',
    },
    "another name of the class": {
        "making.py": "from sending import Sender as Post\n",
        "app.py": f"from making import Post\n\ndef go():\n    Post().{ASKED}\n",
    },
    "passed on by a package": {
        "shop/__init__.py": "from sending import Sender\n",
        "app.py": f"import shop\n\ndef go():\n    shop.Sender().{ASKED}\n",
    },
    "handed to a function that knows no class": {
        "working.py": f"import sending\n\ndef work(one):\n    one.{ASKED}\n",
        "app.py": "from sending import Sender\nfrom working import work\n\ndef go():\n    work(Sender())\n",
    },
    "handed on by functions that know no class": {
        "working.py": f"import sending\n\ndef work(one):\n    one.{ASKED}\n",
        "giving.py": "from working import work\n\ndef give(one):\n    work(one)\n",
        "app.py": "from sending import Sender\nfrom giving import give\n\ndef go():\n    give(Sender())\n",
    },
    "mixed into a class": {
        "mixing.py": f"import sending\n\nclass Mixin:\n    def work(self):\n        self.{ASKED}\n",
        "app.py": "from mixing import Mixin\nfrom sending import Sender\n\nclass Job(Mixin, Sender):\n    pass\n\n"
        "def go():\n    Job().work()\n",
    },
}


def checked(folder: Path, files: dict[str, str]) -> Run:
    (folder / ".git").mkdir()
    inputs = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        inputs.append(Input(str(path), path))
    return lint(inputs, Project(Configuration(values={"select": ["INV107"]})))


@pytest.mark.parametrize("way", WAYS)
def test_the_method_is_reached(tmp_path: Path, way: str) -> None:
    run = checked(tmp_path, {"sending.py": SENDER, **WAYS[way]})
    assert [finding.id for finding in run.report.findings] == ["INV107"]


def test_who_knows_no_such_class_is_not_looked_into(tmp_path: Path) -> None:
    others = {
        f"other{n}.py": f"import sending\n\nclass Other{n}:\n    def process(self, one):\n        one.process()\n"
        for n in range(5)
    }
    run = checked(tmp_path, {"sending.py": SENDER, **others})
    assert (run.report.summary.files_found, run.report.summary.files_analysed) == (6, 1)


def test_who_names_the_class_is_looked_into(tmp_path: Path) -> None:
    app = "from sending import Sender\n\ndef go(one: Sender):\n    one.process()\n"
    run = checked(tmp_path, {"sending.py": SENDER, "app.py": app})
    assert run.report.summary.files_analysed == 2
