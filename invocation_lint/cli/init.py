"""`invocation-lint init [FOLDER]`: look at a repository and write a configuration to start from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from invocation_lint.documents.nodes import read_text
from invocation_lint.engine import inputs_of, lint
from invocation_lint.errors import UsageError
from invocation_lint.outcome import Input
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.records import record
from invocation_lint.report.closing import closing_line
from invocation_lint.run import Run
from invocation_lint.settings.files import PYPROJECT, TABLE, YAML_NAME, Configuration
from invocation_lint.settings.keys import BASELINE_NAME

_NAMED = 8  # functions without a contract that the configuration names
_TEMPLATES = 5  # templates whose functions it names
_LARGEST = 1_000_000  # bytes of a file that may be a contract


@record
class Seen:
    """What was seen of a repository. Paths are relative to it."""

    run: Run
    contracts: tuple[str, ...]  # contract files that are there
    shipped: tuple[str, ...]  # shipped contracts whose functions are named in the code
    tests: tuple[str, ...]  # folders of tests
    deployed: tuple[tuple[str, tuple[str, ...]], ...] = ()  # templates, with the functions that they deploy


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--print", "print_only", is_flag=True, help="Print the configuration; write nothing.")
def command(folder: Path, print_only: bool) -> None:
    """Inspect the repository in FOLDER and write a commented configuration.

    It is added to pyproject.toml if there is one, or written to .invocation-lint.yaml. An existing configuration is
    never changed.
    """
    project = Project(Configuration())
    _refuse_second(folder, project)
    inputs = inputs_of([str(folder)], project).files
    run = lint(inputs, project)
    seen = Seen(run, _contracts_in(folder), _shipped(inputs), _tests_in(folder), _deployed_in(folder))
    pyproject = folder / PYPROJECT
    file = pyproject if pyproject.is_file() else folder / YAML_NAME
    text = configuration_text(seen, toml=file == pyproject)
    if print_only:
        click.echo(text, nl=False)
        return
    if file == pyproject and (before := read_text(pyproject)).strip():
        text = "\n" * max(0, 2 - (len(before) - len(before.rstrip("\n")))) + text
    try:
        with file.open("a", encoding="utf-8") as opened:  # what stands there is never lost
            opened.write(text)
    except OSError as error:
        help = "`invocation-lint init --print` prints the configuration"
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}", help) from None
    click.echo(plain(f"{file}: written"))
    click.echo(closing_line(seen.run.report))
    for line in _next_steps(folder, seen):
        click.echo(line)


def _refuse_second(folder: Path, project: Project) -> None:
    project.configuration.for_folder(folder)  # also tells what is wrong with one that is there
    held = [folder / YAML_NAME] if (folder / YAML_NAME).exists() else []
    if (folder / PYPROJECT).is_file() and f"[tool.{TABLE}" in read_text(folder / PYPROJECT):
        held.append(folder / PYPROJECT)
    if held:
        raise UsageError(
            f"{held[0]} already configures invocation-lint", f"`invocation-lint config show {folder}/x.py`"
        )


def configuration_text(seen: Seen, *, toml: bool) -> str:
    """The configuration, in TOML or YAML: what applies is set, everything else stands there as a comment."""
    rows = [f"[tool.{TABLE}]"] if toml else ["# Configuration of invocation-lint. Paths are relative to this folder."]

    def say(*comment: str) -> None:
        rows.extend(f"# {plain(line)}" for line in comment)

    def put(name: str, value: object, *, active: bool = False) -> None:
        row = f"{name} = {json.dumps(value)}" if toml else f"{name}: {json.dumps(value)}"
        rows.append(row if active else f"# {row}")

    say("The severity at which a run fails: error (fails on every run), warning (fails after some other fault), never.")
    put("fail-on", "warning")
    rows.append("")
    say("What your functions expect from their callers. Without a contract, fields and durations are not checked.")
    say(*_about_contracts(seen))
    put("contracts", list(seen.contracts) or ["contracts.yaml"], active=bool(seen.contracts))
    rows.append("")
    say("Existing findings, which are not reported; `invocation-lint check --write-baseline` writes them.")
    put("baseline", BASELINE_NAME)
    rows.append("")
    say("Rules to ignore or to add, by id, name or family (INV3); `invocation-lint rules` lists them.")
    put("ignore", ["sync-result-unused"])
    put("profile", "strict")
    rows.append("")
    say("Files to skip, as in .gitignore.")
    put("exclude", ["generated/"])
    rows.append("")
    say("Other settings for some files" + (", such as tests:" if seen.tests else ":"))
    paths = [f"{folder}/**" for folder in seen.tests] or ["scripts/**"]
    if toml:
        rows += [f"# [[tool.{TABLE}.overrides]]", f"# paths = {json.dumps(paths)}", '# ignore = ["INV3"]']
    else:
        rows += ["# overrides:", f"#   - paths: {json.dumps(paths)}", '#     ignore: ["INV3"]']
    return "\n".join(rows) + "\n"


def _about_contracts(seen: Seen) -> Iterator[str]:
    for name in seen.shipped:
        yield f"The contract of {name} is included in the tool."
    without = seen.run.report.summary.functions_without_contract
    if without:
        more = ", ..." if len(without) > _NAMED else ""
        names = ", ".join(without[:_NAMED])
        yield f"Invoked here, but not in any contract: {names}{more}"
    for template, functions in seen.deployed[:_TEMPLATES]:
        more = ", ..." if len(functions) > _NAMED else ""
        yield f"Deployed by {template}: {', '.join(functions[:_NAMED])}{more}"
    if len(seen.deployed) > _TEMPLATES:
        yield f"Others are deployed by {len(seen.deployed) - _TEMPLATES} more templates."


def _contracts_in(folder: Path) -> tuple[str, ...]:
    """The YAML files below a folder that are contracts, by their paths."""
    from invocation_lint.contracts.loader import load_contracts

    found = []
    for path in _documents(folder, (".yaml", ".yml")):
        try:
            if path.stat().st_size > _LARGEST:
                continue
            text = path.read_text("utf-8")
            if "functions:" in text and "match:" in text and load_contracts([(str(path), text)]).functions:
                found.append(path.relative_to(folder).as_posix())
        except (OSError, UnicodeDecodeError, UsageError):
            continue
    return tuple(found)


def _deployed_in(folder: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The templates below a folder, with the functions that they deploy."""
    from invocation_lint.deployment import reading
    from invocation_lint.deployment.documents.candidates import DOCUMENTS

    found = []
    for path in _documents(folder, DOCUMENTS):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if reading.may_be_document(path.name, data):
            functions = _functions_of(path.absolute().as_posix(), data)
            if functions:
                found.append((path.relative_to(folder).as_posix(), functions))
    return tuple(found)


