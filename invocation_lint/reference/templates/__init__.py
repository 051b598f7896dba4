"""SAM and CloudFormation templates as descriptions of what a local Lambda service has to serve."""
