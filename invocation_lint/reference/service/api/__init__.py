"""What answers requests of Lambda's API."""
