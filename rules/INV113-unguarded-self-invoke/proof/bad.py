"""Goes on in the background by invoking itself, and tests nothing: each run starts the next one."""

import json
import os
import sys

import boto3

lambda_client = boto3.client("lambda")


def handler(event, context):
    print(event["scene"])
    lambda_client.invoke(
        FunctionName=context.function_name,
        InvocationType="Event",
        Payload=json.dumps({"scene": event["scene"] + 1}),
    )


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b'{"scene": 1}')
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
