"""A function that is deployed with the handler that its module has."""

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
        file.write(Path(__file__), "good.py")
    lambda_client.create_function(
        FunctionName="worker-good",
        Runtime="python3.12",
        Timeout=300,
        Role="arn:aws:iam::123456789012:role/worker",
        Handler="good.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    lambda_client.invoke(FunctionName="worker-good", InvocationType="Event", Payload=b"{}")


if __name__ == "__main__":
    main()
