"""Functions made, changed and removed by an SDK client."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from botocore.exceptions import ClientError


def archive(text):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("app.py", text)
    return data.getvalue()


ONE, TWO = (f"def handler(event, context):\n    return {number}\n" for number in (1, 2))


@pytest.fixture
def client(bench):
    made = bench.service().client()
    yield made
    made.close()


def create(client, **more):
    given = {"Runtime": "python3.12", "Role": "arn:aws:iam::123456789012:role/r", "Handler": "app.handler"}
    return client.create_function(**{"FunctionName": "f", "Code": {"ZipFile": archive(ONE)}, **given, **more})


def call(client, **more):
    return json.loads(client.invoke(FunctionName="f", **more)["Payload"].read())


def refused(function, *arguments, **keywords):
    with pytest.raises(ClientError) as caught:
        function(*arguments, **keywords)
    return caught.value.response["Error"]["Code"]


def test_a_function_is_made_used_changed_and_removed(client):
    assert create(client, Timeout=7, Environment={"Variables": {"A": "b"}})["State"] == "Active"
    client.get_waiter("function_active_v2").wait(FunctionName="f")
    assert call(client) == 1
    assert client.get_function(FunctionName="f")["Configuration"]["Timeout"] == 7
    client.update_function_code(FunctionName="f", ZipFile=archive(TWO))
    assert call(client) == 2
    client.update_function_configuration(FunctionName="f", Environment={"Variables": {"LEVEL": "high"}})
    client.get_waiter("function_updated_v2").wait(FunctionName="f")
    variables = client.get_function_configuration(FunctionName="f")["Environment"]["Variables"]
    assert variables == {"LEVEL": "high"}
    assert [each["FunctionName"] for each in client.list_functions()["Functions"]] == ["f"]
    client.delete_function(FunctionName="f")
    assert refused(client.invoke, FunctionName="f") == "ResourceNotFoundException"
    assert client.list_functions()["Functions"] == []


def test_versions_keep_their_code_and_aliases_name_them(client):
    create(client, Publish=True)
    client.update_function_code(FunctionName="f", ZipFile=archive(TWO), Publish=True)
    alias = client.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    assert alias["AliasArn"].endswith("function:f:live")
    assert [call(client, Qualifier=each) for each in ("1", "2", "live")] == [1, 2, 1]
    client.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    assert call(client, Qualifier="live") == 2
    assert client.get_alias(FunctionName="f", Name="live")["FunctionVersion"] == "2"
    assert [each["Name"] for each in client.list_aliases(FunctionName="f")["Aliases"]] == ["live"]
    assert [each["Version"] for each in client.list_versions_by_function(FunctionName="f")["Versions"]] == [
        "$LATEST",
        "1",
        "2",
    ]
    client.delete_alias(FunctionName="f", Name="live")
    assert refused(client.get_alias, FunctionName="f", Name="live") == "ResourceNotFoundException"
    assert refused(client.create_alias, FunctionName="f", Name="x", FunctionVersion="9") == "ResourceNotFoundException"


def test_code_from_a_bucket(bench, client):
    s3 = bench.services[0].client("s3", s3={"addressing_style": "path"})
    try:
        s3.create_bucket(Bucket="code")
        s3.put_object(Bucket="code", Key="f.zip", Body=archive(TWO))
    finally:
        s3.close()
    create(client, Code={"S3Bucket": "code", "S3Key": "f.zip"})
    assert call(client) == 2
    assert refused(create, client, FunctionName="g", Code={"S3Bucket": "code", "S3Key": "no"}) == (
        "InvalidParameterValueException"
    )


def test_what_cannot_be_served_is_refused(client):
    create(client)
    assert refused(create, client) == "ResourceConflictException"
    invalid = "InvalidParameterValueException"
    assert refused(create, client, FunctionName="g", Runtime="nodejs22.x") == invalid
    assert refused(create, client, FunctionName="g", Code={"ZipFile": b"no archive"}) == invalid
    assert refused(create, client, FunctionName="g", Timeout=901) == invalid
