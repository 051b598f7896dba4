"""How long this tool takes, side by side with others, in one run on the same files.

    python -m tests.benchmarks.compare [--repeat 3] [--keep FOLDER] [--packages FOLDER]

Tools are installed into environments below FOLDER (kept between runs if it is given): flake8 with and without the
plugin, ruff, semgrep. Every tool reads its files anew: caches are off, and no configuration is read. Printed is the
best of the repeated runs, its ratio to this tool in one process, and the processor time that it took in all processes
(which other work on the machine changes less).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.timing import run

ROOT = Path(__file__).parents[2]
PATTERN = "$CLIENT.invoke(..., FunctionName=$NAME, ...)"
OURS = "invocation-lint, 1 process"


@dataclass(frozen=True)
class Tool:
    """A tool: the environment it lives in, what to install there, and its command, to which a path is added."""

    name: str
    environment: str
    packages: tuple[str, ...]
    command: tuple[str, ...]


_OURS = ("invocation-lint", "check", "-q", "--isolated", "--no-cache")
TOOLS = (
    Tool(OURS, "ours", (str(ROOT), "flake8"), (*_OURS, "--jobs", "1")),
    Tool("invocation-lint, 2 processes", "ours", (), (*_OURS, "--jobs", "2")),
    Tool("ruff, its default rules", "ruff", ("ruff",), ("ruff", "check", "-q", "--isolated", "--no-cache")),
    Tool("flake8 without the plugin", "flake8", ("flake8",), ("flake8", "--isolated", "-q")),
    Tool("flake8 with the plugin", "ours", (), ("flake8", "--isolated", "-q")),
    Tool(
        "semgrep, one pattern",
        "semgrep",
        ("semgrep",),
        ("semgrep", "scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore", "--lang=python",
         f"--pattern={PATTERN}"),
    ),
)  # fmt: skip


def install(tools: Sequence[Tool], folder: Path) -> dict[str, str]:
    """Makes the environments; the last line of what pip said for each tool that cannot be had."""
    failed: dict[str, str] = {}
    for tool in tools:
        where = folder / tool.environment
        if not tool.packages or (where / "installed").exists():
            continue
        venv.create(where, with_pip=True)
        pip = [str(where / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *tool.packages], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            (where / "installed").touch()
        else:
            failed[tool.environment] = (done.stderr.strip() or "pip failed").splitlines()[-1]
    return failed


def trees(folder: Path, site: Path) -> dict[str, Path]:
    """The files to read: one, a small project, and the Python files of a site-packages."""
    example = folder / "example"
    shutil.rmtree(example, ignore_errors=True)
    shutil.copytree(ROOT / "examples" / "story_platform", example)
    packages = folder / "packages"
    shutil.rmtree(packages, ignore_errors=True)
    for file in site.rglob("*.py"):
        if file.relative_to(site).parts[0] in ("pip", "setuptools", "pkg_resources", "_distutils_hack"):
            continue
        copy = packages / file.relative_to(site)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return {
        "a file": example / "story_platform" / "stories_api.py",
        "a small project": example,
        "site-packages": packages,
    }


def size_of(path: Path) -> str:
    """How many Python files there are, and their lines."""
    files = [path] if path.is_file() else list(path.rglob("*.py"))
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    return f"{len(files)} files, {lines:,} lines" if len(files) > 1 else f"{lines:,} lines"


def seconds(tool: Tool, folder: Path, path: Path, repeat: int) -> tuple[float, float] | None:
    """The best wall time and processor time of some runs; None when the tool broke off."""
    binaries = folder / tool.environment / "bin"
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "SEMGREP_SEND_METRICS": "off"}
    best = busy = float("inf")
    for _ in range(repeat):
        taken = run([str(binaries / tool.command[0]), *tool.command[1:], str(path)], folder, environment)
        if taken is None or taken.status not in (0, 1, 2):
            return None
        best, busy = min(best, taken.wall), min(busy, taken.busy)
    return best, busy


def rows(folder: Path, site: Path, repeat: int, failed: dict[str, str]) -> Iterator[str]:
    """The table, a row at a time."""
    places = trees(folder, site)
    yield f"| | {' | '.join(f'{name} ({size_of(path)})' for name, path in places.items())} |"
    yield "| --- |" + " ---: |" * len(places)
    ours: dict[str, float] = {}
    for tool in TOOLS:
        cells = []
        for name, path in places.items():
            taken = None if tool.environment in failed else seconds(tool, folder, path, repeat)
            if taken is None:
                cells.append("could not be run" if tool.environment not in failed else "could not be installed")
                continue
            wall, busy = taken
            ours.setdefault(name, wall)
            cells.append(f"{wall:.2f} s ({wall / ours[name]:.2f}), {busy:.2f} s busy")
        yield f"| {tool.name} | {' | '.join(cells)} |"


@contextmanager
def working_folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        yield Path(folder)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, help="how often each is run (default 3)")
    parser.add_argument("--keep", type=Path, help="keep environments here, for the next run")
    parser.add_argument("--packages", type=Path, help="a site-packages to read (default: that of flake8)")
    given = parser.parse_args()
    with working_folder(given.keep) as folder:
        failed = install(TOOLS, folder)
        site = given.packages or next(folder.glob("flake8/lib/python*/site-packages"))
        for row in rows(folder, site, given.repeat, failed):
            print(row, flush=True)
        for name, why in failed.items():
            print(f"{name}: {why}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
