"""What all tests share: no skips where it counts."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.groups import group_of, turn_of, workers_on

if TYPE_CHECKING:
    from invocation_lint.reference.service.workers.forks import Forks
    from tests.proving import Proving

# Nothing is found without having been looked for, and the user's own cache is left alone; tests/cache asks for one.
os.environ.setdefault("INVOCATION_LINT_NO_CACHE", "1")

# Trees and values live long, as in the command: to look through them for garbage again and again finds little.
gc.set_threshold(20_000, 20, 100)

# A shell ignores Ctrl-C for what it runs in the background, and so would what the tests start there.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes depends on what else the machine does; it says nothing about the code.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several processes, tests of one group run in one of them."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # it would begin with the groups that have the most tests

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """With `-n auto`, where the environment does not say how many."""
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else workers_on(cores)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In the processes of pytest-xdist; tests that run in one process stay in the order of their files."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: turn_of(item.nodeid))


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What processes of local Lambda services are forked from, where a module of tests says so (`forking`)."""
    from invocation_lint.reference.service.workers.forks import Forks

    made = Forks()
    yield made
    made.close()


@pytest.fixture(scope="session")
def proving() -> Iterator[Proving]:
    """What runs programs on local Lambda services in the background; it starts services when it is used."""
    from tests.proving import Proving

    with Proving() as proving:
        yield proving


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped or expected to fail is a failure."""
    gc.freeze()  # pytest looks for garbage several times when it ends: that took minutes
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None:
        unrun = [kind for kind in ("skipped", "xfailed") if reporter.stats.get(kind)]
        if unrun:
            reporter.write_line(f"tests were {' and '.join(unrun)}: that is a failure here", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
