"""SAM and CloudFormation templates, and what the Serverless Framework takes over of them."""
