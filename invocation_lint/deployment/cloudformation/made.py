"""A resource of a template while it is read, and what its builder needs beside."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import field

from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.scope import Scope
from invocation_lint.deployment.documents.nodes import below
from invocation_lint.deployment.model import Code, Problem, Resource
from invocation_lint.deployment.paths import archive_at
from invocation_lint.deployment.values import Attribute, Conditions, Key, Text, Value, archive_of, known
from invocation_lint.findings import Place
from invocation_lint.records import mutable

ARCHIVES = (".zip", ".jar", ".war", ".whl", ".gz", ".tar")


@mutable
class Reading:
    """One template while it is read: its names, its files, and what was made of it so far."""

    path: str
    scope: Scope
    read: Callable[[str], bytes | None]  # the bytes of a file by its absolute path
    base: str = ""  # the folder from which paths count
    resources: list[Resource] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _assets: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.base = self.base or posixpath.dirname(self.path)

    @property
    def assets(self) -> dict[str, str]:
        """What the CDK has packed for the template: its paths by the keys under which it is in S3."""
        if self._assets is None:
            stack = self.path.removesuffix(".template.json")
            data = self.read(f"{stack}.assets.json") if stack != self.path else None
            self._assets = dict(_assets_in(data)) if data is not None else {}
        return self._assets

    def key(self, id: str) -> Key:
        """The key of a resource of this template."""
        return Key(self.path, id)

    def refer(self, id: str, attribute: str, place: Place) -> Value:
        """The value that is an attribute of a resource of this template."""
        return known(Text((Attribute(self.key(id), attribute),)), place)


@mutable
class Made:
    """One resource: its id, type and place, the conditions under which it is there, and its properties."""

    reading: Reading
    id: str
    type: str
    place: Place
    when: Conditions
    properties: Part
    resource: Part  # with its metadata

    @property
    def key(self) -> Key:
        """Its key."""
        return self.reading.key(self.id)

    def value(self, *keys: str) -> Value | None:
        """The value of a property."""
        return self.properties.value(*keys)

    def items(self, *keys: str) -> tuple[Value, ...]:
        """The elements of a property that is a list."""
        return self.properties.items(*keys)

    def own(self, attribute: str) -> Value:
        """The value that is an attribute of this resource."""
        return self.reading.refer(self.id, attribute, self.place)


def code_at(made: Made, where: Part, *, default: str | None = None) -> Code:
    """The code that a property names: a path beside the template, a place in S3, or a text. `default` is the path that
    counts where there is none."""
    if not where.is_there:
        folder = below(made.reading.base, default) if default is not None else None
        kind = "unknown" if folder is None else "folder"
        return Code(kind, folder, reason="" if folder else "the template names no code", place=made.place)
    if where.unknown:
        return Code("unknown", reason=where.unknown, place=where.place)
    path = where.text()
    if path:
        return code_of(path, made.reading.base, where.place)
    if where.get("ZipFile").is_there or where.get("InlineCode").is_there:
        return Code("inline", place=where.place)
    if where.get("ImageUri").is_there:
        return Code("image", reason="the code is in an image", place=where.place)
    if where.get("S3Bucket").is_there or where.get("Bucket").is_there:
        name = archive_of(where.value("S3Key") or where.value("Key"))
        return Code("archive", reason="the code is an archive in S3", place=where.place, archive=name)
    return Code("unknown", reason="the path of the code is not known", place=where.place)


def code_of(path: str, base: str, place: Place) -> Code:
    """The code at a path: a folder, or an archive that a build makes."""
    if path.startswith(("s3://", "https://")):
        return Code("archive", reason="the code is an archive in S3", place=place, archive=archive_at(path))
    if path.endswith(ARCHIVES):
        name = posixpath.basename(path)
        return Code("archive", reason=f"{name} is made by a build", place=place, archive=archive_at(path))
    if path.endswith(".py"):
        return Code("folder", posixpath.dirname(below(base, path)), place=place)
    return Code("folder", below(base, path), place=place)


def _assets_in(data: bytes) -> Iterator[tuple[str, str]]:
    """The files of a manifest of assets (AWS: CDK, cloud assembly schema, AssetManifest)."""
    try:
        files = json.loads(data)["files"]
        for one in files.values():
            for destination in one["destinations"].values():
                yield destination["objectKey"], one["source"]["path"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return
