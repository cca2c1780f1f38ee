"""Tables as databases, spreadsheets and their command lines write them."""

from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
    everything,
    jsonl,
    kind,
    ks,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}
EVENTS = [event(user(k), product(k), moment(k), price=price(k)) for k in ks()]

for mark in ("\x01", "\x1f", "~", "^"):
    MAKERS[f"delimiter {mark!r}"] = Maker(
        {
            "log.txt": csv(
                ("user_id", "product_id", "event_time", "price"),
                ((user(k), product(k), moment(k), price(k)) for k in ks()),
                mark,
            )
        },
        EVENTS,
    )
MAKERS["Hive: no header, missing prices"] = Maker(
    {
        "000000_0": csv(
            None,
            ((f"u{user(k)}", f"p{product(k)}", kind(k), moment(k), "\\N") for k in ks()),
            "\x01",
        )
    },
    [event(f"u{user(k)}", f"p{product(k)}", moment(k), type=kind(k)) for k in ks()],
)
MAKERS["ids as formulas, quoted: Taobao"] = Maker(
    {
        "ExportOrderList.csv": csv(
            ("订单编号", "买家会员名", "宝贝标题", "商家编码", "宝贝价格", "订单创建时间"),
            (
                (
                    *(f'="{10**17 + k}"', f"tb{user(k)}", "杯子", f'="{product(k):08d}"'),
                    *(price(k), moment(k)),
                )
                for k in ks()
            ),
            quote=everything,
        ).encode("gb18030")
    },
    [
        event(
            f"tb{user(k)}",
            f"{product(k):08d}",
            moment(k),
            price=price(k),
            session=str(10**17 + k),
        )
        for k in ks()
    ],
)
MAKERS["ids as formulas, without quotes, some empty"] = Maker(
    {
        "log.csv": "customer,sku,date,price\n"
        + "".join(f'="0{user(k)}",="0{product(k)}",{moment(k)},{price(k)}\n' for k in ks())
        + f'="",="0{product(0)}",{moment(0)},1\n'
    },
    [event(f"0{user(k)}", f"0{product(k)}", moment(k), price=price(k)) for k in ks()],
)
MAKERS["names of the columns in a comment"] = Maker(
    {
        "log.tsv": "# written by a script\n#user_id\titem_id\ttimestamp\n"
        + "".join(f"{user(k)}\t{product(k)}\t{stamp(k)}\n" for k in ks())
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["a comment with as many words as columns is no header"] = Maker(
    {
        "out.bip": "% bip unweighted asymmetric positive\n"
        + "".join(f"{user(k)} {product(k)} 1 {stamp(k)}\n" for k in ks())
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["Mercado Libre: a name that begins with a number sign"] = Maker(
    {
        "ventas.csv": csv(
            (
                *("# de venta", "Fecha de venta", "Unidades", "SKU"),
                *("Precio unitario de venta (ARS)", "Comprador"),
            ),
            (
                (
                    2000000000 + k,
                    f"{moment(k).day} de {('noviembre', 'diciembre')[moment(k).month - 11]} de "
                    f"{moment(k):%Y %H:%M} hs.",
                    *(1, f"SK{product(k)}", price(k), f"Ana {user(k)}"),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [
        event(
            f"Ana {user(k)}",
            f"SK{product(k)}",
            moment(k).replace(second=0),
            price=price(k),
            session=str(2000000000 + k),
        )
        for k in ks()
    ],
)
MAKERS["times in a form that is not known are not left out"] = Maker(
    {
        "log.csv": csv(
            ("user", "item", "moment_of_order_time"),
            ((user(k), product(k), f"{moment(k):%Y}w{moment(k):%V}/{moment(k):%w}") for k in ks()),
        )
    },
    None,
    "cannot be read",
)
MAKERS["R: ids that are shorter in scientific notation"] = Maker(
    {
        "log.csv": csv(
            ("", "user_id", "item_id", "time"),
            (
                (
                    *(k + 1, "1e+05" if k % 13 == 0 else user(k)),
                    *("2e+05" if k % 17 == 0 else product(k), moment(k)),
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            100000 if k % 13 == 0 else user(k),
            200000 if k % 17 == 0 else product(k),
            moment(k),
        )
        for k in ks()
    ],
)
MAKERS["times that a spreadsheet has rounded"] = Maker(
    {
        "log.csv": csv(
            ("user", "item", "time"),
            ((user(k), product(k), f"{stamp(k) / 1e9:.2f}E+09") for k in ks()),
        )
    },
    None,
    "cannot be read",
)
for mark in ("<null>", "[null]", "[NULL]", "n.a.", "?", "missing", "(empty)", "#REF!", "#VALUE!"):
    MAKERS[f"a missing buyer as {mark}"] = Maker(
        {
            "log.csv": csv(
                ("user", "item", "time"),
                ((mark if k % 3 == 0 else f"u{user(k)}", product(k), moment(k)) for k in ks()),
            )
        },
        [event(f"u{user(k)}", product(k), moment(k)) for k in ks() if k % 3],
    )
MAKERS["Kinesis Firehose: objects without line ends"] = Maker(
    {
        "firehose": jsonl(
            {"user_id": user(k), "item_id": product(k), "event": kind(k), "ts": stamp(k)}
            for k in ks()
        ).replace("\n", "")
    },
    [event(user(k), product(k), moment(k), type=kind(k)) for k in ks()],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_of_a_table_come_back_or_it_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
