"""The encoding of a text file, told by its bytes."""

import codecs
import re
import unicodedata
from collections.abc import Sequence

from data.errors import BadInput
from data.i18n import _
from data.importing.column_names import roles_of

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

WESTERN = "cp1252"
"""What bytes that are no UTF-8 and that nothing else explains are taken for."""

_WESTERN_CHARACTERS = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŸ€£§°’‘“”–—…«»¿¡ºª´©®™\u00a0"
)
_LEGACY = [
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
    "cp1251",
    "koi8_r",
    "cp1250",
    "iso8859_2",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "cp850",
    "mac_roman",
]

_LATIN = ("cp1250", "iso8859_2", "cp1254", "cp1257", WESTERN)
"""Those of one byte with Latin letters, the most usual first."""

_ESCAPES = (
    (re.compile(rb"\x1b\$[@B]"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
)
"""How encodings of seven bits begin their characters; otherwise they are ASCII, and so UTF-8."""
_LARGEST_TAIL = 3
_LINES_OF_NAMES = 5
_SHARE_OF_NULS = 0.2
_SHARE_OF_NULS_IN_32 = (0.6, 0.76)


def encoding_of(start: bytes, whole: bool = True) -> str:
    r"""Return the encoding that the first bytes of a file are written in.

    A byte order mark decides; then NUL bytes at every second place (UTF-16 without a mark); then
    escape sequences (ISO-2022); then whether the bytes are UTF-8; what is left is told by
    ``charset-normalizer``.

    Parameters
    ----------
    start : bytes
        The first bytes, decompressed.
    whole : bool
        Whether these are all of the file; otherwise a last character may be incomplete.

    Examples
    --------
    >>> encoding_of("producto;año".encode("cp1252")), encoding_of("año".encode())
    ('cp1252', 'utf-8')
    >>> encoding_of("手机\n数码相机\n电脑".encode("gbk")), encoding_of("a,b".encode("utf-16-le"))
    ('gb18030', 'utf-16-le')
    >>> encoding_of("商品".encode("iso2022_jp"))
    'iso2022_jp_ext'
    """
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if wide := _wide(start):
        return wide
    for escape, name in _ESCAPES:
        if escape.search(start):
            return name
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if whole or error.start < len(start) - _LARGEST_TAIL:
            return _legacy(start)
    return "utf-8"


def _wide(start: bytes) -> str | None:
    """Return the byte order of UTF-16 or UTF-32 without a mark; None where no NUL shows it."""
    pairs = len(start) // 2
    if not pairs:
        return None
    least, most = _SHARE_OF_NULS_IN_32
    if least < start.count(0) / len(start) < most:
        return "utf-32-be" if start[0] == 0 else "utf-32-le"
    even, odd = start[: 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if odd > _SHARE_OF_NULS * pairs and not even:
        return "utf-16-le"
    if even > _SHARE_OF_NULS * pairs and not odd:
        return "utf-16-be"
    return None


def _legacy(start: bytes) -> str:
    """Return the encoding of bytes that are no UTF-8."""
    lines = [line for line in start.split(b"\n") if not line.isascii()][:2000]
    text = b"\n".join(lines)
    if sum(map(_is_utf8, lines)) * 10 > len(lines):
        return WESTERN  # of which the reader decodes each line that is UTF-8 as that
    return _by_names(start, WESTERN if _is_western(text) else _by_letters(text))


def _by_letters(text: bytes) -> str:
    """Return the encoding by statistics; one of Latin letters where these stand beside others.

    In a word there are letters of one script. Where the statistics see another one, or signs, it
    is the first of the usual encodings in which all that is no ASCII is a letter.
    """
    guess = _by_statistics(text)
    words = [word for word in re.findall(rb"[A-Za-z\x80-\xff]+", text) if not word.isascii()]
    mixed = [word for word in words if re.search(b"[A-Za-z]", word)]
    if len(mixed) * 2 <= len(words) or (guess in _LATIN and _are_letters(mixed, guess)):
        return guess
    return next((name for name in _LATIN if _are_letters(mixed, name)), guess)


def _are_letters(words: Sequence[bytes], encoding: str) -> bool:
    """Return whether all characters of some words are Latin letters in an encoding."""
    text = b"".join(words).decode(encoding, errors="replace")
    return all(
        character.isalpha() and "LATIN" in unicodedata.name(character, "") for character in text
    )


def _by_names(start: bytes, guess: str) -> str:
    """Return the encoding in which most names of columns are known; the guess of several."""
    line = next((line for line in start.split(b"\n")[:_LINES_OF_NAMES] if not line.isascii()), b"")

    def known(encoding: str) -> int:
        names = re.split(r"[;,\t|]", line.decode(encoding, errors="replace"))
        return sum(bool(roles_of(name.strip(' "\r'))) for name in names)

    return max([guess, *_LEGACY], key=known)


def _by_statistics(text: bytes) -> str:
    from charset_normalizer import from_bytes

    if name := _east_asian(text):
        return name
    match = from_bytes(text, cp_isolation=[*_LEGACY]).best()
    name = codecs.lookup(match.encoding).name if match else WESTERN
    return "gb18030" if name in ("gbk", "gb2312") else name


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_western(text: bytes) -> bool:
    """Return whether Windows-1252 gives letters and signs of Western languages, and few in a row.

    Statistics of a language need more text than a log has: ``ñ`` alone is taken for Chinese.
    """
    runs = re.findall(rb"[\x80-\xff]+", text)
    characters = set(b"".join(runs).decode(WESTERN, errors="replace"))
    return characters <= _WESTERN_CHARACTERS and max(map(len, runs), default=0) <= 2


def _east_asian(text: bytes) -> str | None:
    """Return the encoding of pairs of high bytes, as EUC and GB 2312 have them; None for others.

    The first byte tells the scripts apart: kana are at 0xA4 and 0xA5, Hangul from 0xB0 to 0xC8,
    Chinese characters from 0xB0 to 0xF7.
    """
    runs = re.findall(rb"[\x80-\xff]+", text)
    if not runs or any(len(run) % 2 or min(run) < 0xA1 for run in runs):
        return None
    leads = b"".join(run[::2] for run in runs)
    if sum(lead in (0xA4, 0xA5) for lead in leads) * 10 > len(leads):
        return "euc_jp"
    if all(0xB0 <= lead <= 0xC8 for lead in leads):
        return "cp949"
    if all(lead <= 0xF7 for lead in leads):
        return "gb18030"
    return None


def normalised_name(encoding: str) -> str:
    """Return an encoding as Python calls it.

    Raises
    ------
    BadInput
        Where there is no such encoding of text.

    Examples
    --------
    >>> normalised_name("Windows-1252"), normalised_name("UTF8")
    ('cp1252', 'utf-8')
    """
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise BadInput(
            _("There is no encoding {name}; name one such as {examples}.").format(
                name=encoding, examples="utf-8, cp1252, gb18030, shift_jis"
            )
        ) from error
