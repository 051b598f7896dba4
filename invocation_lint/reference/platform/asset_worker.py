"""Every five minutes: claims the oldest queued asset jobs and hands each to the content agent."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from invocation_lint.reference.platform import records
from invocation_lint.reference.platform.invoking import NotAccepted, start
from invocation_lint.reference.platform.models import AssetJob, Story
from invocation_lint.reference.platform.observing import Correlation, logger, metrics

BATCH = 10


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Any event in (the schedule's is not read); out: how many jobs were claimed, started, and failed."""
    counts = {"claimed": 0, "started": 0, "failed": 0}
    for job in records.claim_jobs(BATCH):
        counts["claimed"] += 1
        counts["started" if _started(job, context.aws_request_id) else "failed"] += 1
    for name, count in counts.items():
        metrics.add_metric(name=f"Jobs{name.capitalize()}", unit=MetricUnit.Count, value=count)
    logger.info("batch done", extra=counts)
    return counts


def _started(job: AssetJob, request_id: str) -> bool:
    """Whether the job's work was started. Whatever goes wrong is the job's failure, never the batch's."""
    try:
        payload = asset_payload(job, records.load_story(job.story_id), Correlation(request_id))
        outcome = start(os.environ["CONTENT_AGENT_FUNCTION"], payload)
    except Exception as error:
        logger.exception("job failed", job_id=job.id)
        records.fail_job(job.id, f"{type(error).__name__}: {error}")
        return False
    if isinstance(outcome, NotAccepted):
        records.fail_job(job.id, f"not started: {outcome}")
        return False
    return True


def asset_payload(job: AssetJob, story: Story, correlation: Correlation) -> dict[str, Any]:
    """The payload of `generate_asset`: the whole story, the job to be marked, and the story's creator, who pays."""
    return {
        "action": "generate_asset",
        "storyId": story.id,
        "jobId": job.id,
        "assetType": job.asset_type,
        "story": story.as_payload(),
        "userId": story.creator_user_id,
        "creatorUserId": story.creator_user_id,
        "metadata": job.job_metadata,
        **correlation.as_payload(),
    }