def _functions_of(path: str, data: bytes) -> tuple[str, ...]:
    """The keys of the functions in a template, each once."""
    from invocation_lint.deployment import reading
    from invocation_lint.deployment.model import Function

    template = reading.read_document(path, data)
    resources = template.resources if template is not None else ()
    return tuple(dict.fromkeys(one.called or one.key.id for one in resources if isinstance(one, Function)))


def _documents(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files below a folder whose names have these ends, in order of their paths."""
    from invocation_lint.source.files.folders import Walk

    top = folder.absolute()
    return sorted(folder / Path(path).relative_to(top) for path, _ in Walk(endings).paths(str(top)))


def _shipped(inputs: Sequence[Input]) -> tuple[str, ...]:
    """The shipped contracts that a variable or the fixed part of a name in the code points to."""
    from invocation_lint.contracts.loader import load_shipped_contracts

    signs = {
        contract.name: [
            *contract.environment,
            *(max(name.replace("?", "*").split("*"), key=len) for name in contract.names),
        ]
        for contract in load_shipped_contracts().functions
    }
    found: set[str] = set()
    for given in inputs:
        try:
            data = given.path.read_bytes()
        except OSError:
            continue
        found |= {name for name, words in signs.items() if any(word.encode() in data for word in words if word)}
    return tuple(sorted(found))


def _tests_in(folder: Path) -> tuple[str, ...]:
    return tuple(name for name in ("test", "tests") if (folder / name).is_dir())


def _next_steps(folder: Path, seen: Seen) -> Iterator[str]:
    """What to do next, by what the repository holds."""
    if seen.run.report.active:
        yield "next: invocation-lint check --write-baseline  (records these findings; later runs report only new ones)"
        yield "next: set `baseline` in the configuration, so that every run uses it"
    if (folder / ".pre-commit-config.yaml").exists():
        yield "next: add the hook invocation-lint to .pre-commit-config.yaml"
    if any("[flake8]" in _text(folder / name) for name in (".flake8", "setup.cfg", "tox.ini")):
        yield "next: for flake8, add `extend-select = INV,INX` to its configuration"
    if "[tool.ruff" in _text(folder / PYPROJECT) or (folder / "ruff.toml").exists():
        yield 'next: for ruff, set `lint.external = ["INV", "INX"]`, or it removes our comments'


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
