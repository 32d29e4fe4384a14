"""A command on argparse that validates with pydantic."""

import argparse
from typing import Annotated

from process import process
from pydantic import BaseModel, Field


class ProcessRequest(BaseModel):
    """What the function takes."""

    message: Annotated[str, Field(min_length=1, max_length=65_536)]


class ProcessResponse(BaseModel):
    """What the function answers."""

    message: str


parser = argparse.ArgumentParser(description="Process a message.")
parser.add_argument("message", help="The message to process.")
parser.add_argument("--version", action="version", version="0.1.0")
request = ProcessRequest(message=parser.parse_args().message)
print(ProcessResponse(message=process(request.message)).message)
