"""Every five minutes: what has been `generating` for 15 minutes is queued again, or failed when it was tried enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from invocation_lint.reference.platform import records
from invocation_lint.reference.platform.observing import logger, metrics

PATIENCE = timedelta(minutes=15)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Any event in; out: how many jobs were queued again (`requeued`) and `failed`, and how many `stories` given up."""
    counts = records.release_stuck(PATIENCE)
    for name, count in counts.items():
        metrics.add_metric(name=f"Stuck{name.capitalize()}", unit=MetricUnit.Count, value=count)
    if any(counts.values()):
        logger.warning("stuck work released", extra=counts)
    return counts
