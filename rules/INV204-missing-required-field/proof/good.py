"""Asks for the images of a character by its id."""

import json
import os
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.platform import open_character

lambda_client = boto3.client("lambda")


def handler(event, context):
    character = open_character()
    payload = {
        "action": "create_character",
        "characterId": character.id,
        "userId": character.creator_user_id,
        "character": {"name": character.name, "traits": list(character.traits)},
    }
    try:
        lambda_client.invoke(
            FunctionName=os.environ["CONTENT_AGENT_FUNCTION"], InvocationType="Event", Payload=json.dumps(payload)
        )
    except (BotoCoreError, ClientError) as error:
        return {"id": character.id, "images": "failed", "reason": str(error)}
    return {"id": character.id, "images": "generating"}


def main():
    response = lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")
    if response.get("FunctionError"):
        sys.exit(response["Payload"].read().decode())


if __name__ == "__main__":
    main()
