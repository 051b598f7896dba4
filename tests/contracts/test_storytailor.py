"""The shipped contract against the payloads of the guide on invocation patterns, good and bad."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.loader import load_shipped_contracts
from invocation_lint.contracts.match import match_contract
from invocation_lint.contracts.model import Action, FunctionContract

BOOK = load_shipped_contracts()


def agent() -> FunctionContract:
    found = match_contract(BOOK, ("storytailor-content-agent-production",))
    assert isinstance(found, FunctionContract)
    return found


def action(name: str) -> Action:
    found = agent().action(name)
    assert found is not None
    return found


def missing(name: str, *sent: str) -> set[str]:
    return {field.name for field in action(name).fields if field.required and field.name not in sent}


def test_both_functions_match_by_name_and_by_variable_and_nothing_else_does() -> None:
    assert match_contract(BOOK, None, "CONTENT_AGENT_FUNCTION") is agent()
    worker = match_contract(BOOK, ("storytailor-asset-worker-", None))
    assert isinstance(worker, FunctionContract)
    assert worker.name == "asset-worker"
    assert match_contract(BOOK, None, "ASSET_WORKER_FUNCTION") is worker
    assert match_contract(BOOK, ("content-agent-production",)) is None
    assert {contract.origin for contract in BOOK.functions} == {"shipped"}


@pytest.mark.parametrize(
    ("name", "duration"),
    [("generate_story", (30, 60)), ("generate_asset", (30, 90)), ("create_character", None), ("health", (0, 1))],
)
def test_actions_and_their_durations(name: str, duration: tuple[float, float] | None) -> None:
    assert action(name).duration_seconds == duration


def test_the_guides_first_pattern_is_complete() -> None:
    sent = ("storyId", "userId", "creatorUserId", "characterId", "storyType", "themes", "generateAssets")
    assert missing("generate_story", *sent) == set()
    assert set(sent) <= {field.name for field in action("generate_story").fields}


def test_mistake_1_lacks_the_story() -> None:
    assert missing("generate_story", "userId", "characterName") == {"storyId", "creatorUserId"}
    assert missing("generate_story", "storyId", "userId", "characterName") == {"creatorUserId"}


def test_the_creator_may_be_told_by_the_user() -> None:
    for name in ("generate_story", "generate_asset"):
        creator = next(field for field in action(name).fields if field.name == "creatorUserId")
        assert (creator.role, creator.fallback) == ("owner", "userId")


def test_the_guides_second_pattern_is_complete() -> None:
    sent = ("storyId", "assetType", "jobId", "story", "userId", "creatorUserId", "metadata")
    assert missing("generate_asset", *sent) == set()
    assert missing("generate_asset", "storyId", "assetType") == {"jobId", "story", "userId", "creatorUserId"}


def test_the_guides_third_pattern_is_complete() -> None:
    assert missing("create_character", "characterId", "userId", "character") == set()
    assert missing("create_character", "userId", "character") == {"characterId"}


def test_roles() -> None:
    roles = {(a.name, field.name): field.role for a in agent().actions for field in a.fields if field.role}
    assert roles == {
        ("generate_story", "storyId"): "story",
        ("generate_story", "creatorUserId"): "owner",
        ("generate_asset", "storyId"): "story",
        ("generate_asset", "jobId"): "job",
        ("generate_asset", "creatorUserId"): "owner",
    }


def test_objects_are_sent_whole() -> None:
    types = {(a.name, field.name): field.type for a in agent().actions for field in a.fields}
    assert types["generate_asset", "story"] == types["create_character", "character"] == "object"


def test_a_library_is_no_user() -> None:
    for one in agent().actions:
        for field in one.fields:
            if field.name in ("userId", "creatorUserId"):
                assert {"*library_id", "*libraryId"} <= set(field.forbidden_sources), (one.name, field.name)


def test_every_required_field_says_why() -> None:
    assert [f.name for a in agent().actions for f in a.fields if f.required and not f.why] == []


def test_the_worker_is_sent_what_its_schedule_sends() -> None:
    worker = match_contract(BOOK, None, "ASSET_WORKER_FUNCTION")
    assert isinstance(worker, FunctionContract)
    assert [field.name for field in worker.fields] == ["source", "time"]
    assert not any(field.required for field in worker.fields)
