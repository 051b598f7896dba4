"""Writes `invocation_lint/data/list_operations.json` from botocore: `python -m tests.package.list_operations`.

What is read: `paginators-1.json` of each service (tokens, result keys, limit key) and its service model (which results
are lists, which parameters are required, how many entries a page holds).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import botocore
from botocore import xform_name
from botocore.loaders import Loader

from invocation_lint.data.list_operations import PATH

WHOLE_WITHOUT_LIMIT = {"ec2": ("describe_",), "sqs": ("list_queues", "list_dead_letter_source_queues")}
"""Operations that answer with everything, or without a token, unless a limit is asked for: EC2 user guide, pagination;
SQS API reference, ListQueues (`MaxResults`)."""

PAGES = {
    "s3": {"list_objects": 1000, "list_objects_v2": 1000, "list_object_versions": 1000, "list_parts": 1000,
           "list_multipart_uploads": 1000},
    "lambda": {"list_functions": 50, "list_event_source_mappings": 100, "list_versions_by_function": 50},
    "sns": {"list_topics": 100, "list_subscriptions": 100, "list_subscriptions_by_topic": 100,
            "list_endpoints_by_platform_application": 100},
    "ecs": {"list_clusters": 100, "list_tasks": 100, "list_services": 10, "list_task_definitions": 100,
            "list_container_instances": 100},
    "route53": {"list_hosted_zones": 100, "list_resource_record_sets": 300},
    "batch": {"list_jobs": 100},
    "cloudfront": {"list_distributions": 100},
    "cloudwatch": {"describe_alarms": 50, "list_metrics": 500},
    "cloudformation": {"list_stacks": 100, "describe_stacks": 100, "list_stack_resources": 100},
    "codebuild": {"list_builds": 100, "list_builds_for_project": 100},
    "connect": dict.fromkeys(
        ("list_contact_flows", "list_phone_numbers", "list_prompts", "list_queues", "list_quick_connects",
         "list_routing_profiles", "list_users"), 100),
    "emr": {"list_clusters": 50, "list_steps": 50},
    "rekognition": dict.fromkeys(
        ("get_celebrity_recognition", "get_content_moderation", "get_face_detection", "get_face_search",
         "get_label_detection", "get_person_tracking", "get_segment_detection", "get_text_detection"), 1000),
    "textract": {"get_document_analysis": 1000, "get_document_text_detection": 1000, "get_expense_analysis": 20,
                 "get_lending_analysis": 30},
}  # fmt: skip
"""Entries of a page where the model does not tell: the operation's page of each service's API reference."""

WITHOUT_PAGINATOR = {
    "rekognition": {
        "GetCelebrityRecognition": "Celebrities",
        "GetContentModeration": "ModerationLabels",
        "GetFaceDetection": "Faces",
        "GetFaceSearch": "Persons",
        "GetLabelDetection": "Labels",
        "GetPersonTracking": "Persons",
        "GetSegmentDetection": "Segments",
        "GetTextDetection": "TextDetections",
    },
    "textract": {
        "GetDocumentAnalysis": "Blocks",
        "GetDocumentTextDetection": "Blocks",
        "GetExpenseAnalysis": "ExpenseDocuments",
        "GetLendingAnalysis": "Results",
    },
}
"""Operations that answer in pages, with what holds the entries, for which botocore has no paginator (API references of
Textract and Rekognition)."""

DATA = {
    "athena": ["get_query_results", "list_query_executions"],
    "autoscaling": ["describe_scaling_activities"],
    "backup": ["list_backup_jobs", "list_recovery_points_by_backup_vault"],
    "batch": ["list_jobs"],
    "bedrock-agent": ["list_ingestion_jobs"],
    "cloudtrail": ["lookup_events"],
    "codebuild": ["list_builds", "list_builds_for_project"],
    "codepipeline": ["list_pipeline_executions"],
    "cognito-idp": ["list_users", "list_users_in_group"],
    "connect": ["list_users", "list_phone_numbers"],
    "datasync": ["list_task_executions"],
    "dynamodb": ["scan", "query", "list_backups"],
    "ecr": ["describe_images", "list_images"],
    "emr": ["list_clusters", "list_steps"],
    "glue": ["get_partitions", "get_job_runs", "get_table_versions"],
    "guardduty": ["list_findings"],
    "iam": ["get_group"],
    "identitystore": ["list_users", "list_group_memberships"],
    "inspector2": ["list_findings"],
    "iot": ["list_things"],
    "lambda": ["list_layer_versions", "list_versions_by_function"],
    "logs": ["describe_log_streams", "filter_log_events"],
    "mediaconvert": ["list_jobs"],
    "quicksight": ["list_ingestions", "list_users"],
    "redshift": ["describe_cluster_snapshots"],
    "rekognition": [xform_name(name) for name in WITHOUT_PAGINATOR["rekognition"]],
    "route53": ["list_resource_record_sets"],
    "s3": ["list_objects", "list_objects_v2", "list_object_versions"],
    "sagemaker": ["list_processing_jobs", "list_training_jobs", "list_transform_jobs"],
    "scheduler": ["list_schedules"],
    "securityhub": ["get_findings"],
    "sns": ["list_subscriptions", "list_endpoints_by_platform_application"],
    "ssm": ["describe_automation_executions", "describe_instance_information", "list_commands"],
    "stepfunctions": ["get_execution_history", "list_executions"],
    "support": ["describe_cases"],
    "textract": [xform_name(name) for name in WITHOUT_PAGINATOR["textract"]],
    "workspaces": ["describe_workspaces"],
}
"""Operations whose entries are what users and programs leave behind: their number grows with use."""

RESOURCES = {
    "apigateway": ["get_rest_apis", "get_resources", "get_api_keys"],
    "autoscaling": ["describe_auto_scaling_groups"],
    "cloudformation": ["describe_stacks", "list_stacks", "list_stack_resources", "list_stack_instances"],
    "cloudwatch": ["describe_alarms", "list_metrics"],
    "cognito-idp": ["list_groups", "list_user_pools"],
    "connect": ["list_contact_flows", "list_prompts", "list_queues", "list_quick_connects", "list_routing_profiles"],
    "dynamodb": ["list_tables"],
    "ecr": ["describe_repositories"],
    "ecs": ["list_services", "list_tasks", "list_task_definitions"],
    "events": ["list_rules"],
    "glue": ["get_databases", "get_tables"],
    "iam": ["list_policies", "list_roles", "list_users", "list_groups"],
    "identitystore": ["list_groups"],
    "kms": ["list_aliases", "list_keys"],
    "lambda": ["list_event_source_mappings", "list_functions", "list_layers"],
    "logs": ["describe_log_groups", "describe_metric_filters"],
    "organizations": [
        "list_accounts",
        "list_accounts_for_parent",
        "list_children",
        "list_organizational_units_for_parent",
        "list_policies",
    ],
    "quicksight": ["list_analyses", "list_dashboards", "list_data_sets"],
    "rds": ["describe_db_cluster_snapshots", "describe_db_snapshots"],
    "route53": ["list_hosted_zones"],
    "sagemaker": ["list_endpoints", "list_models"],
    "secretsmanager": ["list_secrets"],
    "sns": ["list_topics"],
    "ssm": ["describe_parameters", "get_parameters_by_path"],
    "sso-admin": ["list_permission_sets"],
    "stepfunctions": ["list_state_machines"],
}
"""Operations whose entries are what is deployed in an account, of which ordinary accounts have more than a page."""

_DEFAULT = re.compile(
    r"[Dd]efault(?:s)?(?: value| number| limit| maximum| page size)?(?: of [\w ]+)?(?:\s+is|\s+to|:|\s+of|)\s*"
    r"(?:a maximum of )?(\d[\d,]*)"
)


def many(value: Any) -> list[Any]:
    """The value as a list."""
    return value if isinstance(value, list) else [value]


def shape_at(model: Any, shape: Any, path: str) -> Any:
    """The shape behind a dotted path of members, or None."""
    for name in path.split("."):
        member = shape.get("members", {}).get(name)
        if member is None:
            return None
        shape = model["shapes"][member["shape"]]
    return shape


def page_of(service: str, name: str, model: Any, members: Any, limit: str | None) -> int:
    """How many entries a page holds when nobody asks for a number; 0 where that is not known."""
    known = PAGES.get(service, {}).get(name)
    member = members.get(limit) if limit else None
    if known or member is None:
        return known or 0
    told = _DEFAULT.search(re.sub("<[^>]+>", "", member.get("documentation", "")))
    most = model["shapes"][member["shape"]].get("max", 0)
    return int(told[1].replace(",", "")) if told else most if 0 < most <= 1000 else 0


def operations(loader: Loader, service: str) -> Iterator[tuple[str, tuple[Any, ...], str]]:
    """Of each operation of a service: boto3's name, its tokens, and `page required keys`."""
    model = loader.load_service_model(service, "service-2")
    every = {
        name: {"input_token": "NextToken", "output_token": "NextToken", "limit_key": "MaxResults", "result_key": key}
        for name, key in WITHOUT_PAGINATOR.get(service, {}).items()
    } | loader.load_service_model(service, "paginators-1")["pagination"]
    for api_name, paging in every.items():
        operation = model["operations"].get(api_name, {})
        name = xform_name(api_name)
        if not {"input", "output"} <= set(operation) or name.startswith(WHOLE_WITHOUT_LIMIT.get(service, ("-",))):
            continue
        given, answer = (model["shapes"][operation[side]["shape"]] for side in ("input", "output"))
        keys = [
            key
            for key in many(paging.get("result_key", []))
            if key == "Count" or (shape_at(model, answer, key) or {}).get("type") in {"list", "map"}
        ]
        if not keys:
            continue
        limit = paging.get("limit_key")
        tokens = (
            many(paging["input_token"]),
            many(paging["output_token"]),
            limit or "",
            paging.get("more_results", ""),
        )
        required = [one for one in given.get("required", []) if one != limit]
        page = page_of(service, name, model, given["members"], limit)
        of = "d" if name in DATA.get(service, ()) else "r" if name in RESOURCES.get(service, ()) else ""
        yield name, tokens, f"{page}{of} {','.join(required) or '-'} {','.join(keys)}"


def written() -> str:
    """The text of the data file: a line a service."""
    loader = Loader()
    tokens: list[Any] = []
    services = []
    for service in sorted(loader.list_available_services("paginators-1")):
        found = {}
        for name, token, rest in sorted(operations(loader, service)):
            if token not in tokens:
                tokens.append(token)
            found[name] = f"{tokens.index(token)} {rest}"
        if found:
            services.append(f"{json.dumps(service)}:{json.dumps(found, separators=(',', ':'))}")
    lines = ",\n".join(services)
    head = f'"botocore":{json.dumps(botocore.__version__)},\n"tokens":{json.dumps(tokens, separators=(",", ":"))},\n'
    return f'{{{head}"services":{{\n{lines}\n}}}}\n'


if __name__ == "__main__":
    PATH.write_text(written(), encoding="utf-8")
