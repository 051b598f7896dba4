"""Handlers of custom resources of CloudFormation."""
