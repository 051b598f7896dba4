"""A fresh database for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from invocation_lint.reference.platform import database


@pytest.fixture
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = f"sqlite:///{tmp_path / 'stories.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    database.connect(url).dispose()
