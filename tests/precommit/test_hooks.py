"""The hooks in real pre-commit, as a user has them: a commit with a finding is stopped, a clean one is made."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import ROOT, Ran, clean_environment, run_lint
from tests.modules import write_project
from tests.samples import BAD, FOUND, GOOD

_SHOWN = re.compile(r"^\w+\[(INV\d+)\].*\n +--> (\S+)$", re.MULTILINE)
PACKAGE = (
    "invocation_lint",
    "rules",
    "pyproject.toml",
    "hatch_build.py",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)


def run(*command: str | Path, cwd: Path, **env: str) -> Ran:
    environment = clean_environment(PIP_COMPILE="0", **env)  # modules are compiled when they are imported: few are
    for name in ("PYTHONPATH", "PYTHONWARNINGS"):
        environment.pop(name, None)
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
        check=False,
    )


def git(*arguments: str, cwd: Path) -> Ran:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main")
    done = run("git", *identity, *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as a repository of its own, as users' configurations name it."""
    repository = tmp_path_factory.mktemp("invocation-lint")
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, repository / name)
    git("init", "-q", cwd=repository)
    git("add", "-A", cwd=repository)
    git("commit", "-qm", "all of it", cwd=repository)
    return repository


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps installed hooks: one installation serves all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def user(tmp_path: Path, tool: Path) -> Path:
    """A user's repository that has the hook."""
    revision = git("rev-parse", "HEAD", cwd=tool).stdout.strip()
    (tmp_path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {tool}\n  rev: {revision}\n  hooks:\n  - id: invocation-lint\n  - id: invocation-lint-all\n"
        "    stages: [manual]\n"
    )
    git("init", "-q", cwd=tmp_path)
    return tmp_path


def test_try_repo(tmp_path: Path, tool: Path) -> None:
    git("init", "-q", cwd=tmp_path)
    (tmp_path / "bad.py").write_text(BAD)
    git("add", "-A", cwd=tmp_path)
    command = (sys.executable, "-m", "pre_commit", "try-repo", tool, "invocation-lint", "--all-files", "--verbose")
    ran = run(*command, cwd=tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "[INV107] invalid-invocation-type" in ran.stdout
    (tmp_path / "bad.py").write_text(GOOD)
    git("add", "-A", cwd=tmp_path)
    clean = run(*command, cwd=tmp_path)
    assert (clean.returncode, "INV107" in clean.stdout) == (0, False), clean.stdout + clean.stderr


def test_a_commit_with_a_finding_is_stopped_and_a_clean_one_is_made(user: Path, cache: Path) -> None:
    home = {"PRE_COMMIT_HOME": str(cache), "GIT_AUTHOR_NAME": "T", "GIT_AUTHOR_EMAIL": "t@example.org"}
    home |= {"GIT_COMMITTER_NAME": "T", "GIT_COMMITTER_EMAIL": "t@example.org"}
    installed = run(sys.executable, "-m", "pre_commit", "install", cwd=user, **home)
    assert installed.returncode == 0, installed.stderr
    (user / "app.py").write_text(BAD)
    git("add", "-A", cwd=user)
    stopped = run("git", "commit", "-m", "with a finding", cwd=user, **home)
    assert stopped.returncode == 1
    assert "INV107" in stopped.stdout + stopped.stderr
    (user / "app.py").write_text(GOOD)
    git("add", "-A", cwd=user)
    made = run("git", "commit", "-m", "clean", cwd=user, **home)
    assert made.returncode == 0, made.stdout + made.stderr

    # A file that the configuration excludes passes though the hook names it, and the other hook sees the whole project.
    (user / "generated.py").write_text(BAD)
    (user / ".invocation-lint.yaml").write_text("exclude: [generated.py]\n")
    git("add", "-A", cwd=user)
    excluded = run("git", "commit", "-m", "excluded", cwd=user, **home)
    assert excluded.returncode == 0, excluded.stdout + excluded.stderr
    (user / "not_staged.py").write_text(BAD)
    (user / "app.py").write_text(GOOD + GOOD)
    git("add", "app.py", cwd=user)
    assert run("git", "commit", "-m", "app only", cwd=user, **home).returncode == 0
    manual = (sys.executable, "-m", "pre_commit", "run", "invocation-lint-all", "--hook-stage", "manual", "--all-files")
    whole = run(*manual, cwd=user, **home)
    assert whole.returncode == 1
    assert "not_staged.py:7:12" in whole.stdout and "generated.py" not in whole.stdout
    assert FOUND.split()[0] in whole.stdout


def test_a_commit_of_one_file_shows_what_the_whole_run_shows_for_it(user: Path, cache: Path) -> None:
    write_project(user)
    whole = run_lint("check", "-q", "--output", "concise", ".", cwd=user).stdout.splitlines()
    command = (sys.executable, "-m", "pre_commit", "run", "invocation-lint")
    git("add", "-A", cwd=user)
    git("commit", "-qm", "all of it", "--no-verify", cwd=user)
    for name in ("api/stories.py", "api/covers.py", "aws/invoking.py"):
        (user / name).write_text((user / name).read_text() + "# changed\n")
        git("add", name, cwd=user)
        ran = run(*command, cwd=user, PRE_COMMIT_HOME=str(cache))
        shown = set(_SHOWN.findall(ran.stdout))
        expected = {(line.split(" ")[1], line.split(": ")[0]) for line in whole if line.startswith(f"{name}:")}
        assert shown == expected, ran.stdout + ran.stderr
        assert ran.returncode == (1 if expected else 0)
        git("commit", "-qm", name, "--no-verify", cwd=user)
