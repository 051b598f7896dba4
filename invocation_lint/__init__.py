"""Static analysis of Python code that invokes AWS Lambda functions."""

from __future__ import annotations

__version__ = "0.1.0"
