"""The trees of real code that are read: wheels of pinned versions, without what they depend on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MOTO = "moto==5.2.5"
PINNED = (
    MOTO,
    "apache-airflow-providers-amazon==9.39.0",
    "boto3-stubs==1.44.1",
    "botocore==1.44.8",
    "lithops==3.8.0",
    "zappa==0.63.0",
)


@dataclass(frozen=True)
class Tree:
    """A folder of Python files, and a file in it with invocations, which is the one that is changed."""

    name: str
    folder: Path
    changed: Path

    def size(self) -> str:
        """How many Python files it has, and their lines."""
        files = [*self.folder.rglob("*.py"), *self.folder.rglob("*.pyi")]
        lines = sum(file.read_bytes().count(b"\n") for file in files)
        return f"{len(files):,} files, {lines:,} lines"


def trees(scratch: Path) -> tuple[Tree, ...]:
    """The tree of moto, and that of all wheels together, below `scratch`; what is there already is used again."""
    return tuple(
        Tree(name, _installed(scratch / folder, wheels), scratch / folder / "moto" / "awslambda" / "models.py")
        for name, folder, wheels in (("moto", "moto-5.2.5", (MOTO,)), ("all together", "together", PINNED))
    )


def _installed(folder: Path, wheels: tuple[str, ...]) -> Path:
    """The folder with these wheels in it and nothing else, as the root of a repository."""
    listed = folder.with_suffix(".installed")
    if listed.exists() and listed.read_text("utf-8") == "\n".join(wheels):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps", "--no-compile"]
    constraints = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    subprocess.run([*pip, "--target", str(folder), *wheels], env=constraints, check=True)
    (folder / ".git").mkdir()  # a project ends where its repository does
    listed.write_text("\n".join(wheels), "utf-8")
    return folder
