"""A setting whose text is a list: its parts, one of which is changed, added or taken away."""


def parts_of(text: str, separator: str) -> tuple[str, ...]:
    """The parts, without blanks around and without empty ones."""
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def with_part(text: str, separator: str, place: int, part: str) -> str:
    """The text with another part in a place, behind the last a new one; an empty part goes."""
    parts = list(parts_of(text, separator))
    parts[place : place + 1] = [part]
    return f" {separator} ".join(part for part in parts if part)
