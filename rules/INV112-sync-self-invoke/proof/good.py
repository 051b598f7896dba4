"""Does one scene, then sends the others to itself."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

lambda_client = boto3.client("lambda")


def handler(event, context):
    left = event.get("scenes", 3)
    if left == 0:
        return {"done": True}
    try:
        lambda_client.invoke(
            FunctionName=context.function_name,
            InvocationType="Event",
            Payload=json.dumps({"scenes": left - 1}),
        )
    except (BotoCoreError, ClientError) as error:
        return {"left": left, "reason": str(error)}
    return {"left": left - 1}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
