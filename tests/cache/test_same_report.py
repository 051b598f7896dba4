"""The report is the same with the cache and without it, whatever is edited between two runs."""

from __future__ import annotations

import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.cache import marks
from invocation_lint.cache.cache import Cache
from invocation_lint.engine import inputs_of, lint
from invocation_lint.outcome import Input
from invocation_lint.processes import pool
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from tests.notebooks import notebook

EXAMPLE = Path(__file__).parents[2] / "examples" / "story_platform"
_LEFT_OUT = (
    "announcements.py", "characters_api.py", "installation.py", "moderation.py", "notification.py", "pictures.py",
    "progress.py", "publishing.py", "reaper.py", "subscribers.py",
)  # fmt: skip
"""More of the same."""
_EXPECTED: dict[str, str] = {}
Edit = Callable[[Path, random.Random], None]


class Bench:
    """A copy of the example application, and a cache for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache_folder = folder.parent / "cache"
        self.complaints: list[str] = []

    def project(self, options: dict[str, Any]) -> Project:
        isolated = options.get("isolated", False)
        values = {name: value for name, value in options.items() if name not in ("isolated", "paths")}
        return Project(Configuration(isolated=isolated, values=values))

    def report(self, options: dict[str, Any], *, cached: bool, jobs: int = 1) -> tuple[str, Cache | None]:
        project = self.project(options)
        inputs = inputs_of(options.get("paths", ["."]), project).files
        cache = Cache(self.cache_folder, project, self.complaints.append) if cached else None
        if cache is not None:
            cache.look_up(inputs)
        with pool(jobs) if jobs > 1 else nullcontext() as executor:
            run = lint(inputs, project, cache=cache, executor=executor, jobs=jobs)
        texts = [run.text_of(finding.place.path) for finding in run.report.findings]
        return repr((run.report, run.status, texts)), cache

    def expected(self, options: dict[str, Any]) -> str:
        """The report without a cache. That of the same files is known from an earlier test."""
        held = {path.relative_to(self.folder): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        key = repr((sorted(held.items()), sorted(options.items())))
        if key not in _EXPECTED:
            _EXPECTED[key] = self.report(options, cached=False)[0]
        return _EXPECTED[key]

    def fill(self) -> None:
        """A first run. What the one of an earlier test kept of the same files is there, and only looked at."""
        kept = self.folder.parent / "kept"
        if kept.exists():
            shutil.copytree(kept, self.cache_folder)
        files, known = self.check({})
        assert known in (0, files)
        if not kept.exists():
            shutil.copytree(self.cache_folder, kept)

    def check(self, options: dict[str, Any], jobs: int = 1) -> tuple[int, int]:
        """Compares a run with the cache and one without; how many files there were, and how many of them were known."""
        project = self.project(options)
        files = inputs_of(options.get("paths", ["."]), project).files
        expected = self.expected(options)
        found, cache = self.report(options, cached=True, jobs=jobs)
        assert found == expected
        assert cache is not None
        return len(files), len(cache.known)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests have their projects, one after another: a cache knows them by their folder."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def bench(place: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    folder = place / "project"
    for left in (folder, place / "cache"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", *_LEFT_OUT))
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return Bench(folder)


@pytest.fixture(params=["looking at everything again", "believing times"])
def times(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files of a test were written less than two seconds ago, so that their times are not believed; here they are."""
    if request.param == "believing times":
        monkeypatch.setattr(marks, "RACY_NS", 0)
    yield


