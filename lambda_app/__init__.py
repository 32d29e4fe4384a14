"""One typed function behind three doors: AWS Lambda, REST and the terminal."""

# A test keeps this equal to the version in pyproject.toml. Reading the installed package's metadata would
# take longer than the rest of a cold start, or of `--version`.
__version__ = "0.1.0"
