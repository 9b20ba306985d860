"""The codewords of a QR code: a text as bytes, with its error correction (ISO/IEC 18004).

python-qrcode does this bit by bit in lists, which takes three quarters of the time that a code
takes. Here a block is one whole number, and a step of the division one look-up. The result is
the library's own, and a test compares them.
"""

from functools import cache
from itertools import chain, zip_longest
from typing import Final

ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NO_VALUE: Final = 0xFF
_VALUES: Final = bytes(
    ALPHANUMERIC.find(chr(byte)) if chr(byte) in ALPHANUMERIC else _NO_VALUE for byte in range(256)
)
_ALPHANUMERIC_MODE: Final = 0b0010
_BYTE_MODE: Final = 0b0100
_PADDING: Final = (0xEC, 0x11)
_FIELD: Final = 0x11D  # x^8 + x^4 + x^3 + x^2 + 1


def text_bits(text: str, *, alphanumeric: bool) -> str:
    """The bits of the text itself, without its head: two characters in 11 bits, or one in 8.

    Raises:
        ValueError: a character of the text is not alphanumeric.
    """
    if not alphanumeric:
        return "".join(f"{byte:08b}" for byte in text.encode())
    values = text.encode().translate(_VALUES)
    if _NO_VALUE in values:
        raise ValueError("a character that has no place in an alphanumeric code")
    pairs = zip(values[::2], values[1::2], strict=False)
    bits = "".join(f"{45 * first + second:011b}" for first, second in pairs)
    return bits + (f"{values[-1]:06b}" if len(values) % 2 else "")


def codewords(
    text: str, *, alphanumeric: bool, count_bits: int, blocks: list[tuple[int, int]]
) -> list[int]:
    """All codewords in the order in which they are drawn.

    `count_bits` is how long the number of bytes is; `blocks` are the data and the correction
    codewords of every block of the code's version.
    """
    mode = _ALPHANUMERIC_MODE if alphanumeric else _BYTE_MODE
    bits = f"{mode:04b}{len(text.encode()):0{count_bits}b}"
    bits += text_bits(text, alphanumeric=alphanumeric)
    room = sum(data for data, _ in blocks)
    bits += "0" * min(4, 8 * room - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    data += bytes(_PADDING[number % 2] for number in range(room - len(data)))
    parts, corrections, first = [], [], 0
    for length, correction in blocks:
        part = data[first : first + length]
        parts.append(part)
        corrections.append(_correction(part, correction))
        first += length
    return [*_interleaved(parts), *_interleaved(corrections)]


def _interleaved(blocks: list[bytes]) -> list[int]:
    """The first of every block, the second of every block, and so on."""
    columns = zip_longest(*blocks)
    return [word for word in chain.from_iterable(columns) if word is not None]


def _correction(data: bytes, count: int) -> bytes:
    """The rest of the data's polynomial divided by the generator of so many codewords."""
    multiples, rest, top = _multiples(count), 0, 8 * (count - 1)
    whole = (1 << 8 * count) - 1
    for byte in data:
        rest = ((rest << 8) & whole) ^ multiples[byte ^ (rest >> top)]
    return rest.to_bytes(count, "big")


@cache
def _multiples(count: int) -> tuple[int, ...]:
    """The generator of so many codewords, without its first term, times every byte."""
    generator, root = [1], 1
    for _ in range(count):
        shifted = [*generator, 0]
        for at, term in enumerate(generator):
            shifted[at + 1] ^= _product(term, root)
        generator, root = shifted, _product(root, 2)
    multiples = [0]
    for byte in range(1, 256):
        lowest = byte & -byte
        if byte == lowest:
            terms = bytes(_product(byte, term) for term in generator[1:])
            multiples.append(int.from_bytes(terms, "big"))
        else:  # a sum of two that are known
            multiples.append(multiples[lowest] ^ multiples[byte ^ lowest])
    return tuple(multiples)


def _product(byte: int, factor: int) -> int:
    """A product in the field of 256."""
    product = 0
    while factor:
        if factor & 1:
            product ^= byte
        factor >>= 1
        byte <<= 1
        if byte & 0x100:
            byte ^= _FIELD
    return product