def write(path: Path, text: str) -> None:
    """Writes a file as editors do: another one in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}~")
    new.write_text(text)
    new.replace(path)


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py"))


def swap_words(folder: Path, chosen: random.Random) -> None:
    path = chosen.choice(modules(folder))
    text = path.read_text()
    old, new = chosen.choice(
        [("Event", "RequestResponse"), ("RequestResponse", "Event"), ("json.dumps", "str"), ("FunctionError", "Error"),
         ("Payload", "payload"), ("import boto3", "import boto3 as aws"), ("return", "return not"),
         ("action", "actoin"), ("def ", "async def "), ("import", "# import"), ("lambda", "other"), ("try:", "if 1:")]
    )  # fmt: skip
    write(path, text.replace(old, new))


def add_line(folder: Path, chosen: random.Random) -> None:
    path = chosen.choice(modules(folder))
    line = chosen.choice(["# a comment", "x = 1", "import os", "def broken(:", "from . import repository", "\0"])
    write(path, f"{line}\n{path.read_text()}")


def touch(folder: Path, chosen: random.Random) -> None:
    path = chosen.choice(modules(folder))
    write(path, path.read_text())


def change_function(folder: Path, chosen: random.Random) -> None:
    """Ends a function early, fails in it, gives it another name, or puts another one before it."""
    path = chosen.choice(modules(folder))
    lines = path.read_text().split("\n")
    starts = [index for index, line in enumerate(lines) if re.fullmatch(r" *(async )?def \w+\(.*\).*:", line)]
    if starts:
        at = chosen.choice(starts)
        indent = " " * (len(lines[at]) - len(lines[at].lstrip()))
        inside, before = (
            (f"{indent}    return None", f"{indent}    raise ValueError"),
            f"{indent}def more(self=None): ...",
        )
        renamed = lines[at].replace("(", "_more(", 1)
        lines[at : at + 1] = chosen.choice(
            [[lines[at], inside[0]], [lines[at], inside[1]], [renamed], [before, lines[at]]]
        )
        write(path, "\n".join(lines))


def restore(folder: Path, chosen: random.Random) -> None:
    for path in EXAMPLE.rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and path.name not in _LEFT_OUT:
            write(folder / path.relative_to(EXAMPLE), path.read_text())


def delete(folder: Path, chosen: random.Random) -> None:
    found = modules(folder)
    if len(found) > 3:
        chosen.choice(found).unlink()


def rename(folder: Path, chosen: random.Random) -> None:
    path = chosen.choice(modules(folder))
    path.rename(path.with_name(f"{chosen.choice('abc')}_{path.name}"))


def move_folder(folder: Path, chosen: random.Random) -> None:
    inner = folder / "story_platform"
    (inner if inner.exists() else folder / "src").rename(folder / "src" if inner.exists() else inner)


def caller(folder: Path, chosen: random.Random) -> None:
    name, package = chosen.choice(["new", "other", "tests/test_new"]), chosen.choice(["story_platform", "src"])
    text = (
        f"from {package} import studio, asset_worker, stories_api\n\ndef go(event):\n    studio.handler(event, None)\n"
    )
    write(folder / f"{name}.py", text)


def of_notebook(folder: Path, chosen: random.Random) -> None:
    called = chosen.choice(["studio.handler({}, None)", "print(studio)", "asset_worker.handler({'Records': []}, None)"])
    cells = ["from story_platform import studio, asset_worker", *chosen.sample(["x = 1", "x\n", ""], 2), called]
    write(folder / f"{chosen.choice(['use', 'test_use'])}.ipynb", notebook(*cells))


def configuration(folder: Path, chosen: random.Random) -> None:
    lines = chosen.sample(
        ["ignore: [INV302]", "possible: true", "profile: strict", "boundary-paths: ['**/stories_api.py']",
         "job-tables: ['story*']", "contracts: [contracts.yaml]", "exclude: [story_platform/http.py]"], 2
    )  # fmt: skip
    write(folder / ".invocation-lint.yaml", "\n".join([*lines, ""]))


def folder_configuration(folder: Path, chosen: random.Random) -> None:
    path = folder / "story_platform" / ".invocation-lint.yaml"
    if path.exists():
        path.unlink()
    elif path.parent.exists():
        write(path, "ignore: [INV3]\n")


def template(folder: Path, chosen: random.Random) -> None:
    path = folder / "template.yaml"
    text = path.read_text() if path.exists() else (EXAMPLE / "template.yaml").read_text()
    write(path, text.replace(*chosen.choice([("handler", "run"), ("Api", "SQS"), ("Function", "Other")])))


def contracts(folder: Path, chosen: random.Random) -> None:
    path = folder / "contracts.yaml"
    write(path, path.read_text().replace(*chosen.choice([("required: true", "required: false"), ("text", "number")])))


def ignores(folder: Path, chosen: random.Random) -> None:
    write(folder / ".gitignore", chosen.choice(["", "*_api.py\n", "story_platform/repository.py\n", "build/\n"]))


def ignored_module(folder: Path, chosen: random.Random) -> None:
    """A module that no walk meets, in a folder that git ignores, and who imports it."""
    write(folder / ".gitignore", "build/\n")
    mode = chosen.choice(["Event", "RequestResponse"])
    write(folder / "build" / "deep" / "modes.py", f"MODE = '{mode}'\n")
    call = "boto3.client('lambda').invoke(FunctionName='x', InvocationType=MODE)"
    write(folder / "uses.py", f"import boto3\nfrom build.deep.modes import MODE\n\n{call}\n")


EDITS = (
    swap_words, swap_words, swap_words, change_function, change_function, add_line, add_line, touch, restore, delete,
    rename, move_folder, caller, of_notebook, configuration, folder_configuration, template, contracts, ignores,
    ignored_module,
)  # fmt: skip

OPTIONS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {"possible": True},
    {"select": ["INV302", "INV110"]},
    {"isolated": True},
    {"isolated": True, "profile": "strict"},
    {"paths": ["story_platform/stories_api.py", "story_platform/studio.py"]},
]


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("seed", range(3))
def test_the_report_is_the_same_after_any_edits(bench: Bench, seed: int) -> None:
    chosen = random.Random(seed)
    bench.fill()
    for _ in range(5):
        for edit in chosen.sample(EDITS, chosen.randint(0, 2)):
            time.sleep(0.02)  # longer than the steps in which file systems count
            edit(bench.folder, chosen)
        time.sleep(0.02)
        options = chosen.choice(OPTIONS)
        if all(Path(path).exists() for path in options.get("paths", [])):
            bench.check(options, jobs=chosen.choice([1, 1, 2]))
    assert bench.complaints == []


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("edit", sorted(set(EDITS), key=lambda edit: edit.__name__))
def test_the_report_is_the_same_after_each_edit(bench: Bench, edit: Edit) -> None:
    chosen = random.Random(edit.__name__)
    bench.fill()
    for _ in range(2):
        time.sleep(0.02)
        edit(bench.folder, chosen)
        time.sleep(0.02)
    bench.check({})


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("options", [{}, {"isolated": True}, {"possible": True}, {"select": ["INV302"]}])
def test_nothing_is_looked_at_again_where_nothing_changed(bench: Bench, options: dict[str, Any]) -> None:
    files, known = bench.check(options)
    assert known == 0
    assert bench.check(options) == (files, files)


def test_only_what_rests_on_an_edited_file_is_looked_at_again(bench: Bench) -> None:
    write(bench.folder / "alone.py", "import boto3\nboto3.client('lambda').invoke(FunctionName='x')\n")
    write(bench.folder / "plain.py", "import os\n")
    files, _ = bench.check({})
    for name in ("alone.py", "plain.py"):
        write(bench.folder / name, (bench.folder / name).read_text() + "# more\n")
        assert bench.check({}) == (files, files - 1)


SHARED = """
import boto3, json
client = boto3.client("lambda")

