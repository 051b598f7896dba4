"""What known functions do: of the standard library, of boto3, of the packages that people use."""
