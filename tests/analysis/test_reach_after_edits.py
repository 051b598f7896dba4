"""A search goes on from what an earlier one found, as long as edits leave what leads to call sites as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.analysis.program.reach import Reach, told
from invocation_lint.cache.searches import plain_search, search_of
from invocation_lint.source.files.project_files import ProjectFiles

FILES = {
    "sending.py": "import boto3\n\ndef send(p):\n    boto3.client('lambda').invoke(FunctionName='f', Payload=p)\n",
    "service.py": "from sending import send\n\ndef work(p):\n    send(p)\n\ndef other(p):\n    return p\n",
    "app.py": "import service\n\ndef handler(event, context):\n    service.work(event)\n",
    "pkg/__init__.py": "from sending import send\n",
    "aside.py": "import service\n\ndef run(event):\n    return service.other(event)\n",
    "test_own.py": "from sending import send\n\ndef go(p):\n    send(p)\n",
}


def _project(folder: Path, files: dict[str, str]) -> ProjectFiles:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return ProjectFiles(folder)


def _found(reach: Reach, folder: Path) -> list[tuple[str, bool, tuple[str, ...]]]:
    keys = [str(folder / name) for name in FILES]
    return [(told(reach.foreign(key)), reach.leads(key), reach.callers(key)) for key in keys]


@pytest.mark.parametrize(
    ("name", "old", "new", "is_same"),
    [
        ("service.py", "return p", "return [p]", True),
        ("service.py", "def other(p):", "def more():\n    pass\n\ndef other(p):", True),
        ("service.py", "    send(p)\n", "    log(p)\n    send(p)\n", True),
        ("service.py", "return p", "return send(p)", False),
        ("service.py", "    send(p)\n", "    print(p)\n", False),
        ("service.py", "def work", "def working", False),
        ("app.py", "service.work(event)", "service.work(event, 1)", True),
        ("aside.py", "service.other(event)", "service.work(event)", False),
        ("sending.py", "def send", "def put", False),
        ("sending.py", ".invoke(FunctionName='f', Payload=p)", ".list_functions()", False),
        ("pkg/__init__.py", "\n", "\n# a comment\n", False),  # packages may import each other in a circle
        ("test_own.py", "def go", "def test_go", False),  # it is a test now
    ],
)
def test_what_is_known_after_an_edit(tmp_path: Path, name: str, old: str, new: str, is_same: bool) -> None:
    before = Reach(_project(tmp_path, FILES))
    expected = _found(before, tmp_path)
    texts: list[str] = []

    def number(text: str) -> int:
        if text not in texts:
            texts.append(text)
        return texts.index(text)

    kept = search_of(plain_search(before.searched(), number), texts)
    assert kept is not None
    assert kept == before.searched()
    assert FILES[name].count(old) == 1
    files = _project(tmp_path, {name: FILES[name].replace(old, new)})
    after = Reach.of(files, kept, {str(tmp_path / name)})
    assert (after is not None) == is_same
    fresh = _found(Reach(ProjectFiles(tmp_path)), tmp_path)
    if after is not None:
        assert _found(after, tmp_path) == fresh
        assert set(after.outlined) <= {str(tmp_path / name), str(tmp_path / "pkg/__init__.py")}
    elif name != "pkg/__init__.py":
        assert fresh != expected