def one(name):
    return client.invoke(FunctionName=name)

def two(name):
    return client.invoke(FunctionName=name)

def text():
    return json.dumps({"a": 1})
"""
SENDER = """
import boto3, json
from shared import text

def handler(event, context):
    boto3.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(text()))
"""
CALLER = """
from shared import {name}

def handler(event, context):
    return {name}(event["name"])
"""


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("shared.py", "def two(name):\n", "def two(name):\n    print(name)\n", {"second.py", "sender.py"}),
        ("shared.py", "def one(name):\n    return", "def one(name):\n    answer =", {"first.py"}),
        ("shared.py", 'client("lambda")', 'client("lambda", region_name="a")', {"first.py", "second.py", "sender.py"}),
        ("shared.py", "import boto3", "import os\nimport boto3", {"sender.py"}),  # which names a line of it
        ("shared.py", '{"a": 1}', '{"a": 2}', {"sender.py"}),
        ("first.py", "event", "evt", {"shared.py"}),
        ("third.py", "event", "evt", set()),
    ],
)
def test_only_who_names_what_was_edited_is_looked_at_again(
    bench: Bench, file: str, old: str, new: str, again: set[str]
) -> None:
    shutil.rmtree(bench.folder / "story_platform")
    write(bench.folder / "shared.py", SHARED)
    write(bench.folder / "sender.py", SENDER)
    for name, called in (("first", "one"), ("second", "two"), ("third", "other")):
        write(bench.folder / f"{name}.py", CALLER.format(name=called))
    bench.check({})
    write(bench.folder / file, (bench.folder / file).read_text().replace(old, new))
    bench.check({})
    write(bench.folder / file, (bench.folder / file).read_text().replace(new, old))
    found, cache = bench.report({}, cached=True)
    assert found == bench.expected({})
    assert cache is not None
    own = {"shared.py", "sender.py", "first.py", "second.py", "third.py"}
    assert own - cache.known.keys() == {file, *again}


@pytest.mark.parametrize("name", ["use.ipynb", "test_use.ipynb"])
def test_a_notebook_that_is_the_same_is_not_looked_at_again(bench: Bench, name: str) -> None:
    shutil.rmtree(bench.folder / "story_platform")
    write(bench.folder / "shared.py", SHARED)
    write(bench.folder / "third.py", CALLER.format(name="text"))
    cells = ["import boto3, json", "from shared import one", "client = boto3.client('lambda')", "one('a')"]
    write(bench.folder / name, notebook(*cells))
    bench.check({})
    write(bench.folder / "third.py", CALLER.format(name="text").replace("event", "evt"))
    found, cache = bench.report({}, cached=True)
    assert found == bench.expected({})
    assert cache is not None
    assert cache.known.keys() >= {"shared.py", name}
    for cell in ("for _ in range(9): one('b')", "one('c')\n", "print(one)"):
        write(bench.folder / name, notebook(*cells, cell))
        bench.check({})


SCRIPT = """
import boto3
def send():
    for name in ["a", "b"]:
        boto3.client("lambda").invoke(FunctionName=name)
