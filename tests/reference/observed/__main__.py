"""`python -m tests.reference.observed`: which of AWS's recorded answers tests compare with the service's, which not."""

from __future__ import annotations

from tests.reference.observed.test_coverage import report

print(report())
