"""The pace of guesses: after five wrong passwords, each further one takes twice as long.

Wrong passwords are counted by client and by user name. Many clients that guess the password of one
user slow each other down; a client from which that user has signed in before is slowed down by its
own guesses only, so that strangers cannot keep the user out.
"""

import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import RLock

FREE = 5
"""Wrong passwords before the first pause."""
LONGEST_PAUSE = 300.0
"""Seconds between two guesses at most."""
FORGOTTEN_AFTER = 24 * 3600.0
"""Seconds after the last wrong password of a client or for a user, when the count starts anew."""
MOST_REMEMBERED = 10_000
"""Clients and users that are counted at most; those that guessed longest ago are dropped."""


class Guesses:
    """Counts wrong passwords.

    Parameters
    ----------
    clock : callable
        Returns a time in seconds; tests pass their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = RLock()
        self._wrong: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()
        self._known: OrderedDict[Hashable, None] = OrderedDict()
        self._under_way = Counter[Hashable]()

    @contextmanager
    def guess(self, address: str, user: str) -> Iterator[float]:
        """Yield the seconds that a client has to wait; 0 for a guess that the block checks.

        Until it is checked it counts as wrong, so that many at once are no more than one by one.
        """
        with self._lock:
            pause, keys = self.pause(address, user), self._keys(address, user)
            if not pause:
                self._under_way.update(keys)
        try:
            yield pause
        finally:
            if not pause:
                with self._lock:
                    self._under_way -= Counter(keys)

    def pause(self, address: str, user: str) -> float:
        """Return the seconds that a client has to wait before the next guess; 0 for none."""
        with self._lock:
            return max(self._pause(key) for key in self._keys(address, user))

    def wrong(self, address: str, user: str) -> None:
        """Count a wrong password."""
        with self._lock:
            for key in self._keys(address, user):
                number, last = self._wrong.pop(key, (0, 0.0))
                now = self._clock()
                self._wrong[key] = (1 if now - last > FORGOTTEN_AFTER else number + 1, now)
            while len(self._wrong) > MOST_REMEMBERED:
                self._wrong.popitem(last=False)

    def right(self, address: str, user: str) -> None:
        """Forget the wrong passwords of a client, and remember that the user signs in from it."""
        client = client_of(address)
        with self._lock:
            for key in (client, (client, user)):
                self._wrong.pop(key, None)
            self._known[client, user] = None
            self._known.move_to_end((client, user))
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)

    def _keys(self, address: str, user: str) -> list[Hashable]:
        client = client_of(address)
        is_known = (client, user) in self._known
        return [client, (client, user) if is_known else ("", user)]

    def _pause(self, key: Hashable) -> float:
        number, last = self._wrong.get(key, (0, 0.0))
        under_way = self._under_way[key]
        if number + under_way < FREE:
            return 0.0
        pause = min(2.0 ** min(max(number - FREE, 0), 16), LONGEST_PAUSE)
        return pause if under_way else max(0.0, last + pause - self._clock())


def client_of(address: str) -> str:
    """Return the network that counts as one client: an IPv4 address, or the /64 of an IPv6 one.

    Examples
    --------
    >>> client_of("192.0.2.1"), client_of("2001:db8::1:2"), client_of("::ffff:192.0.2.1")
    ('192.0.2.1', '2001:db8::', '192.0.2.1')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
