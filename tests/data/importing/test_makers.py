"""Logs as shops, competitions and papers write them: the same events come back, or a refusal."""

import gzip
import json
from datetime import timedelta
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
    midnight,
    moment,
    price,
    product,
    stamp,
    user,
)

MAKERS: dict[str, Maker] = {}

# Competitions and papers ------------------------------------------------------------------------

MAKERS["RetailRocket"] = Maker(
    {
        "events.csv": csv(
            ("timestamp", "visitorid", "event", "itemid", "transactionid"),
            (
                (
                    1000 * stamp(k) + 117,
                    user(k),
                    {"view": "view", "cart": "addtocart", "purchase": "transaction"}[kind(k)],
                    product(k),
                    4000 + k if kind(k) == "purchase" else "",
                )
                for k in ks()
            ),
        )
    },
    [
        event(user(k), product(k), moment(k) + timedelta(milliseconds=117), type=kind(k))
        for k in ks()
    ],
)
MAKERS["Otto, sessions in JSON lines"] = Maker(
    {
        "train.jsonl": jsonl(
            {
                "session": u,
                "events": [
                    {
                        "aid": product(k),
                        "ts": 1000 * stamp(k) + 25,
                        "type": {"view": "clicks", "cart": "carts", "purchase": "orders"}[kind(k)],
                    }
                    for k in ks()
                    if k % 13 == u
                ],
            }
            for u in range(13)
        )
    },
    [event(k % 13, product(k), moment(k) + timedelta(milliseconds=25), type=kind(k)) for k in ks()],
    "nested|list",
)
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
MAKERS["Instacart, orders joined to products"] = Maker(
    {
        "instacart.csv": csv(
            (
                "order_id",
                "user_id",
                "eval_set",
                "order_number",
                "order_dow",
                "order_hour_of_day",
                "days_since_prior_order",
                "product_id",
                "add_to_cart_order",
                "reordered",
                "product_name",
                "aisle_id",
                "department_id",
            ),
            sorted(
                (
                    (k * 7919) % 9973,
                    1 + k % 6,
                    "prior",
                    1 + k // 30,
                    k % 7,
                    f"{8 + k % 12:02d}",
                    "" if k < 30 else "7.0",
                    product(k),
                    1 + k // 6 % 5,
                    k % 2,
                    f"Product {product(k)}",
                    83,
                    4,
                )
                for k in ks()
            ),
        )
    },
    [event(1 + k % 6, product(k), None) for k in ks()],
    "order_number",
)
MAKERS["Instacart, without buyers"] = Maker(
    {
        "order_products__prior.csv": csv(
            ("order_id", "product_id", "add_to_cart_order", "reordered"),
            ((1 + k // 6, product(k), 1 + k % 6, k % 2) for k in ks()),
        )
    },
    None,
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
MAKERS["Dunnhumby, The Complete Journey"] = Maker(
    {
        "transaction_data.csv": csv(
            (
                "household_key",
                "BASKET_ID",
                "DAY",
                "PRODUCT_ID",
                "QUANTITY",
                "SALES_VALUE",
                "STORE_ID",
                "RETAIL_DISC",
                "TRANS_TIME",
                "WEEK_NO",
                "COUPON_DISC",
                "COUPON_MATCH_DISC",
            ),
            (
                (
                    user(k),
                    26984851472 + k,
                    1 + k // 2,
                    product(k),
                    1 + k % 2,
                    price(k),
                    364,
                    "-0.6",
                    f"{(900 + k):04d}",
                    1 + k // 14,
                    "0.0",
                    "0.0",
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k)) for k in ks()],
    "DAY",
)
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
MAKERS["Ta-Feng, Kaggle"] = Maker(
    {
        "ta_feng_all_months_merged.csv": csv(
            (
                "TRANSACTION_DT",
                "CUSTOMER_ID",
                "AGE_GROUP",
                "PIN_CODE",
                "PRODUCT_SUBCLASS",
                "PRODUCT_ID",
                "AMOUNT",
                "ASSET",
                "SALES_PRICE",
            ),
            (
                (
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"000{user(k)}",
                    "45-49",
                    "115",
                    110411 + k % 4,
                    f"4710{product(k)}1204",
                    1 + k % 3,
                    24,
                    30,
                )
                for k in ks()
            ),
            quote=everything,
        )
    },
    [event(f"000{user(k)}", f"4710{product(k)}1204", midnight(k), price=30.0) for k in ks()],
)
MAKERS["Tmall, IJCAI-15: a day without its year"] = Maker(
    {
        "user_log_format1.csv": csv(
            (
                "user_id",
                "item_id",
                "cat_id",
                "seller_id",
                "brand_id",
                "time_stamp",
                "action_type",
            ),
            (
                (
                    user(k),
                    product(k),
                    833 + k % 5,
                    2882,
                    "" if k % 11 == 0 else "2660.0",
                    f"{moment(k):%m%d}",
                    {"view": 0, "cart": 1, "purchase": 2}[kind(k)],
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k)) for k in ks()],
    "time_stamp",
)
MAKERS["Diginetica, purchases"] = Maker(
    {
        "train-purchases.csv": csv(
            ("sessionId", "userId", "timeframe", "eventdate", "ordernumber", "itemId"),
            (
                (150 + k, user(k), 421045 + k, f"{moment(k):%Y-%m-%d}", 16421 + k, product(k))
                for k in ks()
            ),
            ";",
        )
    },
    [event(user(k), product(k), midnight(k)) for k in ks()],
    "timeframe",
)
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
MAKERS["Amazon reviews of 2023"] = Maker(
    {
        "Books.jsonl.gz": gzip.compress(
            jsonl(
                {
                    "rating": 5.0,
                    "title": "Five Stars, really",
                    "text": 'Great "book"\nsecond line',
                    "images": [],
                    "asin": f"B00{product(k)}",
                    "parent_asin": f"B01{product(k)}",
                    "user_id": f"AE{user(k)}XQ",
                    "timestamp": 1000 * stamp(k) + 301,
                    "helpful_vote": 0,
                    "verified_purchase": True,
                }
                for k in ks()
            ).encode()
        )
    },
    [
        event(f"AE{user(k)}XQ", f"B00{product(k)}", moment(k) + timedelta(milliseconds=301))
        for k in ks()
    ],
    "parent_asin",
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
MAKERS["Yelp"] = Maker(
    {
        "yelp_academic_dataset_review.json": jsonl(
            {
                "review_id": f"{k:022x}",
                "user_id": f"mh_-e{user(k)}",
                "business_id": f"XQfwVw{product(k)}",
                "stars": 3.0,
                "useful": 0,
                "funny": 0,
                "cool": 0,
                "text": "If you decide to eat here, just be aware {it} [is] good.\n\nYes",
                "date": str(moment(k)),
            }
            for k in ks()
        )
    },
    [event(f"mh_-e{user(k)}", f"XQfwVw{product(k)}", moment(k)) for k in ks()],
    "business_id",
)
MAKERS["Goodreads, JSON"] = Maker(
    {
        "goodreads_interactions_poetry.json": jsonl(
            {
                "user_id": f"{user(k):032x}",
                "book_id": str(product(k)),
                "review_id": f"{k:032x}",
                "isRead": k % 2 == 0,
                "date_added": f"{moment(k):%a %b %d %H:%M:%S} -0800 {moment(k):%Y}",
                "date_updated": f"{moment(k + 9):%a %b %d %H:%M:%S} -0800 {moment(k + 9):%Y}",
                "rating": 4,
            }
            for k in ks()
        )
    },
    [event(f"{user(k):032x}", product(k), moment(k) + timedelta(hours=8)) for k in ks()],
    "date_added",
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
MAKERS["Trivago"] = Maker(
    {
        "train.csv": csv(
            (
                "user_id",
                "session_id",
                "timestamp",
                "step",
                "action_type",
                "reference",
                "platform",
                "city",
                "device",
                "current_filters",
                "impressions",
                "prices",
            ),
            (
                (
                    f"00RL8Z{user(k)}",
                    f"aff928{user(k)}",
                    stamp(k),
                    1 + k // 13,
                    "clickout item" if k % 3 == 0 else "interaction item image",
                    product(k),
                    "AU",
                    "Sydney, Australia",
                    "mobile",
                    "",
                    "3400638|1253714|3367857" if k % 3 == 0 else "",
                    "95|66|501" if k % 3 == 0 else "",
                )
                for k in ks()
            ),
        )
    },
    [event(f"00RL8Z{user(k)}", product(k), moment(k), price=None) for k in ks()],
    "reference",
)
MAKERS["MovieLens 10M"] = Maker(
    {
        "ratings.dat": "".join(
            f"{user(k)}::{product(k)}::{(k % 10 + 1) / 2:g}::{stamp(k)}\n" for k in ks()
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
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
MAKERS["MovieLens 100K"] = Maker(
    {"u.data": csv(None, ((user(k), product(k), 1 + k % 5, stamp(k)) for k in ks()), "\t")},
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
MAKERS["Netflix Prize"] = Maker(
    {
        "combined_data_1.txt": "".join(
            f"{movie}:\n"
            + "".join(f"{1488844 + k},{1 + k % 5},{moment(k):%Y-%m-%d}\n" for k in range(5 * movie))
            for movie in range(1, 8)
        )
    },
    None,
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
MAKERS["Walmart, no buyers"] = Maker(
    {
        "train.csv": csv(
            ("Store", "Dept", "Date", "Weekly_Sales", "IsHoliday"),
            ((1 + k % 4, k % 9, f"{moment(k):%Y-%m-%d}", price(k), "FALSE") for k in ks()),
        )
    },
    None,
)
MAKERS["Favorita, no buyers"] = Maker(
    {
        "train.csv": csv(
            ("id", "date", "store_nbr", "item_nbr", "unit_sales", "onpromotion"),
            ((k, f"{moment(k):%Y-%m-%d}", 1 + k % 4, product(k), "7.0", "") for k in ks()),
        )
    },
    None,
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
MAKERS["KuaiRand"] = Maker(
    {
        "log_standard.csv": csv(
            (
                "user_id",
                "video_id",
                "date",
                "hourmin",
                "time_ms",
                "is_click",
                "is_like",
                "play_time_ms",
                "duration_ms",
                "tab",
            ),
            (
                (
                    k % 13,
                    product(k),
                    f"{moment(k):%Y%m%d}",
                    f"{moment(k):%H}00",
                    1000 * stamp(k) + 92,
                    k % 2,
                    0,
                    7000 + k,
                    9000 + k,
                    1,
                )
                for k in ks()
            ),
        )
    },
    [event(k % 13, product(k), moment(k) + timedelta(milliseconds=92)) for k in ks()],
)
MAKERS["JD, JData"] = Maker(
    {
        "JData_Action_201602.csv": csv(
            ("user_id", "sku_id", "time", "model_id", "type", "cate", "brand"),
            (
                (
                    f"{266079 + user(k)}.0",
                    product(k),
                    moment(k),
                    "" if k % 2 else "0.0",
                    {"view": 6, "cart": 2, "purchase": 4}[kind(k)],
                    8,
                    545,
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            266079 + user(k),
            product(k),
            moment(k),
            type={"view": "6", "cart": "2", "purchase": "4"}[kind(k)],
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
MAKERS["Groceries, members"] = Maker(
    {
        "Groceries_dataset.csv": csv(
            ("Member_number", "Date", "itemDescription"),
            ((user(k), f"{moment(k):%d-%m-%Y}", f"item {product(k)}") for k in ks()),
        )
    },
    [event(user(k), f"item {product(k)}", midnight(k)) for k in ks()],
)
MAKERS["X5 RetailHero"] = Maker(
    {
        "purchases.csv": csv(
            (
                "client_id",
                "transaction_id",
                "transaction_datetime",
                "regular_points_received",
                "express_points_received",
                "regular_points_spent",
                "express_points_spent",
                "purchase_sum",
                "store_id",
                "product_id",
                "product_quantity",
                "trn_sum_from_iss",
                "trn_sum_from_red",
            ),
            (
                (
                    f"{user(k):010x}",
                    f"7e3e2e{k:04x}",
                    moment(k),
                    "10.0",
                    "0.0",
                    "0.0",
                    "0.0",
                    "1007.0",
                    f"54a4a1{k % 3}",
                    f"9a80{product(k):x}",
                    "2.0",
                    "80.0",
                    "",
                )
                for k in ks()
            ),
        )
    },
    [event(f"{user(k):010x}", f"9a80{product(k):x}", moment(k)) for k in ks()],
)
MAKERS["scanner data"] = Maker(
    {
        "scanner_data.csv": csv(
            (
                "",
                "Date",
                "Customer_ID",
                "Transaction_ID",
                "SKU_Category",
                "SKU",
                "Quantity",
                "Sales_Amount",
            ),
            (
                (
                    1 + k,
                    f"{moment(k):%d/%m/%Y}",
                    user(k),
                    k + 1,
                    f"X{k % 5}F",
                    f"{product(k)}X",
                    "1.0",
                    price(k),
                )
                for k in ks()
            ),
            quote=lambda text: not text.isdecimal(),
        )
    },
    [event(user(k), f"{product(k)}X", midnight(k), price=price(k)) for k in ks()],
)
MAKERS["supermarket sales, no buyers"] = Maker(
    {
        "supermarket_sales.csv": csv(
            (
                "Invoice ID",
                "Branch",
                "City",
                "Customer type",
                "Gender",
                "Product line",
                "Unit price",
                "Quantity",
                "Tax 5%",
                "Total",
                "Date",
                "Time",
                "Payment",
                "cogs",
                "Rating",
            ),
            (
                (
                    f"750-67-{k:04d}",
                    "A",
                    "Yangon",
                    ["Member", "Normal"][k % 2],
                    "Female",
                    "Health and beauty",
                    price(k),
                    7,
                    "26.1415",
                    "548.9715",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"{moment(k):%H:%M}",
                    "Ewallet",
                    "522.83",
                    "9.1",
                )
                for k in ks()
            ),
        )
    },
    None,
)
MAKERS["Superstore"] = Maker(
    {
        "Sample - Superstore.csv": csv(
            (
                "Row ID",
                "Order ID",
                "Order Date",
                "Ship Date",
                "Ship Mode",
                "Customer ID",
                "Customer Name",
                "Segment",
                "Country",
                "City",
                "State",
                "Postal Code",
                "Region",
                "Product ID",
                "Category",
                "Sub-Category",
                "Product Name",
                "Sales",
                "Quantity",
                "Discount",
                "Profit",
            ),
            (
                (
                    1 + k,
                    f"CA-2019-{152156 + k // 2}",
                    f"{moment(k).month}/{moment(k).day}/{moment(k).year}",
                    f"{moment(k + 9).month}/{moment(k + 9).day}/{moment(k + 9).year}",
                    "Second Class",
                    f"CG-{user(k)}",
                    "Claire Gute",
                    "Consumer",
                    "United States",
                    "Henderson",
                    "Kentucky",
                    42420,
                    "South",
                    f"FUR-BO-{product(k)}",
                    "Furniture",
                    "Bookcases",
                    "Bush Somerset Collection Bookcase, 9\xbd\xe9",
                    price(k),
                    2,
                    0,
                    "-41.9136",
                )
                for k in ks()
            ),
        ).encode("cp1252")
    },
    [
        event(
            f"CG-{user(k)}",
            f"FUR-BO-{product(k)}",
            midnight(k),
            category="Furniture",
            price=price(k) / 2,
        )
        for k in ks()
    ],
)
MAKERS["theLook"] = Maker(
    {
        "order_items.csv": csv(
            (
                "id",
                "order_id",
                "user_id",
                "product_id",
                "inventory_item_id",
                "status",
                "created_at",
                "shipped_at",
                "delivered_at",
                "returned_at",
                "sale_price",
            ),
            (
                (
                    1 + k,
                    1 + k // 2,
                    user(k),
                    product(k),
                    81000 + k,
                    "Complete",
                    f"{moment(k)}+00:00",
                    f"{moment(k + 3)}+00:00",
                    f"{moment(k + 9)}+00:00",
                    "",
                    price(k),
                )
                for k in ks()
            ),
        )
    },
    [event(user(k), product(k), moment(k), price=price(k)) for k in ks()],
)

# Shop systems and analytics ---------------------------------------------------------------------

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
MAKERS["Magento orders"] = Maker(
    {
        "export.csv": csv(
            (
                "Order #",
                "Purchased On",
                "Customer Email",
                "SKU",
                "Product Name",
                "Qty Ordered",
                "Price",
            ),
            (
                (
                    f"{k:09d}",
                    f"{moment(k):%b} {moment(k).day}, {moment(k):%Y}, "
                    f"{int(f'{moment(k):%I}')}:{moment(k):%M:%S %p}",
                    f"b{user(k)}@example.com",
                    f"24-MB{product(k)}",
                    "Joust Duffle Bag",
                    "1.0000",
                    f"${price(k):,.2f}",
                )
                for k in ks()
            ),
            quote=everything,
        )
    },
    [
        event(f"b{user(k)}@example.com", f"24-MB{product(k)}", moment(k), price=price(k))
        for k in ks()
    ],
)
MAKERS["GA4 in BigQuery"] = Maker(
    {
        "bquxjob.json": jsonl(
            {
                "event_date": f"{moment(k):%Y%m%d}",
                "event_timestamp": str(1_000_000 * stamp(k) + 5),
                "event_name": {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}[
                    kind(k)
                ],
                "user_pseudo_id": f"{user(k)}.1572566400",
                "items": [{"item_id": str(product(k)), "item_name": "Mug", "price": price(k)}],
            }
            for k in ks()
        )
    },
    [
        event(
            f"{user(k)}.1572566400",
            product(k),
            moment(k) + timedelta(microseconds=5),
            type=kind(k),
        )
        for k in ks()
    ],
    "nested|list",
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
MAKERS["Mixpanel"] = Maker(
    {
        "export.json": jsonl(
            {
                "event": {"view": "Product Viewed", "cart": "Add to Cart", "purchase": "Purchase"}[
                    kind(k)
                ],
                "properties": {
                    "time": stamp(k),
                    "distinct_id": f"u{user(k)}",
                    "product_id": str(product(k)),
                    "price": price(k),
                },
            }
            for k in ks()
        )
    },
    [event(f"u{user(k)}", product(k), moment(k), type=kind(k), price=price(k)) for k in ks()],
    "nested",
)
MAKERS["Segment"] = Maker(
    {
        "segment.json": jsonl(
            {
                "anonymousId": f"507f191e810c1972{user(k)}",
                "event": {
                    "view": "Product Viewed",
                    "cart": "Product Added",
                    "purchase": "Order Completed",
                }[kind(k)],
                "messageId": f"m{k}",
                "properties": {"product_id": str(product(k)), "price": price(k)},
                "timestamp": f"{moment(k):%Y-%m-%dT%H:%M:%S}.000Z",
                "type": "track",
                "userId": f"u{user(k)}",
            }
            for k in ks()
        )
    },
    [event(f"u{user(k)}", product(k), moment(k), type=kind(k), price=price(k)) for k in ks()],
    "nested",
)
MAKERS["MongoDB"] = Maker(
    {
        "orders.json": jsonl(
            {
                "_id": {"$oid": f"5dbc{k:020x}"},
                "user_id": {"$numberLong": str(user(k))},
                "product_id": str(product(k)),
                "created_at": {"$date": f"{moment(k):%Y-%m-%dT%H:%M:%S}.000Z"},
            }
            for k in ks()
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "nested",
)
MAKERS["JSON by columns, as pandas writes it"] = Maker(
    {
        "frame.json": json.dumps(
            {
                "user_id": {str(k): user(k) for k in ks()},
                "product_id": {str(k): product(k) for k in ks()},
                "time": {str(k): str(moment(k)) for k in ks()},
            }
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON in an envelope"] = Maker(
    {
        "api.json": json.dumps(
            {
                "status": "ok",
                "data": [
                    {"user_id": user(k), "product_id": product(k), "time": str(moment(k))}
                    for k in ks()
                ],
            }
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON array over many lines"] = Maker(
    {
        "pretty.json": json.dumps(
            [{"user_id": user(k), "product_id": product(k), "time": str(moment(k))} for k in ks()],
            indent=2,
        )
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
)
MAKERS["JSON, an array a line"] = Maker(
    {
        "rows.jsonl": json.dumps(["user_id", "product_id", "time"])
        + "\n"
        + "".join(json.dumps([user(k), product(k), str(moment(k))]) + "\n" for k in ks())
    },
    [event(user(k), product(k), moment(k)) for k in ks()],
    "JSON",
)
MAKERS["JSON lines, keys in any order and some missing"] = Maker(
    {
        "mixed.jsonl": jsonl(
            {"product_id": product(k), "ts": stamp(k), "user_id": user(k)}
            if k % 2
            else {"user_id": user(k), "price": price(k), "ts": stamp(k), "product_id": product(k)}
            for k in ks()
        )
    },
    [event(user(k), product(k), moment(k), price=None if k % 2 else price(k)) for k in ks()],
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
MAKERS["Square items"] = Maker(
    {
        "items.csv": csv(
            (
                "Date",
                "Time",
                "Time Zone",
                "Category",
                "Item",
                "Qty",
                "Price Point Name",
                "SKU",
                "Modifiers Applied",
                "Gross Sales",
                "Discounts",
                "Net Sales",
                "Tax",
                "Transaction ID",
                "Payment ID",
                "Device Name",
                "Event Type",
                "Location",
                "Customer ID",
                "Customer Name",
            ),
            (
                (
                    f"{moment(k):%Y-%m-%d}",
                    f"{moment(k):%H:%M:%S}",
                    "Eastern Time (US & Canada)",
                    "Coffee",
                    "Latte",
                    "-1.0" if k % 10 == 3 else "1.0",
                    "Regular",
                    f"SQ{product(k)}",
                    "",
                    "($4.50)" if k % 10 == 3 else "$4.50",
                    "$0.00",
                    "($4.50)" if k % 10 == 3 else "$4.50",
                    "$0.36",
                    f"T{k}",
                    f"P{k}",
                    "Register 1",
                    "Refund" if k % 10 == 3 else "Payment",
                    "Main St",
                    f"CUST{user(k)}",
                    "Ana",
                )
                for k in ks()
            ),
        )
    },
    [
        event(
            f"CUST{user(k)}",
            f"SQ{product(k)}",
            moment(k),
            type="return" if k % 10 == 3 else "purchase",
        )
        for k in ks()
    ],
    "Time Zone|zone",
)
MAKERS["SAP, decimal comma and trailing minus"] = Maker(
    {
        "export.csv": csv(
            ("Kunde", "Material", "Buchungsdatum", "Menge", "Nettowert"),
            (
                (
                    f"{user(k):010d}",
                    f"{product(k):018d}",
                    f"{moment(k):%d.%m.%Y}",
                    "2,000-" if k % 10 == 3 else "2,000",
                    ("1.299,00", "8,99", "24,50")[k % 3] + ("-" if k % 10 == 3 else ""),
                )
                for k in ks()
            ),
            ";",
        )
    },
    [
        event(
            f"{user(k):010d}",
            f"{product(k):018d}",
            midnight(k),
            type="return" if k % 10 == 3 else "purchase",
            price=(1299.0, 8.99, 24.5)[k % 3] / 2,
            quantity=2.0,
        )
        for k in ks()
    ],
)
MAKERS["SAP, list of a report"] = Maker(
    {
        "list.txt": "20.11.2019    Dynamische Listenausgabe    1\n\n"
        + "-" * 60
        + "\n|Kunde     |Material  |Datum     |   Preis|\n"
        + "-" * 60
        + "\n"
        + "".join(
            f"|{user(k):<10d}|{product(k):<10d}|{moment(k):%d.%m.%Y}|"
            f"{('1.299,00', '8,99', '24,50')[k % 3]:>8}|\n"
            for k in ks()
        )
        + "-" * 60
        + "\n"
    },
    [event(user(k), product(k), midnight(k), price=(1299.0, 8.99, 24.5)[k % 3]) for k in ks()],
    "--header-line",
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
MAKERS["eBay, a footer and a blank first line"] = Maker(
    {
        "SalesHistory.csv": "\n"
        + csv(
            (
                "Sales Record Number",
                "User Id",
                "Buyer Email",
                "Item Number",
                "Item Title",
                "Custom Label",
                "Quantity",
                "Sale Price",
                "Sale Date",
            ),
            (
                (
                    100 + k,
                    f"buyer_{user(k)}",
                    f"b{user(k)}@example.com",
                    f"2539{product(k)}",
                    "Vintage mug",
                    "",
                    1,
                    f"${price(k):,.2f}",
                    f"{moment(k):%b-%d-%y}",
                )
                for k in ks()
            ),
            quote=everything,
        )
        + '\n"90","record(s) downloaded,from ","Nov-20-19","to ","Dec-20-19"\n'
    },
    [event(f"buyer_{user(k)}", f"2539{product(k)}", midnight(k), price=price(k)) for k in ks()],
    "--map|--header-line",
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
MAKERS["Stripe, no products"] = Maker(
    {
        "payments.csv": csv(
            (
                "id",
                "Description",
                "Seller Message",
                "Created (UTC)",
                "Amount",
                "Amount Refunded",
                "Currency",
                "Converted Amount",
                "Fee",
                "Status",
                "Customer ID",
                "Customer Email",
            ),
            (
                (
                    f"ch_{k:014x}",
                    "Invoice",
                    "Payment complete.",
                    f"{moment(k):%Y-%m-%d %H:%M}",
                    "29,00",
                    "0,00",
                    "eur",
                    "29,00",
                    "0,88",
                    "Paid",
                    f"cus_{user(k):x}",
                    f"b{user(k)}@example.com",
                )
                for k in ks()
            ),
        )
    },
    None,
)


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_of_a_maker_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
