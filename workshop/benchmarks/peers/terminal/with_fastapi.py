"""A command on argparse that imports the FastAPI application for the function and the models in it."""

import argparse

from app import ProcessRequest, ProcessResponse
from process import process

parser = argparse.ArgumentParser(description="Process a message.")
parser.add_argument("message", help="The message to process.")
parser.add_argument("--version", action="version", version="0.1.0")
request = ProcessRequest(message=parser.parse_args().message)
print(ProcessResponse(message=process(request.message)).message)
