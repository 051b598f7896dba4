"""A function that is deployed with a handler that its module does not have: each invocation fails."""

import io
import zipfile
from pathlib import Path

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    return "done"


def main():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.write(Path(__file__), "bad.py")
    lambda_client.create_function(
        FunctionName="worker-bad",
        Runtime="python3.12",
        Timeout=300,
        Role="arn:aws:iam::123456789012:role/worker",
        Handler="bad.lambda_handler",
        Code={"ZipFile": archive.getvalue()},
    )
    lambda_client.invoke(FunctionName="worker-bad", InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
