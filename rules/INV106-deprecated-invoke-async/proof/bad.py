"""Sends 300 KB by the old operation, which takes 256 KB."""

import json
import os
import sys

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    manuscript = "once upon a time " * 18_000
    args = json.dumps({"manuscript": manuscript})
    response = lambda_client.invoke_async(FunctionName=os.environ["ECHO_FUNCTION"], InvokeArgs=args)
    return {"status": response["Status"]}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
