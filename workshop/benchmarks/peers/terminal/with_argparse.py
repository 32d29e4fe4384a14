"""A command on argparse alone."""

import argparse

from process import process

MAX_LENGTH = 65_536

parser = argparse.ArgumentParser(description="Process a message.")
parser.add_argument("message", help="The message to process.")
parser.add_argument("--version", action="version", version="0.1.0")
message = parser.parse_args().message
if not 1 <= len(message) <= MAX_LENGTH:
    parser.error("the message must have 1 to 65536 characters")
print(process(message))
