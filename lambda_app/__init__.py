"""One typed function behind three doors: AWS Lambda, REST and the terminal."""

# Beside the version in pyproject.toml, and held equal to it by a test: reading it from the installed
# package's metadata would cost every cold start and every `--version` more than their own work.
__version__ = "0.1.0"
