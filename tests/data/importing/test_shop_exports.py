"""Exports of shop systems, marketplaces and analytics: the same events come back."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from tests.data.importing.makers import (
    Event,
    Maker,
    check,
    csv,
    event,
    everything,
    jsonl,
    kind,
    ks,
    midnight,
    moment,
    price,
    product,
    user,
)

MAKERS: dict[str, Maker] = {}

MAKERS["PrestaShop, prices with tax"] = Maker(
    {
        "orders.csv": csv(
            (
                *("id_order", "reference", "id_customer", "product_id", "product_reference"),
                *("product_quantity", "unit_price_tax_incl", "date_add", "date_upd"),
            ),
            (
                (
                    *(k + 1, "XKBKNABJK", user(k), product(k), f"demo_{k % 17}"),
                    *(1 + k % 3, f"{price(k):.6f}", moment(k), moment(k) + timedelta(days=3)),
                )
                for k in ks()
            ),
            ";",
            everything,
        )
    },
    [event(user(k), product(k), moment(k), price=price(k), quantity=1 + k % 3) for k in ks()],
)
MAKERS["PayPal: payments and refunds"] = Maker(
    {
        "activity.csv": csv(
            (
                *("Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross"),
                *("From Email Address", "Transaction ID", "Item Title", "Item ID", "Quantity"),
            ),
            (
                (
                    *(f"{moment(k):%m/%d/%Y}", f"{moment(k):%H:%M:%S}", "PST", "Ann"),
                    "Website Payment" if k % 9 else "Payment Refund",
                    *("Completed", "USD", f"{price(k):,.2f}", f"b{user(k)}@example.com"),
                    *(f"TX{k}", f"Mug {product(k)}", product(k), 1),
                )
                for k in ks()
            ),
            quote=everything,
        )
    },
    [
        event(
            f"b{user(k)}@example.com",
            product(k),
            moment(k),
            type="purchase" if k % 9 else "return",
            price=price(k),
        )
        for k in ks()
    ],
)
MAKERS["Ozon: accepted before it is shipped"] = Maker(
    {
        "orders.csv": csv(
            (
                *("Номер заказа", "Принят в обработку", "Дата отгрузки", "Артикул"),
                *("Итоговая стоимость товара", "Количество", "Покупатель"),
            ),
            (
                (
                    *(f"{k}-0001", moment(k), moment(k) + timedelta(days=1)),
                    *(f"art-{product(k)}", f"{price(k):.2f}", 1, f"Иван {user(k)}"),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [event(f"Иван {user(k)}", f"art-{product(k)}", moment(k), price=price(k)) for k in ks()],
)
MAKERS["Italian: pieces as Q.tà, and a clock with points"] = Maker(
    {
        "ordini.csv": csv(
            (
                *("Data ordine", "Ora", "Codice cliente", "Codice articolo", "Q.tà"),
                "Prezzo unitario",
            ),
            (
                (
                    *(f"{moment(k):%d/%m/%Y}", f"{moment(k):%H.%M.%S}", f"{user(k):08d}"),
                    *(f"{product(k):08d}", 1 + k % 3, f"{price(k):.2f}".replace(".", ",")),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [
        event(f"{user(k):08d}", f"{product(k):08d}", moment(k), price=price(k), quantity=1 + k % 3)
        for k in ks()
    ],
)


def shopify_order(k: int, staff: int | None) -> Event:
    mug = {"product_id": product(k), "sku": f"S{product(k)}", "quantity": 1 + k % 2}
    return {
        "id": 450789469 + k,
        "created_at": f"{moment(k):%Y-%m-%dT%H:%M:%S}-05:00",
        "customer": {"id": user(k), "email": f"b{user(k)}@example.com", "orders_count": k},
        "email": f"b{user(k)}@example.com",
        "order_number": 1000 + k,
        "user_id": staff,
        "line_items": [
            {"id": 10**6 + k, **mug, "price": f"{price(k):.2f}"},
            {"id": 2 * 10**6 + k, "product_id": 7, "sku": "S7", "quantity": 1, "price": "3.00"},
        ],
    }


SHOPIFY = [
    event(user(k), *bought, time=moment(k) + timedelta(hours=5))
    for k in ks()
    for bought in ((product(k),), (7,))
]
for staff in (None, 799407056):
    MAKERS[f"Shopify, orders in JSON, staff {staff}"] = Maker(
        {"orders.jsonl": jsonl(shopify_order(k, staff) for k in ks())}, SHOPIFY
    )
MAKERS["Shopify, orders in one object"] = Maker(
    {"orders.json": json.dumps({"orders": [shopify_order(k, None) for k in ks()]}, indent=1)},
    SHOPIFY,
)
MAKERS["Turkish, Windows-1254"] = Maker(
    {
        "siparişler.csv": csv(
            ("Sipariş No", "Müşteri No", "Ürün Kodu", "Adet", "Birim Fiyat", "Sipariş Tarihi"),
            (
                (
                    *(100 + k, user(k), product(k), 1 + k % 3, f"{price(k):.2f}".replace(".", ",")),
                    f"{moment(k):%d.%m.%Y %H:%M:%S}",
                )
                for k in ks()
            ),
            ";",
        ).encode("cp1254")
    },
    [event(user(k), product(k), moment(k), price=price(k), quantity=1 + k % 3) for k in ks()],
)
for names, morning, afternoon in (
    (("고객ID", "상품ID", "주문일시"), "오전", "오후"),
    (("用户ID", "商品ID", "下单时间"), "上午", "下午"),
    (("顧客ID", "商品ID", "注文日時"), "午前", "午後"),
):
    MAKERS[f"morning and afternoon: {morning}"] = Maker(
        {
            "orders.csv": csv(
                names,
                (
                    (
                        *(user(k), product(k)),
                        f"{moment(k):%Y/%m/%d} {morning if moment(k).hour < 12 else afternoon} "
                        f"{(moment(k).hour - 1) % 12 + 1}:{moment(k):%M:%S}",
                    )
                    for k in ks()
                ),
            )
        },
        [event(user(k), product(k), moment(k)) for k in ks()],
    )
MAKERS["Klaviyo and Heap: other words for the same"] = Maker(
    {
        "events.csv": csv(
            ("Event", "Time", "Profile ID", "ProductID"),
            (
                (
                    {
                        "view": ("Viewed Product", "Pageview"),
                        "cart": ("Added to Bag", "Add To Bag"),
                        "purchase": ("Ordered Product", "Place Order"),
                    }[kind(k)][k % 2],
                    *(f"{moment(k)}+00:00", f"01H{user(k)}", product(k)),
                )
                for k in ks()
            ),
        )
    },
    [event(f"01H{user(k)}", product(k), moment(k), type=kind(k)) for k in ks()],
)
MAKERS["eBay: the name of a buyer is no id beside the user name"] = Maker(
    {
        "sales.csv": csv(
            (
                "Order Number",
                "Buyer Name",
                "Buyer Username",
                "Item Number",
                "Sold For",
                "Sale Date",
            ),
            (
                (
                    *(f"12-{k}", "Ann", f"buyer{user(k)}", 110000000000 + product(k)),
                    *(f"${price(k):,.2f}", f"{moment(k):%b-%d-%y}"),
                )
                for k in ks()
            ),
        )
    },
    [
        event(f"buyer{user(k)}", 110000000000 + product(k), midnight(k), price=price(k))
        for k in ks()
    ],
)
MAKERS["Allegro, Windows-1250"] = Maker(
    {
        "sprzedaż.csv": csv(
            ("Data zakupu", "Kupujący", "Nazwa produktu", "Sygnatura", "Ilość", "Cena"),
            (
                (
                    *(f"{moment(k):%d.%m.%Y %H:%M:%S}", f"kup{user(k)}", "Kubek"),
                    *(f"S{product(k)}", 1, f"{price(k):.2f}".replace(".", ",") + " zł"),
                )
                for k in ks()
            ),
            ";",
        ).encode("cp1250")
    },
    [event(f"kup{user(k)}", f"S{product(k)}", moment(k), price=price(k)) for k in ks()],
)
MAKERS["German, short names"] = Maker(
    {
        "auftraege.csv": "Auftragsliste\nErstellt am: 01.12.2019\n\n"
        + csv(
            ("Auftragsnr.", "Auftragsdatum", "Kd.-Nr.", "Art.-Nr.", "Menge", "E-Preis"),
            (
                (
                    *(k, f"{moment(k):%d.%m.%y}", user(k), product(k), f"{1 + k % 2},00"),
                    f"{price(k):.2f}".replace(".", ","),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [event(user(k), product(k), midnight(k), price=price(k), quantity=1 + k % 2) for k in ks()],
)
MAKERS["no header, the product first"] = Maker(
    {"log.csv": csv(None, ((f"item_{product(k)}", f"user_{user(k)}", moment(k)) for k in ks()))},
    [event(f"user_{user(k)}", f"item_{product(k)}", moment(k)) for k in ks()],
)
MAKERS["PostHog: a field that begins with a dollar sign"] = Maker(
    {
        "events.csv": csv(
            ("uuid", "event", "properties.$product_id", "timestamp", "distinct_id"),
            (
                (
                    f"{k:x}",
                    {
                        "view": "product_viewed",
                        "cart": "product_added",
                        "purchase": "order_completed",
                    }[kind(k)],
                    *(product(k), f"{moment(k):%Y-%m-%dT%H:%M:%S}.123000+00:00", f"u-{user(k)}"),
                )
                for k in ks()
            ),
        )
    },
    [
        event(f"u-{user(k)}", product(k), moment(k) + timedelta(milliseconds=123), type=kind(k))
        for k in ks()
    ],
)
MAKERS["Snowplow: the id of the shop is no product"] = Maker(
    {
        "events.tsv": csv(
            ("app_id", "collector_tstamp", "event", "user_id", "ti_sku", "ti_price", "ti_quantity"),
            (
                (
                    *("shop", f"{moment(k)}.123", "transaction_item", user(k)),
                    *(f"sku-{product(k)}", price(k), 1 + k % 2),
                )
                for k in ks()
            ),
            "\t",
        )
    },
    [
        event(
            user(k),
            f"sku-{product(k)}",
            moment(k) + timedelta(milliseconds=123),
            price=price(k),
            quantity=1 + k % 2,
        )
        for k in ks()
    ],
)
MAKERS["DynamoDB, values with their types"] = Maker(
    {
        "export.json": jsonl(
            {"Item": {"user_id": {"S": f"u{user(k)}"}, "product_id": {"N": f"{product(k)}"}}}
            for k in ks()
        )
    },
    [event(f"u{user(k)}", product(k)) for k in ks()],
)
MAKERS["DataCo, many ids and times"] = Maker(
    {
        "DataCo.csv": csv(
            (
                *("Type", "Category Id", "Customer Id", "order date (DateOrders)", "Order Id"),
                *("Order Item Cardprod Id", "Order Item Id", "Order Item Quantity", "Sales"),
                *("Order Status", "Product Card Id", "Product Name", "Product Price"),
                "shipping date (DateOrders)",
            ),
            (
                (
                    *(("DEBIT", "CASH", "TRANSFER", "PAYMENT")[k % 4], 73, user(k)),
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year} {moment(k).hour}:01",
                    *(77202 + k, product(k), 180517 + k, 1 + k % 2, price(k)),
                    ("COMPLETE", "PENDING", "CLOSED", "CANCELED")[k % 4],
                    *(product(k), "Smart watch", price(k)),
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year} 22:56",
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            user(k),
            product(k),
            midnight(k) + timedelta(hours=moment(k).hour, minutes=1),
            price=price(k),
            quantity=1 + k % 2,
        )
        for k in ks()
    ],
)
for customer, item in (
    ("Sell-to Customer No.", "Item No."),
    ("CUSTACCOUNT", "ITEMID"),
    ("CUST_ACCOUNT_ID", "INVENTORY_ITEM_ID"),
    ("Sold-To Party", "Material"),
    ("Vevő azonosítója", "Termék cikkszáma"),
    ("review_profilename", "beer_id"),
    ("Username (Pembeli)", "Nomor Referensi SKU"),
):
    MAKERS[f"a buyer as {customer}"] = Maker(
        {
            "lines.csv": csv(
                ("Entry No.", customer, item, "Order Date"),
                ((k, f"K{user(k)}", f"A{product(k)}", moment(k)) for k in ks()),
            )
        },
        [event(f"K{user(k)}", f"A{product(k)}", moment(k)) for k in ks()],
    )


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_of_an_export_come_back(name: str, store: Store, tmp_path: Path) -> None:
    check(MAKERS[name], store, tmp_path)
