"""action.yml: every `run` step is run as GitHub runs it; other actions are pinned; and the snippets of README work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.runner import Job, plain_environment, run_action
from tests.command import ROOT
from tests.package.readme import README
from tests.samples import BAD, GOOD

PACKAGE = ("invocation_lint", "rules", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "action.yml")
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as the runner has it after fetching the action."""
    folder = tmp_path_factory.mktemp("action")
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def temp(action: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RUNNER_TEMP, after a first run of the action: later runs find the tool installed, which is quick."""
    folder = tmp_path_factory.mktemp("temp")
    workspace = tmp_path_factory.mktemp("first")
    (workspace / "good.py").write_text(GOOD)
    job = run(action, workspace, folder)
    assert job.status == 0, job.log
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A user's checkout with one finding."""
    git(tmp_path, "init", "-q")
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "app.py").write_text(BAD)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, env=plain_environment())


def run(action: Path, workspace: Path, temp: Path, **given: str) -> Job:
    inputs = {name.replace("_", "-"): value for name, value in given.items()}
    return run_action(action, workspace, temp, {"python": sys.executable, **inputs}, plain_environment())


def test_a_finding_is_annotated_summed_up_written_as_sarif_and_fails_the_job(
    action: Path, temp: Path, workspace: Path
) -> None:
    job = run(action, workspace, temp)
    assert job.status == 1
    assert "\n::error file=service/app.py,line=7,endLine=11,title=INV107 invalid-invocation-type::" in job.log
    assert "| error | INV107 invalid-invocation-type | service/app.py:7 |" in job.summary
    assert job.outputs == {"status": "1", "sarif-file": "./invocation-lint.sarif"}
    (result,) = json.loads((workspace / "invocation-lint.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "INV107"
    assert job.used == {}
    assert job.ran == ["Install invocation-lint", "Lint", "Fail on findings"]


def test_sarif_is_uploaded_when_asked_for_before_the_job_fails(action: Path, temp: Path, workspace: Path) -> None:
    job = run(action, workspace, temp, upload_sarif="true", category="job/x", working_directory="service")
    ((name, given),) = job.used.items()
    assert name.startswith("github/codeql-action/upload-sarif@")
    assert given == {"sarif_file": "service/invocation-lint.sarif", "category": "job/x"}
    (result,) = json.loads((workspace / given["sarif_file"]).read_text())["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (uri, job.status) == ("service/app.py", 1)


def test_inputs_reach_the_command_whole(action: Path, temp: Path, workspace: Path) -> None:
    odd = "with space; echo $(echo owned) '.py"
    (workspace / odd).write_text(BAD)
    (workspace / "service" / "app.py").write_text(GOOD)
    job = run(action, workspace, temp, paths=f"service\n{odd}\n", args="--fail-on=never\n--select\nINV107\n")
    assert job.status == 0, job.log
    assert f"{odd}:7:12: INV107" in job.log
    assert "owned\n" not in job.log


def test_only_what_is_new(action: Path, temp: Path, workspace: Path) -> None:
    assert run(action, workspace, temp, diff_base="main").status == 0
    (workspace / "service" / "new.py").write_text(BAD)
    job = run(action, workspace, temp, diff_base="main")
    assert job.status == 1
    assert "service/new.py:7:12" in job.log and "service/app.py:7:12" not in job.log
    baseline = {"version": 1, "findings": []}
    (workspace / "known.json").write_text(json.dumps(baseline))
    assert run(action, workspace, temp, baseline="known.json").status == 1


def test_a_mistake_is_exit_2_and_uploads_nothing(action: Path, temp: Path, workspace: Path) -> None:
    job = run(action, workspace, temp, args="--selct=x", upload_sarif="true")
    assert (job.status, job.used, job.outputs) == (2, {}, {"status": "2", "sarif-file": ""})
    assert "--selct" in job.log


def test_an_old_report_is_never_uploaded_for_a_new_run(action: Path, temp: Path, workspace: Path) -> None:
    assert run(action, workspace, temp).outputs["sarif-file"]
    assert run(action, workspace, temp, args="--selct=x").outputs["sarif-file"] == ""


def test_other_actions_are_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in DOCUMENT["runs"]["steps"] if "uses" in step]
    assert used
    for name in used:
        assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", name), name
    text = (ROOT / "action.yml").read_text("utf-8")
    assert len(re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n", text)) == len(used)


def test_inputs_are_documented_and_never_pasted_into_scripts() -> None:
    for kind in ("inputs", "outputs"):
        for name, about in DOCUMENT[kind].items():
            assert about["description"].endswith("."), name
    for step in DOCUMENT["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), step["name"]
        assert ("shell" in step) == ("run" in step), step["name"]


def snippet(mark: str) -> str:
    """The code block of README that holds a text."""
    blocks = re.findall(r"```\w+\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    (found,) = [block for block in blocks if mark in block]
    return found


def script(lines: list[str], workspace: Path, temp: Path) -> subprocess.CompletedProcess[str]:
    """Runs lines as GitLab runs a job's: one shell, ended by the first that fails. The tool is installed already."""
    (tool,) = temp.glob("invocation-lint-*/bin")
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(line for line in lines if "pip install" not in line)],
        cwd=workspace,
        env=plain_environment() | {"PATH": f"{tool}:{plain_environment()['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_workflow_of_readme_names_inputs_that_are_there() -> None:
    (job,) = yaml.safe_load(snippet("uses: URL-OF-THIS-REPOSITORY"))["jobs"].values()
    (step,) = [step for step in job["steps"] if "URL-OF-THIS-REPOSITORY" in step.get("uses", "")]
    assert step["with"].keys() <= DOCUMENT["inputs"].keys()


def test_the_gitlab_job_of_readme(temp: Path, workspace: Path) -> None:
    (job,) = yaml.safe_load(snippet("codequality:")).values()
    ran = script(job["script"], workspace, temp)
    assert ran.returncode == 1, ran.stderr
    assert "INV107" in ran.stdout
    for file in job["artifacts"]["reports"].values():
        assert (workspace / file).stat().st_size > 50, file


def test_the_shell_lines_of_readme_for_any_service(temp: Path, workspace: Path) -> None:
    (workspace / "service" / "new.py").write_text(BAD)
    git(workspace, "add", "-A")
    git(workspace, "commit", "-qm", "second")
    ran = script(snippet("--output junit=lint.xml").splitlines(), workspace, temp)
    assert ran.returncode == 1, ran.stderr
    assert "service/new.py" in ran.stdout and "service/app.py" not in ran.stdout
    assert "could not check everything: 1\n" in ran.stdout
    assert (workspace / "lint.sarif").stat().st_size > 50 and (workspace / "lint.xml").stat().st_size > 50


def test_the_shell_lines_of_readme_adopt_the_tool(temp: Path, workspace: Path) -> None:
    lines = [line.split("  # ")[0] for line in snippet("--write-baseline").splitlines()]
    ran = script([line.removeprefix("$ ") for line in lines], workspace, temp)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 in the baseline" in ran.stdout
