"""Several processes: the same report, and one file lost where one dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from invocation_lint import lint_paths
from invocation_lint.engine import ENOUGH_BYTES, MANY_FILES, Input, pays
from invocation_lint.processes import _batches, new_pool, spread
from invocation_lint.programs import Programs
from tests.command import ROOT, WAITS, clean_environment, run_lint
from tests.samples import BAD, GOOD


@pytest.fixture
def example(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "story_platform", tmp_path / "example")
    (tmp_path / "example" / "broken.py").write_text("client.invoke(FunctionName=")
    return tmp_path / "example"


def test_the_report_is_the_same_in_1_and_4_processes_and_in_any_order(example: Path) -> None:
    one, four, around = (
        run_lint("check", "--possible", "--output", "json", *how, cwd=example)
        for how in (["--jobs", "1"], ["--jobs", "4"], ["--jobs", "4", "story_platform", "broken.py", "."])
    )
    assert one.returncode == 2
    assert one.stdout.count('"id": "INV') > 20
    assert one.stdout == four.stdout == around.stdout
    assert one.stderr == four.stderr == ""


def test_names_that_are_given_otherwise_are_shown_as_given(example: Path) -> None:
    away = example.parent / "away"
    away.mkdir()
    for path in (example, Path("../example")):
        one, two = (
            run_lint("check", "-q", "--output", "concise", "-j", jobs, path, cwd=away).stdout for jobs in ("1", "2")
        )
        assert one == two
        assert one.startswith(f"{path}/")


def test_a_buffer_is_linted_in_a_process_too(example: Path) -> None:
    arguments = ("check", "-q", "--output", "concise", "-j", "2", "-", "story_platform", "--stdin-filename", "bad.py")
    ran = run_lint(*arguments, cwd=example, stdin=BAD)
    assert "bad.py:7:12: INV107" in ran.stdout and "story_platform/reaper.py" in ran.stdout


EXECUTORS: dict[str, Callable[[], Executor]] = {
    "threads": lambda: ThreadPoolExecutor(2),
    "processes that know nothing": lambda: ProcessPoolExecutor(2, get_context("spawn")),
}


@pytest.mark.parametrize("kind", EXECUTORS)
def test_any_executor_will_do(folder: Path, kind: str) -> None:
    alone = lint_paths([folder])
    with EXECUTORS[kind]() as executor:
        assert lint_paths([folder], executor=executor) == alone
    assert [finding.id for finding in alone.findings] == ["INV107"]


DEATH = """
import os, signal
import invocation_lint.facts as facts
real = facts.facts_of
def die(source, *rest):
    if source.name.startswith("dies"):
        os.kill(os.getpid(), signal.SIGSEGV)
    return real(source, *rest)
