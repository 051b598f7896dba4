"""As much of GitHub's runner as composite actions need: steps in order, their shells, files and expressions.

(GitHub: "Workflow syntax", "Workflow commands", "Contexts"; bash steps run as `bash --noprofile --norc -eo pipefail`.)
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail")}


@dataclass
class Job:
    """What a run of an action left behind. `used` holds the `with` of each `uses` step that would have run."""

    status: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)


def run_action(
    action: Path, workspace: Path, temp: Path, given: Mapping[str, str], environment: Mapping[str, str]
) -> Job:
    """Runs the action of a folder in a workspace. A `uses` step is noted; its inputs are told, nothing is fetched."""
    document = yaml.safe_load((action / "action.yml").read_text("utf-8"))
    unknown = given.keys() - document["inputs"].keys()
    assert not unknown, f"no such inputs: {unknown}"
    inputs = {name: given.get(name, about.get("default", "")) for name, about in document["inputs"].items()}
    contexts: dict[str, Any] = {"inputs": inputs, "github": {"action_path": str(action)}, "steps": {}}
    job = Job()
    for number, step in enumerate(document["runs"]["steps"]):
        if job.status or not _holds(step.get("if"), contexts):
            continue
        job.ran.append(step["name"])
        if "uses" in step:
            job.used[step["uses"]] = {name: _filled(value, contexts) for name, value in step.get("with", {}).items()}
            continue
        files = {name: temp / f"{name.lower()}_{number}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        script = temp / f"step_{number}.sh"
        script.write_text(_filled(step["run"], contexts))
        own = {name: _filled(value, contexts) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*_SHELLS[step["shell"]], str(script)],
            cwd=workspace / _filled(step.get("working-directory", "."), contexts),
            env={**environment, "RUNNER_TEMP": str(temp), **own, **{name: str(file) for name, file in files.items()}},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        job.status, job.log = done.returncode, job.log + done.stdout
        job.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        told = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text("utf-8").splitlines())
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": told}
    job.outputs = {name: _filled(about["value"], contexts) for name, about in document["outputs"].items()}
    return job


def _filled(text: str, contexts: Mapping[str, Any]) -> str:
    return _EXPRESSION.sub(lambda found: _value(found[1], contexts), str(text))


def _value(path: str, contexts: Mapping[str, Any]) -> str:
    value: Any = contexts
    for name in path.split("."):
        value = value.get(name, {})
    return value if isinstance(value, str) else ""


def _holds(condition: str | None, contexts: Mapping[str, Any]) -> bool:
    """Whether an `if` of comparisons joined by && holds."""
    if condition is None:
        return True
    (found,) = _EXPRESSION.findall(condition)
    for part in found.split(" && "):
        path, operator, text = part.split()
        assert operator in ("==", "!=") and text[0] == text[-1] == "'", part
        if (_value(path, contexts) == text[1:-1]) != (operator == "=="):
            return False
    return True


def plain_environment(**extra: str) -> dict[str, str]:
    """What a step sees of this machine: where programs are, and nothing of this process's Python."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "SSL_CERT_FILE", "HTTPS_PROXY")
    return {name: os.environ[name] for name in kept if name in os.environ} | extra
