"""Who sends a request: a user, and the role that says what the user may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user may do; each role includes those before it.

    Examples
    --------
    >>> Role.TRAIN.includes(Role.LOOK), Role.LOOK.includes(Role.TRAIN)
    (True, False)
    """

    LOOK = "look"
    """See every page and download everything."""
    TRAIN = "train"
    """Also import datasets and start, stop and describe runs."""
    ADMINISTER = "administer"
    """Also rename, delete and put models into service."""

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do everything that another one may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class Identity:
    """Who sends a request.

    Attributes
    ----------
    name : str or None
        Name of the user; None for whoever knows the password of the server.
    role : Role
    """

    name: str | None
    role: Role


def stored_role(text: str) -> Role:
    """Return the role that a table holds; a damaged one may look.

    Examples
    --------
    >>> stored_role("train"), stored_role("owner")
    (<Role.TRAIN: 'train'>, <Role.LOOK: 'look'>)
    """
    return Role(text) if text in set(Role) else Role.LOOK
