"""Functions, layers, aliases and their like (HashiCorp: provider aws, Lambda)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from invocation_lint.deployment.cloudformation.made import ARCHIVES
from invocation_lint.deployment.model import (
    Alias,
    Code,
    Function,
    InvokeConfig,
    Layer,
    Permission,
    Resource,
    Retries,
    Trigger,
)
from invocation_lint.deployment.paths import archive_at
from invocation_lint.deployment.terraform.bodies import Body, Made, file_of
from invocation_lint.deployment.terraform.expressions import evaluate
from invocation_lint.deployment.terraform.parsing import below, parts
from invocation_lint.deployment.terraform.values import Reference, settled
from invocation_lint.deployment.values import archive_of
from invocation_lint.findings import Place


def function(made: Made) -> Iterator[Resource]:
    """A function."""
    body = made.body
    variables, is_open = body.block("environment").entries("variables")
    code = _code(made)
    handler = made.value("handler")
    if handler is None and code.kind == "image":
        command = body.block("image_config").items("command")
        handler = command[0] if command else None
    yield Function(
        *made.head,
        made.value("function_name"),
        called=made.reference.name,
        handler=handler,
        runtime=made.value("runtime"),
        code=code,
        layers=body.items("layers"),
        timeout_seconds=made.value("timeout"),
        memory_mb=made.value("memory_size"),
        environment=variables,
        environment_open=is_open,
        role=made.value("role"),
        concurrency=made.value("reserved_concurrent_executions"),
        dead_letter=body.block("dead_letter_config").value("target_arn"),
    )


def _code(made: Made) -> Code:
    """Where the code lies: in a folder that is archived, in an archive that a build makes, in an image."""
    body = made.body
    node = body.node("filename")
    if body.raw("image_uri") is not None or body.text("package_type") == "Image":
        return Code("image", reason="the code is in an image that is built elsewhere", place=made.place)
    for word in ("source_code_hash", "s3_object_version", "s3_key"):
        if node is None or archived(made, node) is None:
            hashed = body.node(word)
            node = hashed if hashed is not None and archived(made, hashed) is not None else node
    if node is None:
        if body.node("s3_bucket") is not None or body.node("s3_key") is not None:
            name = archive_of(made.value("s3_key"))
            return Code("archive", reason="the code is an archive in S3", place=made.place, archive=name)
        return Code("unknown", reason="no code is named", place=made.place)
    archive = archived(made, node)
    if archive is not None:
        return code_of_archive(archive, made.place)
    value = settled(evaluate(body.frame, node))
    path = value.text
    if path is None:
        why = "; ".join(value.reasons) or "the path of the archive is not known"
        return Code("archive", reason=why, place=value.place, archive=archive_of(value))
    return code_at(made, path, value.place)


def code_at(made: Made, path: str, place: Place) -> Code:
    """The code at a path: a folder, or an archive that a build makes, beside which the code may lie."""
    path = below(made.instance.root.folder.path, path)
    if not path.endswith(ARCHIVES):
        is_file = path.endswith((".py", ".js", ".mjs"))
        return Code("folder", posixpath.dirname(path) if is_file else path, place=place)
    beside = (path.rpartition(".")[0], posixpath.dirname(path))
    reason = f"{posixpath.basename(path)} is made by a build"
    return Code("archive", handler_folders=beside, reason=reason, place=place, archive=archive_at(path))


def archived(made: Made, node: object) -> Reference | None:
    """The archive of which an expression names an attribute: `data.archive_file.orders.output_path`."""
    current = node
    for _ in range(8):
        name = str(getattr(current, "data", ""))
        inner = parts(current) if name else []  # type: ignore[arg-type]
        if name in {"expr_term", "get_attr_expr_term", "function_call", "arguments", "conditional"} and inner:
            if name == "get_attr_expr_term":
                for content in evaluate(made.body.frame, inner[0]).contents:
                    if isinstance(content, Reference) and content.type in {"archive_file", "aws_s3_object"}:
                        return content
            current = inner[-1] if name in {"function_call", "conditional"} else inner[0]
            continue
        break
    return None


def code_of_archive(archive: Reference, place: Place) -> Code:
    """The code that an archive is made of."""
    instance = archive.instance
    made = instance.made_of(archive)
    if archive.suffix is None and made:
        archive = replace(archive, suffix=made[0].suffix)
    if archive.type == "aws_s3_object":
        frame = instance.frame_of(archive)
        body = Body(frame, tuple(one for one in [frame.block.body()] if one is not None)) if frame is not None else None
        node = body.node("source") if body is not None else None
        if frame is None or body is None or node is None:
            return Code("archive", reason="the code is an archive in S3", place=place)
        uploaded = Made(archive, archive.type, frame.block.place, (), body)
        inner = archived(uploaded, node)
        if inner is not None and inner.type == "archive_file":
            return code_of_archive(inner, place)
        where = settled(evaluate(frame, node)).text
        return code_at(uploaded, where, place) if where else Code("archive", reason="it lies in S3", place=place)
    for name in ("source_dir", "source_file"):
        value = instance.argument(archive, name)
        where = settled(value).text if value is not None else None
        if where is not None:
            path = below(instance.root.folder.path, where)
            return Code("folder", posixpath.dirname(path) if name == "source_file" else path, place=place)
        if value is not None:
            return Code("archive", reason="; ".join(value.reasons) or "the folder is not known", place=place)
    return Code("archive", handler_folders=_parts(archive), reason="the archive is made of parts", place=place)


def _parts(archive: Reference) -> tuple[str, ...]:
    """The folders of the files that an archive is made of, that keep their names: `content = file("app.py")`."""
    instance = archive.instance
    frame = instance.frame_of(archive)
    node = frame.block.body() if frame is not None else None
    found: dict[str, None] = {}
    for part in Body(frame, (node,)).blocks("source") if frame is not None and node is not None else ():
        content, name = part.node("content"), part.text("filename")
        path = file_of(part.frame, content) if content is not None else ""
        if path and name and path.endswith(f"/{name}"):
            found[path.removesuffix(f"/{name}")] = None
    return tuple(found)


def layer(made: Made) -> Iterator[Resource]:
    """A version of a layer."""
    yield Layer(*made.head, made.value("layer_name"), code=_code(made))


def alias(made: Made) -> Iterator[Resource]:
    """An alias."""
    yield Alias(*made.head, made.value("name"), function=made.value("function_name"))


def invoke_config(made: Made) -> Iterator[Resource]:
    """How a function is retried."""
    destinations = made.body.block("destination_config")
    retries = Retries(
        made.value("maximum_retry_attempts"),
        made.value("maximum_event_age_in_seconds"),
        on_failure=destinations.block("on_failure").value("destination"),
        on_success=destinations.block("on_success").value("destination"),
        place=made.place,
    )
    yield InvokeConfig(*made.head, function=made.value("function_name"), retries=retries)


def url(made: Made) -> Iterator[Resource]:
    """A URL of a function."""
    yield Trigger(*made.head, kind="function_url", function=made.value("function_name"))


def permission(made: Made) -> Iterator[Resource]:
    """Who may invoke a function."""
    yield Permission(
        *made.head,
        function=made.value("function_name"),
        principal=made.value("principal"),
        action=made.value("action"),
        source=made.value("source_arn"),
    )
