"""Texts of many encodings: the same events come back, or a refusal."""

from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    everything,
    kind,
    ks,
    midnight,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["Ta-Feng, D01"] = Maker(
    {
        "D01": csv(
            (
                "日期",
                "會員卡號",
                "年齡層",
                "區域代號",
                "商品分類",
                "商品原始ID",
                "數量",
                "成本",
                "銷售金額",
            ),
            (
                (
                    f"{moment(k):%Y-%m-%d} 00:00:00",
                    f"000{user(k)}  ",
                    "D ",
                    "E ",
                    100205 + k % 3,
                    f"4710{product(k)}1204",
                    1 + k % 3,
                    51,
                    57,
                )
                for k in ks()
            ),
            ";",
        ).encode("big5")
    },
    [event(f"000{user(k)}", f"4710{product(k)}1204", midnight(k)) for k in ks()],
    "--encoding",
)
MAKERS["Book-Crossing"] = Maker(
    {
        "BX-Book-Ratings.csv": csv(
            ("User-ID", "ISBN", "Book-Rating"),
            ((user(k), f"0{34545104 + k % 17}X", k % 11) for k in ks()),
            ";",
            quote=everything,
            end="\r\n",
        ).encode("cp1252")
    },
    [event(user(k), f"0{34545104 + k % 17}X") for k in ks()],
)
MAKERS["Matomo, UTF-16"] = Maker(
    {
        "Export _ Visits Log.csv": csv(
            ("visitorId", "serverTimePretty", "serverTimestamp", "action", "productSku", "price"),
            (
                (
                    f"{user(k):016x}",
                    f"{moment(k):%H:%M:%S}",
                    stamp(k),
                    {
                        "view": "ecommerceProductView",
                        "cart": "ecommerceAbandonedCart",
                        "purchase": "ecommerceOrder",
                    }[kind(k)],
                    f"S{product(k)}",
                    price(k),
                )
                for k in ks()
            ),
        ).encode("utf-16")
    },
    [event(f"{user(k):016x}", f"S{product(k)}", moment(k), price=price(k)) for k in ks()],
)
MAKERS["1C"] = Maker(
    {
        "Продажи.csv": csv(
            ("Контрагент", "Номенклатура", "Дата", "Количество", "Цена", "Сумма"),
            (
                (
                    f"Покупатель {user(k)}",
                    f"Товар {product(k)}",
                    f"{moment(k):%d.%m.%Y} {moment(k).hour}:{moment(k):%M:%S}",
                    "1,000",
                    ("1\xa0299,00", "8,99", "24,50")[k % 3],
                    ("1\xa0299,00", "8,99", "24,50")[k % 3],
                )
                for k in ks()
            ),
            ";",
        ).encode("cp1251")
    },
    [
        event(
            f"Покупатель {user(k)}",
            f"Товар {product(k)}",
            moment(k),
            price=(1299.0, 8.99, 24.5)[k % 3],
        )
        for k in ks()
    ],
)

for encoding in ("iso8859_2", "cp1250"):
    for names in (
        ("user_id", "product_id", "time", "category"),
        ("id_klienta", "towar", "data", "kategoria"),
    ):
        MAKERS[f"two words of Polish in {encoding}: {names}"] = Maker(
            {
                "log.csv": csv(
                    names,
                    ((user(k), product(k), moment(k), ("Książki", "Żywność")[k % 2]) for k in ks()),
                    ";",
                ).encode(encoding)
            },
            [
                event(user(k), product(k), moment(k), category=("Książki", "Żywność")[k % 2])
                for k in ks()
            ],
        )

for encoding in ("iso2022_jp", "cp932", "euc_jp"):
    MAKERS[f"Japanese in {encoding}"] = Maker(
        {
            "log.csv": csv(
                ("会員ID", "商品ID", "日時", "カテゴリ"),
                ((user(k), product(k), moment(k), ("食品", "本")[k % 2]) for k in ks()),
            ).encode(encoding)
        },
        [event(user(k), product(k), moment(k), category=("食品", "本")[k % 2]) for k in ks()],
        "--encoding",
    )

for encoding in ("utf-32-le", "cp850", "mac_roman"):
    MAKERS[f"Spanish in {encoding}"] = Maker(
        {
            "log.csv": csv(
                ("Cliente", "Artículo", "Fecha", "Categoría"),
                ((f"c{user(k)}", product(k), moment(k), "Jardín") for k in ks()),
                ";",
            ).encode(encoding)
        },
        [event(f"c{user(k)}", product(k), moment(k), category="Jardín") for k in ks()],
    )


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
