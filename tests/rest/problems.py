"""Problem documents as tests expect them."""


def problem(status: int, title: str, **members: object) -> dict[str, object]:
    """Return a problem document without a type of its own."""
    return {"type": "about:blank", "title": title, "status": status, **members}


JSON = {"content-type": "application/json"}
INTERNAL = problem(500, "Internal Server Error")
TOO_LARGE = problem(413, "Content Too Large", detail="The input is larger than 1,048,576 bytes.")
TOO_MANY_LINES = problem(
    413,
    "Content Too Large",
    detail="The batch has more than 65,536 lines. "
    "Larger input belongs to `python -m lambda_app --jsonl`, or to a queue.",
)