send()
"""


def test_who_imports_a_script_is_asked_again(bench: Bench) -> None:
    shutil.rmtree(bench.folder / "story_platform")
    write(bench.folder / "scripted.py", SCRIPT)
    write(bench.folder / "using.py", "import os\n")
    bench.check({})
    alone = bench.expected({})
    write(bench.folder / "using.py", "import os, scripted\n")
    bench.check({})
    assert bench.expected({}) != alone


def test_a_part_of_the_files_and_all_of_them_share_what_is_known(bench: Bench) -> None:
    bench.fill()
    part = {"paths": ["story_platform/studio.py", "story_platform/http.py"]}
    assert bench.check(part) == (2, 2)
    write(bench.folder / "story_platform" / "asset_worker.py", "x = 1\n")
    bench.check(part)
    assert bench.check({})[1] >= 2


def test_a_text_that_is_no_file_is_looked_at_anew_and_not_kept(bench: Bench) -> None:
    bench.fill()
    path = Path("story_platform/studio.py")
    project = bench.project({})
    cache = Cache(bench.cache_folder, project, bench.complaints.append)
    given = [Input(path.as_posix(), path, b"import boto3\nboto3.client('lambda').invoke(FunctionName='x')\n")]
    cache.look_up(given)
    assert lint(given, project, cache=cache).report.findings
    assert cache.known == {}
    bench.check({})


def test_a_crash_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from invocation_lint import engine

    def broken(*_: Any) -> Any:
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "_parsed", broken)
        found, _ = bench.report({}, cached=True)
        assert "INV000" in found
    templates = len(list(bench.folder.rglob("template.yaml")))
    _, known = bench.check({})
    assert known == templates  # they are not parsed as Python


def test_a_file_that_changes_during_the_run_is_not_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from invocation_lint import engine

    lint_file, studio = engine.lint_file, bench.folder / "story_platform" / "studio.py"

    def and_edit(given: Input, *rest: Any) -> Any:
        outcome = lint_file(given, *rest)
        if given.path.name == "studio.py":
            time.sleep(0.02)
            write(studio, "x = 1\n")
        return outcome

    with monkeypatch.context() as patched:
        patched.setattr(engine, "lint_file", and_edit)
        bench.report({}, cached=True)
    bench.check({})
