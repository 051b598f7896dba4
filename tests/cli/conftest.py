"""A small project for the command to run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.samples import BAD, GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """bad.py has one finding, at 7:12; good.py has none."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path
