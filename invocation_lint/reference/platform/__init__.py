"""The story platform, as it should be built; and the helpers by which a proof sets its records up.

The platform's functions are `stories_api`, `content_agent`, `asset_worker` and `reaper`, each with a `handler`;
`template.yaml` deploys them. All settings come from the environment: `DATABASE_URL`, `CONTENT_AGENT_FUNCTION`.
"""

from invocation_lint.reference.platform.models import Asset, AssetJob, Character, Charge, Library, Story, User
from invocation_lint.reference.platform.records import (
    claim_jobs,
    complete_story,
    fail_job,
    fail_story,
    finish_job,
    finish_story,
    load_character,
    load_job,
    load_story,
    open_character,
    open_job,
    open_story,
)

__all__ = [
    "Asset",
    "AssetJob",
    "Character",
    "Charge",
    "Library",
    "Story",
    "User",
    "claim_jobs",
    "complete_story",
    "fail_job",
    "fail_story",
    "finish_job",
    "finish_story",
    "load_character",
    "load_job",
    "load_story",
    "open_character",
    "open_job",
    "open_story",
]
