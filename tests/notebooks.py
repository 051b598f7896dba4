"""Notebooks for tests, written as Jupyter writes them."""

from __future__ import annotations

import json
from typing import Any


def notebook(*cells: str, indent: int | None = 1, metadata: dict[str, Any] | None = None) -> str:
    """A notebook with these cells; one that starts with `# text` is a cell of text."""
    return json.dumps(
        {
            "cells": [cell(code) for code in cells],
            "metadata": metadata or {"kernelspec": {"language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=indent,
    )


def cell(code: str, **more: Any) -> dict[str, Any]:
    """A cell, its lines as a list of texts."""
    kind = "markdown" if code.startswith("# text") else "code"
    outputs = {} if kind == "markdown" else {"execution_count": None, "outputs": []}
    return {"cell_type": kind, "metadata": {}, **outputs, "source": code.splitlines(keepends=True), **more}
