"""What is mutated: the repository's own modules, the rooms' examples and proofs, programs that tests hold as texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(python|yaml)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRAM = re.compile(r"\.invoke\(|boto3|def handler|def lambda_handler|Records")
_TYPESCRIPT = re.compile(r"aws-cdk-lib|aws_lambda")
_LONGEST = 60_000
"""Characters of the longest text that is taken: what is longer says little more, and takes its time."""


@dataclass(frozen=True)
class Corpus:
    """Texts by what they are: small programs that invoke, whole modules of any kind, templates by their suffix."""

    programs: tuple[str, ...]
    modules: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]


@cache
def corpus() -> Corpus:
    """All that the repository holds, in an order that is always the same."""
    programs: dict[str, None] = {}
    modules: dict[str, None] = {}
    templates: dict[tuple[str, str], None] = {}
    for readme in sorted(ROOT.glob("rules/*/README.md")):
        for kind, text in _BLOCK.findall(readme.read_text("utf-8")):
            if kind == "python":
                programs[text] = None
            elif "Resources:" in text or "functions:" in text:
                templates[".yaml", text] = None
    for path in sorted(ROOT.glob("rules/*/proof/*")):
        if path.suffix == ".py":
            programs[path.read_text("utf-8")] = None
        elif path.suffix == ".yaml":
            templates[".yaml", path.read_text("utf-8")] = None
    for folder in ("examples", "invocation_lint", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if len(text) <= _LONGEST:
                modules[text] = None
            if folder == "tests":
                for written in _texts(text):
                    if _is_python(written):
                        programs[written] = None
                    elif _TYPESCRIPT.search(written):
                        templates[".ts", written] = None
    for path in sorted((ROOT / "examples").rglob("*.y*ml")):
        templates[".yaml", path.read_text("utf-8")] = None
    return Corpus(tuple(programs), tuple(modules), tuple(templates))


def _texts(module: str) -> Iterator[str]:
    """The texts of some lines that a module holds."""
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("\n") > 2:
            yield dedent(node.value).lstrip("\n")


def _is_python(text: str) -> bool:
    if len(text) > _LONGEST or not _PROGRAM.search(text):
        return False
    try:
        return bool(ast.parse(text).body)
    except (SyntaxError, ValueError):
        return False
