"""Which files may be templates, by their names. Nothing is read, so that a run without a question loads no reader."""

from __future__ import annotations

import re

DOCUMENTS = (".yaml", ".yml", ".json", ".template")
"""How the names of documents end that may be templates."""

PYTHON = ".py"
TYPESCRIPT = ".ts"
CODE = (TYPESCRIPT, PYTHON)
"""How the names of files end that may be stacks of the CDK."""

TERRAFORM = (".tf", ".tf.json")
"""How the names of the files of Terraform end; those of a folder are one template."""

VALUES = (".auto.tfvars", ".auto.tfvars.json")
"""How the names of the files end from which Terraform takes values of variables, whatever they are called."""

CHECKED = (*DOCUMENTS, *TERRAFORM)
"""How the names of files end of which is said when they cannot be read."""

LINTED = (*CHECKED, TYPESCRIPT)
"""How the names of files end that are no Python, and in which there are findings."""

MAX_BYTES = 1_000_000
"""The size of the largest template that CloudFormation takes (AWS: CloudFormation quotas, template body from S3)."""

SERVERLESS = ("serverless.yml", "serverless.yaml")
"""The names of the files of the Serverless Framework."""

SNAPSHOT = ".snap"
"""How the names of the snapshots of Jest end."""

SNAPSHOTS = "/__snapshots__/"
"""What stands in the paths of snapshots of tests, of Jest and of pytest (syrupy, which writes one JSON file a test)."""

CDK_OUT = "cdk.out"
"""The folder into which the CDK writes the templates that it makes (AWS: CDK developer guide, cloud assembly)."""

SYNTHESIZED = f"/{CDK_OUT}/"
"""What stands in the paths of templates that the CDK made."""

ZAPPA = tuple(f"zappa_settings{ending}" for ending in (".json", ".toml", ".yaml", ".yml", ".py"))
"""The names of the settings of Zappa."""

SAMCONFIG = ("/samconfig.toml", "/samconfig.yaml", "/samconfig.yml")
"""How the paths of the settings of `sam deploy` end."""

CHALICE = "/app.py"
"""How the paths of applications of Chalice end."""

ENDINGS = (*DOCUMENTS, *CODE, *TERRAFORM, *VALUES, SNAPSHOT, "zappa_settings.toml", "samconfig.toml")
"""How the names of all of them end."""


SPEAKS_OF_CDK = r"\baws[-_]cdk(?:[-_]lib)?\b|@aws-cdk/"
"""A pattern of what names the AWS CDK."""


def speaks_of_cdk(data: bytes) -> bool:
    """Whether the bytes of a file name the AWS CDK."""
    return re.search(SPEAKS_OF_CDK.encode(), data) is not None


def import_roots(layer: str) -> tuple[str, ...]:
    """The folders of a layer that come to be on the import path (AWS: Lambda developer guide, Python layers)."""
    return (f"{layer}/python", layer)