facts.facts_of = die
"""


def test_a_process_that_dies_costs_the_file_that_kills_it_and_names_it(folder: Path) -> None:
    for number in range(6):
        (folder / f"app{number}.py").write_text(BAD)
    for name in ("dies1.py", "dies2.py"):
        (folder / name).write_text(BAD)
    ran = run_lint("check", "-q", "--output", "concise", "--jobs", "2", cwd=folder, prelude=DEATH)
    assert ran.returncode == 2, ran.stderr
    lost = [line for line in ran.stdout.splitlines() if "INV000" in line]
    assert [line.split(": ")[0] for line in lost] == ["dies1.py:1:1", "dies2.py:1:1"]
    assert "the process that analysed this file died" in lost[0]
    assert ran.stdout.count("INV107") == 7
    assert "Traceback" not in ran.stderr


def die_at_3(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_results_come_in_the_order_of_the_tasks() -> None:
    executor = new_pool(2)
    tasks = list(range(200))
    assert list(spread(executor, 2, die_at_3, tasks, lambda task: -task)) == [
        -3 if task == 3 else task * task for task in tasks
    ]
    executor.shutdown()


def test_processes_are_used_where_they_pay(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "large.py").write_text(BAD + "#" * ENOUGH_BYTES)
    bad, good, large = (Input(name, tmp_path / name) for name in ("bad.py", "good.py", "large.py"))
    assert not pays([large])
    assert not pays([bad, good])
    assert pays([bad, large])
    assert pays([good] * MANY_FILES)
    assert not pays([good] * (MANY_FILES - 1))


def test_ctrl_c_ends_all_processes(folder: Path) -> None:
    (folder / "app.py").write_text(BAD)
    code = (
        f"import invocation_lint.facts as facts\n{WAITS}facts.facts_of = wait\n"
        "from invocation_lint.cli import main\nmain()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "check", "--jobs", "2"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=600)
    assert (process.returncode, errors.strip()) == (130, b"")


def test_workers_end_when_their_parent_is_killed() -> None:
    code = (
        "import multiprocessing, os, time\n"
        "from invocation_lint.processes import pool\n"
        "with pool(2) as executor:\n"
        "    executor.submit(os.getpid).result()\n"
        "    print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
        "    time.sleep(3600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=clean_environment()) as process:
        assert process.stdout is not None
        workers = {int(word) for word in process.stdout.readline().split()}
        process.kill()
    assert workers
    for _ in range(600):
        if not any(is_running(worker) for worker in workers):
            return
        time.sleep(0.1)
    pytest.fail(f"{workers} went on")


def is_running(process: int) -> bool:
    """Whether a process is there and not only waits to be forgotten."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def _die_of_one(task: str) -> str:
    if task == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_no_pool_goes_on_when_the_last_result_was_taken() -> None:
    """Whoever counts the tasks does not ask for a result after the last one."""
    before = set(threading.enumerate())
    results = spread(new_pool(1), 1, _die_of_one, ["dies", "lives"], lambda task: f"lost {task}")
    assert [next(results), next(results)] == ["lost dies", "lives"]
    del results
    assert set(threading.enumerate()) <= before


def _with_process(task: int) -> tuple[int, int]:
    time.sleep(0.01)
    return task, os.getpid()


def test_what_stays_together_is_done_in_one_process_as_far_as_that_has_room() -> None:
    executor = new_pool(2)
    together = [[1, 50, 90], list(range(100, 170))]
    found = list(spread(executor, 2, _with_process, list(range(200)), lambda task: (task, 0), together))
    executor.shutdown()
    assert [task for task, _ in found] == list(range(200))
    assert all(len({found[task][1] for task in group}) == 1 for group in together)
    assert len({process for _, process in found}) == 2


def test_a_group_above_a_share_is_split() -> None:
    batches = list(_batches(100, 4, [range(60)]))
    assert [len(batch) for batch in batches[:3]] == [25, 25, 10]
    assert sorted(index for batch in batches for index in batch) == list(range(100))


def test_batches_get_smaller_towards_the_end_so_that_no_worker_is_left_alone_with_the_last() -> None:
    sizes = [len(batch) for batch in _batches(2_000, 2, ())]
    assert sum(sizes) == 2_000
    assert sizes[0] == max(sizes) and sizes == sorted(sizes, reverse=True)
    assert sizes[-10:] == [1] * 10


def test_files_that_lead_to_the_same_call_sites_stay_together(tmp_path: Path) -> None:
    texts = {
        "pyproject.toml": "",
        "sends.py": "import boto3\ndef send(job):\n    boto3.client('lambda').invoke(FunctionName='f', Payload=job)\n",
        "helps.py": "from sends import send\ndef start(job):\n    send(job)\n",
        "calls.py": "from helps import start\ndef main(job):\n    start(job)\n",
        "idles.py": "from helps import start\n",
        "alone.py": "import boto3\nboto3.client('lambda').invoke(FunctionName='f')\n",
        "other.py": "import json\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    paths = [tmp_path / name for name in texts if name.endswith(".py")]
    programs = Programs(lambda path: None)
    assert [sorted(paths[index].stem for index in group) for group in programs.together(paths)] == [
        ["calls", "helps", "sends"]
    ]
