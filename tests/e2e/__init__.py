"""The tests that open the image with the tools that people use: Docker, SAM CLI, AWS CLI, curl."""
