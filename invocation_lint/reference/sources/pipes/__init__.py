"""EventBridge Pipes: what is read of a queue or stream goes through an enrichment to a target.

moto holds what CreatePipe and the like say (`known.py` reads it). A pipe is a mapping (`pipe.py`), so that the same
pollers read its source, filter, gather batches, retry and give up; only what a batch goes through is of its own
(`carrying.py`, `targets.py`).

Served: sources SQS, DynamoDB streams and Kinesis; enrichment by functions and EXPRESS state machines; targets Lambda,
Step Functions, SQS, SNS and event buses.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""
