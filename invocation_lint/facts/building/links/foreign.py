"""Programs that deploy functions and that no reader reads: Troposphere, Pulumi, SST, the CDK for Terraform, and the CDK
in languages other than Python and TypeScript. That they are there is said; what they deploy is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.source.files.project_files import ProjectFiles

_IMPORT = re.compile(rb"(?m)^[ \t]*(?:import|from)[ \t]+(troposphere|pulumi|cdktf)(?:_\w+)?\b")
_TOOLS = {b"troposphere": "Troposphere", b"pulumi": "Pulumi", b"cdktf": "CDK for Terraform"}
_FUNCTION = re.compile(rb"(?i)lambda[a-z_]*\W")
"""What a program says that deploys functions."""

_APP = re.compile(rb"\"app\"\s*:\s*\"[^\"]*\b(go run|mvn|mvnw|gradle|gradlew|java|dotnet)\b")
_LANGUAGES = {b"go run": "Go", b"dotnet": "C#"}
"""The commands that run an application of the CDK (AWS: CDK developer guide, cdk.json); the others run Java."""


def foreign_programs(files: ProjectFiles) -> Iterator[tuple[str, str]]:
    """The programs of a project that are not read: the path of each below the root, and what it is for."""
    for path in files.walked:
        name = path.rpartition("/")[2]
        tool = _of_python(files, path) if name.endswith(".py") else _of_name(files, path, name)
        if tool:
            yield files.path_below_root(path), tool


def _of_python(files: ProjectFiles, path: str) -> str:
    data = files.read(path) or b""
    found = _IMPORT.search(data) if any(tool in data for tool in _TOOLS) else None
    return _TOOLS[found[1]] if found is not None and _FUNCTION.search(data) is not None else ""


def _of_name(files: ProjectFiles, path: str, name: str) -> str:
    if name in {"Pulumi.yaml", "Pulumi.yml"}:
        return "Pulumi"
    if name in {"sst.config.ts", "sst.json"}:
        return "SST"
    if name == "cdktf.json":
        return "CDK for Terraform"
    found = _APP.search(files.read(path) or b"") if name == "cdk.json" else None
    return f"CDK in {_LANGUAGES.get(found[1], 'Java')}" if found is not None else ""


__all__ = ["foreign_programs"]
