"""What all tests share: no skips where it counts."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does; it says nothing about the code.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was skipped or expected to fail is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None:
        unrun = [kind for kind in ("skipped", "xfailed") if reporter.stats.get(kind)]
        if unrun:
            reporter.write_line(f"tests were {' and '.join(unrun)}: that is a failure here", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
