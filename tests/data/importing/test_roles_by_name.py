"""Roles of named columns: the same events come back, or a refusal."""

from datetime import timedelta
from pathlib import Path

import pytest

from data.datasets.store import Store
from data.importing.ingest import ingest
from data.importing.request import ImportRequest
from tests.data.importing.makers import (
    Maker,
    check,
    csv,
    event,
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

MAKERS["H&M"] = Maker(
    {
        "transactions_train.csv": csv(
            ("t_dat", "customer_id", "article_id", "price", "sales_channel_id"),
            (
                (
                    f"{moment(k):%Y-%m-%d}",
                    f"{user(k):064x}",
                    f"0{663713000 + product(k)}",
                    f"{price(k) / 10000:.17f}",
                    1 + k % 2,
                )
                for k in ks()
            ),
            quote=lambda text: text.startswith("06"),
        )
    },
    [event(f"{user(k):064x}", f"0{663713000 + product(k)}", midnight(k)) for k in ks()],
)
MAKERS["Olist, joined"] = Maker(
    {
        "olist.csv": csv(
            (
                "order_id",
                "customer_id",
                "order_status",
                "order_purchase_timestamp",
                "order_approved_at",
                "order_delivered_carrier_date",
                "order_delivered_customer_date",
                "order_estimated_delivery_date",
                "order_item_id",
                "product_id",
                "seller_id",
                "shipping_limit_date",
                "price",
                "freight_value",
                "customer_unique_id",
                "customer_zip_code_prefix",
                "customer_city",
                "customer_state",
                "product_category_name",
            ),
            (
                (
                    f"{k:032x}",
                    f"{9000 + k:032x}",
                    "delivered",
                    moment(k),
                    moment(k) + timedelta(hours=1),
                    moment(k) + timedelta(days=1),
                    "" if k % 7 == 0 else moment(k) + timedelta(days=5),
                    f"{moment(k) + timedelta(days=20):%Y-%m-%d} 00:00:00",
                    1,
                    f"{product(k):032x}",
                    f"{5:032x}",
                    moment(k) + timedelta(days=2),
                    f"{price(k):.2f}",
                    "13.29",
                    f"{user(k):032x}",
                    "01037",
                    "são paulo",
                    "SP",
                    "beleza_saude",
                )
                for k in ks()
            ),
            quote=lambda text: len(text) == 32 or text == "01037",
        )
    },
    [event(f"{user(k):032x}", f"{product(k):032x}", moment(k), price=price(k)) for k in ks()],
)
MAKERS["Amazon ratings of 2023"] = Maker(
    {
        "Books.train.csv": csv(
            ("user_id", "parent_asin", "rating", "timestamp", "history"),
            (
                (
                    f"AE{user(k)}XQ",
                    f"B01{product(k)}",
                    "5.0",
                    1000 * stamp(k) + 301,
                    " ".join(f"B01{product(j)}" for j in range(k % 4)),
                )
                for k in ks()
            ),
        )
    },
    [
        event(f"AE{user(k)}XQ", f"B01{product(k)}", moment(k) + timedelta(milliseconds=301))
        for k in ks()
    ],
)
MAKERS["Goodreads, CSV without times"] = Maker(
    {
        "goodreads_interactions.csv": csv(
            ("user_id", "book_id", "is_read", "rating", "is_reviewed"),
            ((k % 13, product(k), k % 2, k % 6, 0) for k in ks()),
        )
    },
    [event(k % 13, product(k)) for k in ks()],
)
MAKERS["MovieLens 20M"] = Maker(
    {
        "ratings.csv": csv(
            ("userId", "movieId", "rating", "timestamp"),
            ((user(k), product(k), f"{(k % 10 + 1) / 2}", stamp(k)) for k in ks()),
            end="\r\n",
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["MovieLens, tags"] = Maker(
    {
        "tags.csv": csv(
            ("userId", "movieId", "tag", "timestamp"),
            ((user(k), product(k), ["dark hero", "film, noir"][k % 2], stamp(k)) for k in ks()),
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["Elo"] = Maker(
    {
        "historical_transactions.csv": csv(
            (
                "authorized_flag",
                "card_id",
                "city_id",
                "category_1",
                "installments",
                "category_3",
                "merchant_category_id",
                "merchant_id",
                "month_lag",
                "purchase_amount",
                "purchase_date",
                "category_2",
                "state_id",
                "subsector_id",
            ),
            (
                (
                    "Y",
                    f"C_ID_{user(k):x}",
                    88,
                    "N",
                    0,
                    "A",
                    80 + k % 3,
                    f"M_ID_{product(k):x}",
                    -8,
                    "-0.70333091",
                    moment(k),
                    "1.0",
                    16,
                    37,
                )
                for k in ks()
            ),
        )
    },
    [event(f"C_ID_{user(k):x}", f"M_ID_{product(k):x}", moment(k)) for k in ks()],
    "merchant_id",
)
MAKERS["Pakistan e-commerce"] = Maker(
    {
        "Pakistan Largest Ecommerce Dataset.csv": csv(
            (
                "item_id",
                "status",
                "created_at",
                "sku",
                "price",
                "qty_ordered",
                "grand_total",
                "increment_id",
                "category_name_1",
                "sales_commission_code",
                "discount_amount",
                "payment_method",
                "Working Date",
                "BI Status",
                " MV ",
                "Year",
                "Month",
                "Customer Since",
                "M-Y",
                "FY",
                "Customer ID",
                "",
                "",
            ),
            [
                (
                    f"{211131 + k}",
                    "complete",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"kreations_YI {product(k)}",
                    price(k),
                    1,
                    price(k),
                    100147443 + k,
                    "Women's Fashion",
                    "\\N",
                    0,
                    "cod",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    "#REF!",
                    " 1,950 ",
                    2019,
                    11,
                    "2016-7",
                    "11-2019",
                    "FY20",
                    user(k),
                    "",
                    "",
                )
                for k in ks()
            ]
            + [("",) * 23] * 8,
        )
    },
    [event(user(k), f"kreations_YI {product(k)}", midnight(k), price=price(k)) for k in ks()],
)
MAKERS["Last.fm, hetrec"] = Maker(
    {
        "user_artists.dat": csv(
            ("userID", "artistID", "weight"),
            ((k % 13, product(k), 13883 - k) for k in ks()),
            "\t",
            end="\r\n",
        )
    },
    [event(k % 13, product(k)) for k in ks()],
)
MAKERS["Shopify orders"] = Maker(
    {
        "orders_export.csv": csv(
            (
                "Name",
                "Email",
                "Financial Status",
                "Paid at",
                "Fulfillment Status",
                "Currency",
                "Subtotal",
                "Total",
                "Created at",
                "Lineitem quantity",
                "Lineitem name",
                "Lineitem price",
                "Lineitem sku",
                "Billing Name",
                "Id",
            ),
            (
                (
                    f"#{1001 + k // 3}",
                    f"buyer{user(k // 3)}@example.com",
                    "paid" if k % 3 == 0 else "",
                    f"{moment(k)} +0100" if k % 3 == 0 else "",
                    "fulfilled" if k % 3 == 0 else "",
                    "EUR" if k % 3 == 0 else "",
                    "100.00" if k % 3 == 0 else "",
                    "121.00" if k % 3 == 0 else "",
                    f"{moment(k // 3)} +0100",
                    1,
                    f"Mug {product(k)}",
                    f"{price(k):.2f}",
                    f"SKU-{product(k)}",
                    "María" if k % 3 == 0 else "",
                    f"{450789469 + k}" if k % 3 == 0 else "",
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"buyer{user(k // 3)}@example.com",
            f"SKU-{product(k)}",
            moment(k // 3) - timedelta(hours=1),
            price=price(k),
        )
        for k in ks()
    ],
)
MAKERS["WooCommerce, Advanced Order Export"] = Maker(
    {
        "orders.csv": csv(
            (
                "Order Number",
                "Order Status",
                "Order Date",
                "Customer Note",
                "First Name (Billing)",
                "Email (Billing)",
                "Payment Method Title",
                "Order Total Amount",
                "SKU",
                "Item #",
                "Item Name",
                "Quantity (- Refund)",
                "Item Cost",
            ),
            (
                (
                    4000 + k,
                    "Completed",
                    f"{moment(k):%Y-%m-%d %H:%M}",
                    "",
                    "Ana",
                    f"b{user(k)}@example.com",
                    "Card",
                    "99.00",
                    f"WOO-{product(k)}",
                    1,
                    f"Hoodie {product(k)}",
                    1,
                    price(k),
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"b{user(k)}@example.com",
            f"WOO-{product(k)}",
            moment(k).replace(second=0),
            price=price(k),
        )
        for k in ks()
    ],
)
MAKERS["GA4 in BigQuery, unnested"] = Maker(
    {
        "ga4.csv": csv(
            (
                "event_date",
                "event_timestamp",
                "event_name",
                "user_pseudo_id",
                "user_id",
                "item_id",
                "item_name",
                "item_brand",
                "item_category",
                "price",
            ),
            (
                (
                    f"{moment(k):%Y%m%d}",
                    1_000_000 * stamp(k) + 5,
                    {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}[kind(k)],
                    f"{user(k)}.1572566400",
                    "",
                    product(k),
                    "Mug",
                    "acme",
                    "Home",
                    price(k),
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"{user(k)}.1572566400",
            product(k),
            moment(k) + timedelta(microseconds=5),
            type=kind(k),
            brand="acme",
            category="Home",
            price=price(k),
        )
        for k in ks()
    ],
    "user_pseudo_id",
)
MAKERS["Amazon seller report"] = Maker(
    {
        "report.txt": csv(
            (
                "amazon-order-id",
                "merchant-order-id",
                "purchase-date",
                "last-updated-date",
                "order-status",
                "buyer-email",
                "product-name",
                "sku",
                "asin",
                "item-status",
                "quantity",
                "currency",
                "item-price",
            ),
            (
                (
                    f"114-{k:07d}-1",
                    "",
                    f"{moment(k):%Y-%m-%dT%H:%M:%S}+00:00",
                    f"{moment(k + 5):%Y-%m-%dT%H:%M:%S}+00:00",
                    "Shipped",
                    f"{user(k)}@marketplace.amazon.com",
                    '15" laptop sleeve',
                    f"SK-{product(k)}",
                    f"B0{product(k)}",
                    "Shipped",
                    1,
                    "USD",
                    price(k),
                )
                for k in ks()
            ),
            "\t",
        ).replace('"15"" laptop sleeve"', '15" laptop sleeve')
    },
    [
        event(f"{user(k)}@marketplace.amazon.com", f"SK-{product(k)}", moment(k), price=price(k))
        for k in ks()
    ],
    "asin",
)
for names in (
    ("HSHD_NUM", "CARD_NO"),
    ("hh_id", "card_number"),
    ("household_key", "loyalty_card"),
    ("household_id", "member_id"),
):
    for order in (1, -1):
        MAKERS[f"a household beside its cards: {names[::order]}"] = Maker(
            {
                "log.csv": csv(
                    (*names[::order], "sku", "event_time"),
                    (
                        (*(user(k), 90 * user(k) + k % 2)[::order], product(k), moment(k))
                        for k in ks()
                    ),
                )
            },
            [event(user(k), product(k), moment(k)) for k in ks()],
        )
MAKERS["Etsy"] = Maker(
    {
        "EtsySoldOrderItems2019.csv": csv(
            ("Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Order ID", "Listing ID"),
            (
                (
                    f"{moment(k):%m/%d/%y}",
                    f"Ring {product(k)}",
                    f"Ana ({user(k)})",
                    1,
                    price(k),
                    1500 + k,
                    7000 + product(k),
                )
                for k in ks()
            ),
            quote=lambda text: " " in text,
        )
    },
    [event(f"Ana ({user(k)})", 7000 + product(k), midnight(k), price=price(k)) for k in ks()],
    "Listing ID",
)

MAKERS["Etsy: products that most rows do not have an SKU of"] = Maker(
    {
        "orders.csv": csv(
            ("Sale Date", "Item Name", "Buyer", "Price", "Order ID", "Listing ID", "SKU"),
            (
                (
                    *(f"{moment(k):%m/%d/%y}", "Ring", f"ana{user(k)}", price(k), 1500 + k),
                    *(7000 + product(k), "R-1" if k % 6 == 0 else ""),
                )
                for k in ks()
            ),
        )
    },
    [event(f"ana{user(k)}", 7000 + product(k), midnight(k), price=price(k)) for k in ks()],
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)


@pytest.mark.parametrize("names", [("hshd_num", "card_no"), ("household", "customer_id")])
def test_a_household_beside_a_person_is_said_to_be_unsure(
    names: tuple[str, str], store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "log.csv"
    rows = ((user(k), 90 * user(k) + k % 2, product(k), moment(k)) for k in ks())
    file.write_text(csv((*names, "sku", "event_time"), rows))
    understood = ingest(store, ImportRequest([file], "log")).manifest.summary["understood"]
    (other,) = set(names) - {understood["roles"]["user"]}
    assert understood["unsure"]["user"].startswith(f"{other} may be meant, too")
