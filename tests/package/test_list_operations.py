"""The shipped data on operations that answer in pages is what botocore says."""

from __future__ import annotations

import json
import subprocess
import sys

import botocore
import pytest
from botocore import xform_name
from botocore.loaders import Loader

from invocation_lint.data.list_operations import PATH, is_list_operation, list_operations
from tests.command import ROOT
from tests.package.list_operations import DATA, RESOURCES, many, written

SHIPPED = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_file_is_the_one_that_the_script_writes() -> None:
    if botocore.__version__ == SHIPPED["botocore"]:
        assert PATH.read_text(encoding="utf-8") == written()
    assert SHIPPED["botocore"]


@pytest.mark.parametrize("service", ["dynamodb", "s3", "lambda", "iam", "logs", "cloudfront", "route53"])
def test_tokens_keys_and_limits_are_those_of_the_paginators(service: str) -> None:
    paginators = Loader().load_service_model(service, "paginators-1")["pagination"]
    known = {xform_name(name): paging for name, paging in paginators.items()}
    for name in SHIPPED["services"][service]:
        (operation,) = [one for one in list_operations(name) if one.service == service]
        if name in known:  # an older botocore knows fewer
            assert operation.given == set(many(known[name]["input_token"]))
            assert set(operation.keys) <= set(many(known[name]["result_key"]))
            assert operation.limit == known[name].get("limit_key", "")


def test_operations_that_are_called_growing_are_there_with_their_page() -> None:
    for entries, named in (("data", DATA), ("resources", RESOURCES)):
        for service, names in named.items():
            for name in names:
                (operation,) = [one for one in list_operations(name) if one.service == service]
                assert operation.entries == entries
                assert operation.page or name in {"scan", "query"}, name


@pytest.mark.parametrize("name", ["invoke", "put_item", "describe_instances_of_nothing", "batch_get_item"])
def test_other_operations_are_none(name: str) -> None:
    assert not is_list_operation(name)


def test_the_analysis_does_not_import_botocore() -> None:
    code = "import sys, invocation_lint.facts.building.reading.list_reads; print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
