"""Reads the configurations of a project: from the files of Terraform to what they deploy, a template a root module."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from invocation_lint.deployment.merging import merged
from invocation_lint.deployment.model import Problem, Resource, Template
from invocation_lint.deployment.reading import Applications
from invocation_lint.deployment.terraform import access, lambdas, messaging
from invocation_lint.deployment.terraform.bodies import Made, made_in
from invocation_lint.deployment.terraform.folders import Folder, Program
from invocation_lint.deployment.terraform.modules import Instance
from invocation_lint.deployment.terraform.packages import package
from invocation_lint.deployment.terraform.parsing import Broken, read_file
from invocation_lint.deployment.terraform.triggers import OTHERS, Builder
from invocation_lint.deployment.terraform.values import Reference
from invocation_lint.findings import Place

LANGUAGE = "terraform"
DEPLOYED_AS = "the configuration that is deployed"

_ALONE: dict[str, Builder] = {
    "aws_lambda_function": lambdas.function,
    "aws_lambda_layer_version": lambdas.layer,
    "aws_lambda_alias": lambdas.alias,
    "aws_lambda_function_event_invoke_config": lambdas.invoke_config,
    "aws_lambda_function_url": lambdas.url,
    "aws_lambda_permission": lambdas.permission,
    "aws_lambda_event_source_mapping": messaging.mapping,
    "aws_sqs_queue": messaging.queue,
    "aws_sqs_queue_redrive_policy": messaging.redrive,
    "aws_sns_topic": messaging.topic,
    "aws_sns_topic_subscription": messaging.subscription,
    "aws_cloudwatch_event_bus": messaging.bus,
    "aws_scheduler_schedule": messaging.schedule,
    "aws_kinesis_stream": messaging.stream,
    "aws_dynamodb_table": messaging.table,
    "aws_ssm_parameter": messaging.setting,
    "aws_iam_role": access.role,
    "aws_iam_role_policy": access.role_policy,
    **OTHERS,
}
"""Resources that are what they are by themselves."""

_TOGETHER = (
    "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_s3_bucket", "aws_s3_bucket_notification",
    "aws_iam_policy", "aws_iam_role_policy_attachment", "aws_iam_policy_attachment",
)  # fmt: skip
"""Resources that are read with others that refer to them."""

TYPES = frozenset({*_ALONE, *_TOGETHER})


def read_configurations(files: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> Applications:
    """What the configurations deploy whose files are given by their absolute paths; `read` gives the bytes of another
    file."""
    program = Program(files, read)
    templates = [_template(program, folders) for folders in _deployments(program)]
    made = {one.path: one for one in templates if one.resources}
    for path, found in _problems(program).items():
        made[path] = replace(made.get(path, Template(path, LANGUAGE)), problems=tuple(found))
    return Applications(tuple(made.values()), program.taken)


def broken_in(path: str, data: bytes) -> Broken | None:
    """Why a file cannot be read, or the first of its blocks that is asked for."""
    file = read_file(path, data)
    if file.broken is not None:
        return file.broken
    for block in file.blocks:
        if block.kind != "resource" or (block.labels[:1] and block.labels[0] in TYPES):
            block.body()
            if block.broken is not None:
                return block.broken
    return None


def _problems(program: Program) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = defaultdict(list)
    for folder in program.folders.values():
        for file in folder.files:
            for broken in [file.broken, *(block.broken for block in file.blocks)]:
                if broken is not None:
                    place = Place(file.path, broken.line, broken.column, broken.line, broken.column + 1)
                    found[file.path].append(Problem(broken.message, place))
    return found


def _deployments(program: Program) -> list[list[Folder]]:
    """The root modules; those side by side that call the same modules, as for each stage, are deployments of one
    configuration."""
    found: dict[object, list[Folder]] = defaultdict(list)
    for folder in program.roots():
        calls = frozenset((name, program.source_of(folder, block)) for name, block in folder.modules.items())
        has_own = any(type == "aws_lambda_function" for type, _ in folder.resources)
        is_alone = has_own or not calls or any(source is None for _, source in calls)
        found[folder.path if is_alone else (posixpath.dirname(folder.path), calls)].append(folder)
    return list(found.values())


def _template(program: Program, folders: list[Folder]) -> Template:
    """What one configuration deploys; where it is deployed several times, what differs are alternatives."""
    path = min(file.path for file in folders[0].files)
    each = [(posixpath.basename(folder.path), _made_by(program, folder, path)) for folder in folders]
    if len(each) == 1:
        return Template(path, LANGUAGE, tuple(each[0][1]))
    together: dict[object, list[tuple[str, Resource]]] = defaultdict(list)
    for name, resources in each:
        numbers: dict[object, int] = defaultdict(int)
        for one in resources:
            key = (one.key, type(one))
            numbers[key] += 1
            together[key, numbers[key]].append((name, one))
    return Template(path, LANGUAGE, tuple(merged(found, DEPLOYED_AS) for found in together.values()))


def _made_by(program: Program, folder: Folder, path: str) -> list[Resource]:
    found: dict[str, list[Made]] = defaultdict(list)
    for one in _everything(Instance(program, folder, path)):
        found[one.type].append(one)
    return list(_resources(found))


def _everything(instance: Instance) -> Iterator[Made]:
    """The resources of a module, and of those that it calls."""
    for type, name in instance.folder.resources:
        if type in TYPES:
            yield from made_in(instance, Reference(instance, "resource", type, name, None))
    for name in instance.folder.modules:
        for call in made_in(instance, Reference(instance, "module", "", name, None)):
            inner = instance.inner(call.reference)
            if inner is not None:
                yield from _everything(inner)
            elif instance.program.source_of(instance.folder, call.body.frame.block) is None:
                call.type = "module"
                yield call


def _resources(found: Mapping[str, list[Made]]) -> Iterator[Resource]:
    for type, builder in _ALONE.items():
        for one in found.get(type, ()):
            yield from builder(one)
    for one in found.get("module", ()):
        yield from package(one)
    yield from _rules(found)
    yield from _buckets(found)
    policies = found.get("aws_iam_policy", [])
    for type in ("aws_iam_role_policy_attachment", "aws_iam_policy_attachment"):
        for one in found.get(type, ()):
            yield from access.attached(one, policies)


def _rules(found: Mapping[str, list[Made]]) -> Iterator[Resource]:
    targets = list(found.get("aws_cloudwatch_event_target", ()))
    for rule in found.get("aws_cloudwatch_event_rule", ()):
        own = [one for one in targets if messaging.is_rule_of(rule, one)]
        targets = [one for one in targets if one not in own]
        yield from messaging.rule(rule, own)
    for one in targets:
        yield from messaging.target_alone(one)


def _buckets(found: Mapping[str, list[Made]]) -> Iterator[Resource]:
    configured = list(found.get("aws_s3_bucket_notification", ()))
    for bucket in found.get("aws_s3_bucket", ()):
        own = [one for one in configured if messaging.refers_to(one.value("bucket"), bucket)]
        configured = [one for one in configured if one not in own]
        yield from messaging.bucket(bucket, own)
    for one in configured:
        yield from messaging.bucket(one, [one])
