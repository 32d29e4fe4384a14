"""Text from outside, made fit to be shown in a log or on a terminal."""


def printable(text: str) -> str:
    """Escape what would begin another line of the log, or what a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)
