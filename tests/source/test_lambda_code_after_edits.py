"""What is known of where modules run holds on, as long as edits change nothing that tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.lambda_code import new_handlers, runs_on_lambda, take_up

FILES = {
    "store.py": "def items():\n    return []\n",
    "service.py": "import store\n\ndef work():\n    return store.items()\n",
    "app.py": "import service\n\ndef lambda_handler(event, context):\n    return service.work()\n",
    "script.py": "import other\n\nother.run()\n",
    "other.py": "def run():\n    return 1\n",
}


def _project(folder: Path, files: dict[str, str]) -> ProjectFiles:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return ProjectFiles(folder)


def _answers(files: ProjectFiles, folder: Path) -> dict[str, bool]:
    return {name: runs_on_lambda(files, str(folder / name)) for name in FILES}


@pytest.mark.parametrize(
    ("name", "old", "new", "is_same"),
    [
        ("service.py", "work()", "work(a)", True),
        ("app.py", "service.work()", "service.work(1)", True),
        ("app.py", "def lambda_handler(event, context)", "def run(one, two)", False),
        ("script.py", "other.run()", "def handler(event, context):\n    other.run()", False),
        ("other.py", "return 1", "return importlib.import_module('bots.' + name)", False),
    ],
)
def test_what_is_known_after_an_edit(tmp_path: Path, name: str, old: str, new: str, is_same: bool) -> None:
    before = _project(tmp_path, FILES)
    expected = _answers(before, tmp_path)
    assert expected == {"store.py": True, "service.py": True, "app.py": True, "script.py": False, "other.py": False}
    known = new_handlers(before)
    assert new_handlers(before) == {}
    assert FILES[name].count(old) == 1
    after = _project(tmp_path, {name: FILES[name].replace(old, new)})
    assert take_up(after, known, {str(tmp_path / name)}) == is_same
    if is_same:
        assert _answers(after, tmp_path) == expected
        assert _answers(ProjectFiles(tmp_path), tmp_path) == expected
