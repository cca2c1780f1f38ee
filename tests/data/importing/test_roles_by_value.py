"""Roles of columns without names: the same events come back, or a refusal."""

from datetime import timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    ks,
    moment,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["YooChoose, clicks"] = Maker(
    {
        "yoochoose-clicks.dat": csv(
            None,
            (
                (1 + k // 3, f"{moment(k):%Y-%m-%dT%H:%M:%S}.277Z", 214536502 + k % 20, "S0"[k % 2])
                for k in ks()
            ),
        )
    },
    [event(1 + k // 3, 214536502 + k % 20, moment(k) + timedelta(milliseconds=277)) for k in ks()],
)
MAKERS["YooChoose, buys"] = Maker(
    {
        "yoochoose-buys.dat": csv(
            None,
            (
                (
                    420374 + k // 3,
                    f"{moment(k):%Y-%m-%dT%H:%M:%S}.314Z",
                    214537888 + k % 20,
                    (12462, 10471, 0, 628)[k % 4],
                    1 + k % 3,
                )
                for k in ks()
            ),
        )
    },
    [
        event(420374 + k // 3, 214537888 + k % 20, moment(k) + timedelta(milliseconds=314))
        for k in ks()
    ],
)
MAKERS["Gowalla"] = Maker(
    {
        "Gowalla_totalCheckins.txt": csv(
            None,
            (
                (
                    user(k),
                    f"{moment(k):%Y-%m-%dT%H:%M:%SZ}",
                    f"{30.2359091167 + k % 17}",
                    f"-{97.7951395833 + k % 17}",
                    product(k),
                )
                for k in ks()
            ),
            "\t",
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "--map",
)
MAKERS["Foursquare, New York"] = Maker(
    {
        "dataset_TSMC2014_NYC.txt": csv(
            None,
            (
                (
                    user(k),
                    f"49bbd6c0f964a520f453{product(k)}",
                    f"4bf58dd8d48988d127951{k % 5}",
                    "Arts & Crafts Store" if k % 2 else "Café",
                    f"{40.7198 + k % 17}",
                    f"-{74.0025 + k % 17}",
                    -240,
                    f"{moment(k):%a %b %d %H:%M:%S} +0000 {moment(k):%Y}",
                )
                for k in ks()
            ),
            "\t",
        ).encode("latin-1")
    },
    [event(user(k), f"49bbd6c0f964a520f453{product(k)}", moment(k)) for k in ks()],
    "--map",
)
MAKERS["MovieLens 10M"] = Maker(
    {
        "ratings.dat": "".join(
            f"{user(k)}::{product(k)}::{(k % 10 + 1) / 2:g}::{stamp(k)}\n" for k in ks()
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["MovieLens 100K"] = Maker(
    {"u.data": csv(None, ((user(k), product(k), 1 + k % 5, stamp(k)) for k in ks()), "\t")},
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["Steam-200k"] = Maker(
    {
        "steam-200k.csv": csv(
            None,
            (
                (
                    151603712 + user(k),
                    f"Game {product(k)}",
                    "purchase" if k % 2 == 0 else "play",
                    "1.0" if k % 2 == 0 else f"{k / 2}",
                    0,
                )
                for k in ks()
            ),
            quote=lambda text: text.startswith("Game"),
        )
    },
    [
        event(
            151603712 + user(k),
            f"Game {product(k)}",
            type="purchase" if k % 2 == 0 else "play",
        )
        for k in ks()
    ],
)
MAKERS["CDNOW"] = Maker(
    {
        "CDNOW_master.txt": "".join(
            f" {user(k):05d} {moment(k):%Y%m%d} {1 + k % 3:2d} {11.77 + k:7.2f}\n" for k in ks()
        )
    },
    None,
    settings={},
)
MAKERS["MIND, impressions"] = Maker(
    {
        "behaviors.tsv": csv(
            None,
            (
                (
                    1 + k,
                    f"U{user(k)}",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year} "
                    f"{moment(k):%I:%M:%S %p}".replace(" 0", " "),
                    " ".join(f"N{55189 + j}" for j in range(1 + k % 6)),
                    " ".join(f"N{35729 + j}-{j % 2}" for j in range(2)),
                )
                for k in ks()
            ),
            "\t",
        )
    },
    None,
)
MAKERS["Last.fm 1K"] = Maker(
    {
        "userid-timestamp-artid-artname-traid-traname.tsv": csv(
            None,
            (
                (
                    f"user_{user(k):06d}",
                    f"{moment(k):%Y-%m-%dT%H:%M:%SZ}",
                    f"f1b1cf71-bd35-4e99-8624-{product(k) % 5:012x}",
                    f"Artist {product(k) % 5}",
                    f"a5bd1cf7-cd35-4e99-8624-{product(k):012x}",
                    f"Fuck Me Im Famous ({product(k)})",
                )
                for k in ks()
            ),
            "\t",
        )
    },
    [
        event(f"user_{user(k):06d}", f"a5bd1cf7-cd35-4e99-8624-{product(k):012x}", moment(k))
        for k in ks()
    ],
    "--map",
)

MAKERS["an order, its buyer and a product of it"] = Maker(
    {"log.csv": csv(None, ((90_000 + k // 2, user(k // 2), product(k), moment(k)) for k in ks()))},
    [event(user(k // 2), product(k), moment(k), session=str(90_000 + k // 2)) for k in ks()],
)
MAKERS["three ids, any of which may be the buyer"] = Maker(
    {"log.csv": csv(None, ((user(k), product(k), 50_000 + k % 19, moment(k)) for k in ks()))},
    None,
    "--map user=COLUMN,product=COLUMN",
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
