"""Hashes of passwords (Argon2id, RFC 9106)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from data.errors import BadInput
from data.i18n import _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 1_000
"""Characters of a password at least and at most."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and its salt.

    Raises
    ------
    BadInput
        When the password is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            _("A password has {shortest} to {longest} characters.").format(
                shortest=SHORTEST, longest=LONGEST
            )
        )
    return _hasher().hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Return whether a password has a hash; it takes as long where there is no hash (None)."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        matches = _hasher().verify(password_hash or _dummy_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    """Return a hasher with the second parameter set of OWASP: 19 MiB, two passes, one thread."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _hasher().hash("the hash that the password of an unknown user is compared with")
