"""Finishes a story when its text is uploaded, under a name with a space in it."""

import os

import boto3

from invocation_lint.reference.platform import finish_story, open_story

s3 = boto3.client("s3")
lambda_client = boto3.client("lambda")


def handler(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        text = s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key=key)["Body"].read()
        finish_story(key.partition("/")[0], text.decode())


def main():
    story = open_story()
    function = lambda_client.get_function(FunctionName=os.environ["PROOF_FUNCTION"])["Configuration"]["FunctionArn"]
    bucket = f"uploads-{story.id}"
    s3.create_bucket(Bucket=bucket)
    told = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=told)
    s3.put_object(Bucket=bucket, Key=f"{story.id}/the text.txt", Body=b"Once upon a time")


if __name__ == "__main__":
    main()
