"""Keeps an asynchronous client from one event to the next."""

import asyncio
import os

import boto3
import httpx

lambda_client = boto3.client("lambda")
web = httpx.AsyncClient(base_url=os.environ["AWS_ENDPOINT_URL"])


async def ask():
    answer = await web.post(f"/2015-03-31/functions/{os.environ['ECHO_FUNCTION']}/invocations", json={"a": 1})
    return answer.json()


def handler(event, context):
    return asyncio.run(ask())


def main():
    for _ in range(2):
        lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], Payload=b"{}")["Payload"].read()


if __name__ == "__main__":
    main()
