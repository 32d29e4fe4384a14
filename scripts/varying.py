"""What differs from one call to the next, such as a time or a new identifier: how answers are shown, and compared."""

import json
from typing import Any

VARIES = "<varies>"


def steady(first: Any, second: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """Return an answer as it is shown: with `<varies>` for what a second answer to the same request has otherwise."""
    match first, second:
        case dict(), dict() if first.keys() == second.keys():
            return {name: steady(value, second[name]) for name, value in first.items()}
        case list(), list() if len(first) == len(second):
            return [steady(*pair) for pair in zip(first, second, strict=True)]
        case str(), str() if first != second and is_document(first) and is_document(second):
            return json.dumps(steady(json.loads(first), json.loads(second)), separators=(",", ":"), ensure_ascii=False)
    return first if first == second else VARIES


def agrees(shown: Any, answer: Any) -> bool:  # noqa: ANN401 (as above)
    """Tell whether an answer is what is shown."""
    match shown, answer:
        case dict(), dict():
            return shown.keys() == answer.keys() and all(agrees(shown[name], answer[name]) for name in shown)
        case list(), list():
            return len(shown) == len(answer) and all(agrees(*pair) for pair in zip(shown, answer, strict=True))
        case str(), str() if VARIES in shown and is_document(shown) and is_document(answer):
            return agrees(json.loads(shown), json.loads(answer))
    return bool(shown in (VARIES, answer))


def is_document(text: str) -> bool:
    """Tell whether a text is a JSON object or array, as the body of an HTTP answer may be."""
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False
