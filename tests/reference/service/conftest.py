"""Processes are started, not forked, as they are outside of tests."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def processes() -> None:
    """Start each process anew."""
