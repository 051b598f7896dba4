"""What templates deploy, as data: functions with their handlers, code and layers, and what invokes them.

Read are SAM and CloudFormation templates, serverless.yml, definitions of state machines beside them, stacks of the CDK
in Python and TypeScript, and Terraform. A template that cannot be read, or says something odd, tells nothing: it is not
ours to judge.
"""
