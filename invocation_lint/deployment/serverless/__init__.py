"""serverless.yml: functions with their events, what providers give them, and the resources beside them.

By the Serverless Framework's documentation (reference of serverless.yml, variables) and that of the plugins
serverless-step-functions, serverless-iam-roles-per-function and serverless-python-requirements.
"""
