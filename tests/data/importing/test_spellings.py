"""Times, prices, types, ids and headers in the spellings of many makers and languages."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
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
    price,
    product,
    stamp,
    user,
)

pytestmark = pytest.mark.slow

# Headers ----------------------------------------------------------------------------------------

HEADERS = {
    "German": "Kundennummer;Artikelnummer;Bestelldatum;Einzelpreis;Menge",
    "German, in short": "Kunden-Nr.;Artikel-Nr.;Kaufdatum;Preis;Anzahl",
    "French": "Client;Référence produit;Date de commande;Prix unitaire;Quantité",
    "French, numbered": "N° client;Code produit;Date d'achat;Prix;Qté",
    "Spanish": "ID Cliente;Código Producto;Fecha de compra;Precio unitario;Cantidad",
    "Portuguese": "Código do cliente;Código do produto;Data da compra;Preço unitário;Quantidade",
    "Italian": "Codice cliente;Codice articolo;Data ordine;Prezzo;Quantità",
    "Dutch": "Klantnummer;Artikelnummer;Besteldatum;Prijs;Aantal",
    "Polish": "Numer klienta;Kod produktu;Data zamówienia;Cena;Ilość",
    "Swedish": "Kundnummer;Artikelnummer;Orderdatum;Pris;Antal",
    "Turkish": "Müşteri No;Ürün Kodu;Sipariş Tarihi;Birim Fiyat;Adet",
    "Russian": "ID клиента;Артикул;Дата заказа;Цена;Количество",
    "Russian, of a till": "Покупатель;Код товара;Дата продажи;Цена, руб.;Кол-во",
    "Chinese": "用户ID;商品ID;时间;单价;数量",
    "Chinese, of a shop": "会员编号;商品编码;下单时间;价格;购买数量",
    "Chinese, traditional": "客戶編號;商品編號;交易日期;單價;數量",
    "Japanese": "会員ID;商品コード;購入日時;単価;数量",
    "Japanese, numbered": "顧客番号;商品番号;注文日時;価格(税込);個数",
    "Korean": "고객번호;상품코드;주문일시;가격;수량",
    "Czech": "ID zákazníka;Kód zboží;Datum;Cena;Počet",
    "capitals": "CUSTOMER ID;PRODUCT ID;ORDER DATE;UNIT PRICE;QTY",
    "dashes": "customer-id;product-id;order-date;unit-price;qty",
    "camel case": "customerId;productId;orderDate;unitPrice;qty",
    "SQL Server": "[CustomerID];[ProductID];[OrderDate];[UnitPrice];[Quantity]",
    "SAP tables": "KUNNR;MATNR;BUDAT;NETPR;MENGE",
    "with tables": "orders.customer_id;orders.product_id;orders.order_date;orders.price;orders.qty",
    "with units": "customer_id;product_id;order_date (UTC);price (EUR);quantity (pcs)",
    "of a till": "Member No;PLU;Sale Date;Price;Units",
    "short": "cust_id;item_no;trans_date;amt;qty",
}


def headed(header: str) -> Maker:
    rows = ((user(k), product(k), moment(k), price(k), 2 + k % 30) for k in ks())
    events = [event(user(k), product(k), moment(k), price=price(k)) for k in ks()]
    return Maker({"log.csv": csv(header.split(";"), rows, ";")}, events, r"--map")


MAKERS = {f"header, {name}": headed(header) for name, header in HEADERS.items()}

# Times ------------------------------------------------------------------------------------------

SPANISH = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
SPANISH_MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"

Writer = Callable[[datetime], str]


def month(names: Sequence[str], when: datetime) -> str:
    return names[when.month - 1]


HOUR = timedelta(hours=1)
SECOND, MINUTE, DAY = "second", "minute", "day"
TIMES: dict[str, tuple[Writer, str, timedelta]] = {
    "ISO, to the minute": (lambda t: f"{t:%Y-%m-%dT%H:%M}", MINUTE, 0 * HOUR),
    "ISO, of JavaScript": (lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.000Z", SECOND, 0 * HOUR),
    "ISO, basic, UTC": (lambda t: f"{t:%Y%m%dT%H%M%SZ}", SECOND, 0 * HOUR),
    "ISO, comma": (lambda t: f"{t:%Y-%m-%dT%H:%M:%S},000", SECOND, 0 * HOUR),
    "ISO, hours of the zone": (lambda t: f"{t:%Y-%m-%d %H:%M:%S}+01", SECOND, -HOUR),
    "ISO, of Java": (lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.000+0100", SECOND, -HOUR),
    "ISO, zone of Java": (
        lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+01:00[Europe/Madrid]",
        SECOND,
        -HOUR,
    ),
    "ISO, nanoseconds": (lambda t: f"{t:%Y-%m-%d %H:%M:%S}.000000000", SECOND, 0 * HOUR),
    "ISO, an hour of one digit": (lambda t: f"{t:%Y-%m-%d} {t.hour}:{t:%M}", MINUTE, 0 * HOUR),
    "ISO, a day and month of one digit": (
        lambda t: f"{t.year}-{t.month}-{t.day} {t:%H:%M}",
        MINUTE,
        0 * HOUR,
    ),
    "ISO week": (lambda t: f"{t:%G-W%V-%u}", DAY, 0 * HOUR),
    "ISO, day of the year": (lambda t: f"{t:%Y-%j}", DAY, 0 * HOUR),
    "slashes": (lambda t: f"{t:%Y/%m/%d %H:%M:%S}", SECOND, 0 * HOUR),
    "year first with points": (lambda t: f"{t:%Y.%m.%d %H:%M:%S}", SECOND, 0 * HOUR),
    "Korean and Hungarian": (lambda t: f"{t:%Y. %m. %d. %H:%M}", MINUTE, 0 * HOUR),
    "Chinese": (lambda t: f"{t:%Y年%m月%d日 %H:%M:%S}", SECOND, 0 * HOUR),
    "Chinese, the day": (lambda t: f"{t.year}年{t.month}月{t.day}日", DAY, 0 * HOUR),
    "Japanese": (lambda t: f"{t:%Y年%m月%d日 %H時%M分}", MINUTE, 0 * HOUR),
    "German": (lambda t: f"{t:%d.%m.%Y} {t.hour}:{t:%M}", MINUTE, 0 * HOUR),
    "German, two digits of the year": (lambda t: f"{t:%d.%m.%y}", DAY, 0 * HOUR),
    "German, a month by name": (
        lambda t: f"{t.day}. {month(GERMAN.split(), t)} {t.year}",
        DAY,
        0 * HOUR,
    ),
    "Oracle": (lambda t: f"{t:%d-%b-%y}".upper(), DAY, 0 * HOUR),
    "Oracle, with fractions": (
        lambda t: f"{t:%d-%b-%y %I.%M.%S.000000 %p}".upper(),
        SECOND,
        0 * HOUR,
    ),
    "SAS": (lambda t: f"{t:%d%b%Y:%H:%M:%S}".upper(), SECOND, 0 * HOUR),
    "Apache": (lambda t: f"{t:%d/%b/%Y:%H:%M:%S +0000}", SECOND, 0 * HOUR),
    "Apache, in brackets": (lambda t: f"[{t:%d/%b/%Y:%H:%M:%S +0000}]", SECOND, 0 * HOUR),
    "JavaScript": (
        lambda t: f"{t:%a %b %d %Y %H:%M:%S} GMT+0100 (Central European Standard Time)",
        SECOND,
        -HOUR,
    ),
    "HTTP": (lambda t: f"{t:%a, %d %b %Y %H:%M:%S} GMT", SECOND, 0 * HOUR),
    "Ruby": (lambda t: f"{t:%a %b %d %H:%M:%S} UTC {t:%Y}", SECOND, 0 * HOUR),
    "C": (lambda t: f"{t:%a %b %d %H:%M:%S %Y}", SECOND, 0 * HOUR),
    "American, of Excel": (
        lambda t: f"{t.month}/{t.day}/{t:%y} {t.hour}:{t:%M}",
        MINUTE,
        0 * HOUR,
    ),
    "American, narrow blank before AM": (
        lambda t: f"{t:%b} {t.day}, {t.year}, {t:%I:%M:%S}\u202f{t:%p}",
        SECOND,
        0 * HOUR,
    ),
    "American, a.m.": (
        lambda t: f"{t:%m/%d/%Y %I:%M:%S} {'a.m.' if t.hour < 12 else 'p.m.'}",
        SECOND,
        0 * HOUR,
    ),
    "American, month and year in short": (lambda t: f"{t:%b-%d-%y}", DAY, 0 * HOUR),
    "American, weekday": (lambda t: f"{t:%A, %B %d, %Y}", DAY, 0 * HOUR),
    "American, ordinal": (lambda t: f"{t:%B} {t.day}th, {t.year}", DAY, 0 * HOUR),
    "Spanish": (lambda t: f"{t.day} {month(SPANISH, t)}. {t:%Y %H:%M}", MINUTE, 0 * HOUR),
    "Spanish, in full": (
        lambda t: f"{t.day} de {month(SPANISH_MONTHS, t)} de {t.year}",
        DAY,
        0 * HOUR,
    ),
    "French": (lambda t: f"{t.day} {month(FRENCH.split(), t)} {t:%Y à %H:%M}", MINUTE, 0 * HOUR),
    "French, h": (lambda t: f"{t:%d/%m/%Y %Hh%M}", MINUTE, 0 * HOUR),
    "Russian": (lambda t: f"{t.day} {month(RUSSIAN.split(), t)} {t.year}", DAY, 0 * HOUR),
    "clock first": (lambda t: f"{t:%H:%M %d/%m/%Y}", MINUTE, 0 * HOUR),
    "clock first, ISO": (lambda t: f"{t:%H:%M:%S %Y-%m-%d}", SECOND, 0 * HOUR),
    "zone in short": (lambda t: f"{t:%Y-%m-%d %H:%M:%S} CET", SECOND, -HOUR),
    "zone of America in short": (lambda t: f"{t:%Y-%m-%d %H:%M:%S} EST", SECOND, 5 * HOUR),
    "zone of Shopify": (lambda t: f"{t:%Y-%m-%d %H:%M:%S} -0500", SECOND, 5 * HOUR),
    "epoch with a point": (lambda t: f"{epoch(t)}.0", SECOND, 0 * HOUR),
    "epoch, with fractions": (lambda t: f"{epoch(t)}.000000", SECOND, 0 * HOUR),
    "epoch, scientific": (lambda t: f"{epoch(t):.9e}", SECOND, 0 * HOUR),
    "epoch, milliseconds with a point": (lambda t: f"{epoch(t)}000.0", SECOND, 0 * HOUR),
    "epoch, milliseconds, scientific": (lambda t: f"{1000 * epoch(t):.12e}", SECOND, 0 * HOUR),
    ".NET": (lambda t: f"/Date({epoch(t)}000)/", SECOND, 0 * HOUR),
    "spreadsheet, day": (lambda t: f"{epoch(t) // 86400 + 25569}", DAY, 0 * HOUR),
    "spreadsheet, decimal comma": (
        lambda t: f"{epoch(t) / 86400 + 25569:.8f}".replace(".", ","),
        SECOND,
        0 * HOUR,
    ),
    "compact, two digits of the year": (lambda t: f"{t:%y%m%d}", DAY, 0 * HOUR),
    "compact, day first": (lambda t: f"{t:%d%m%Y}", DAY, 0 * HOUR),
    "compact, month first": (lambda t: f"{t:%m%d%Y}", DAY, 0 * HOUR),
    "compact, to the minute": (lambda t: f"{t:%Y%m%d%H%M}", MINUTE, 0 * HOUR),
    "compact, with a blank": (lambda t: f"{t:%Y%m%d %H%M%S}", SECOND, 0 * HOUR),
    "compact, with a colon": (lambda t: f"{t:%Y%m%d %H:%M:%S}", SECOND, 0 * HOUR),
    "compact, milliseconds": (lambda t: f"{t:%Y%m%d%H%M%S}000", SECOND, 0 * HOUR),
    "quarters of an hour, dashes": (lambda t: f"{t:%Y-%m-%d-%H.%M.%S}.000000", SECOND, 0 * HOUR),
}


def epoch(when: datetime) -> int:
    return int((when - datetime(1970, 1, 1)).total_seconds())


def exact(when: datetime, unit: str) -> datetime:
    if unit == SECOND:
        return when
    if unit == MINUTE:
        return when.replace(second=0)
    return when.replace(hour=0, minute=0, second=0)


def timed(write: Writer, unit: str, shift: timedelta) -> Maker:
    rows = ((user(k), product(k), write(moment(k))) for k in ks())
    events = [event(user(k), product(k), exact(moment(k), unit) + shift) for k in ks()]
    return Maker({"log.csv": csv(("user_id", "product_id", "time"), rows)}, events, "--time-format")


MAKERS |= {f"time, {name}": timed(*times) for name, times in TIMES.items()}

# Prices -----------------------------------------------------------------------------------------

N = None
PRICES: dict[str, tuple[Sequence[str], Sequence[float | None]]] = {
    "code behind": (("1,299.00 USD", "8.99 USD", "24.50 USD"), (1299.0, 8.99, 24.5)),
    "sign with letters": (("US$1,299.00", "US$8.99", "US$24.50"), (1299.0, 8.99, 24.5)),
    "euro in front": (("€ 1.299,00", "€ 8,99", "€ 24,50"), (1299.0, 8.99, 24.5)),
    "euro code": (("1.299,00EUR", "8,99EUR", "24,50EUR"), (1299.0, 8.99, 24.5)),
    "Brazil": (("R$ 1.299,00", "R$ 8,99", "R$ 24,50"), (1299.0, 8.99, 24.5)),
    "Switzerland": (("CHF 1'299.00", "CHF 8.99", "CHF 24.50"), (1299.0, 8.99, 24.5)),
    "Sweden": (("1 299,00 kr", "8,99 kr", "24,50 kr"), (1299.0, 8.99, 24.5)),
    "Denmark": (("1.299,00 kr.", "8,99 kr.", "24,50 kr."), (1299.0, 8.99, 24.5)),
    "no cents, Austria": (("€ 1.299,-", "€ 8,99", "€ 24,-"), (1299.0, 8.99, 24.0)),
    "no cents, Sweden": (("1 299 :-", "899:-", "24,50 kr"), (1299.0, 899.0, 24.5)),
    "rupees": (("Rs. 1,299.00", "Rs. 8.99", "Rs. 24.50"), (1299.0, 8.99, 24.5)),
    "lakhs": (("₹1,29,900.00", "₹8.99", "₹24.50"), (129900.0, 8.99, 24.5)),
    "yen": (("¥1,299", "¥899", "¥24,500"), (1299.0, 899.0, 24500.0)),
    "yen, sign behind": (("1,299円", "899円", "1,224,500円"), (1299.0, 899.0, 1224500.0)),
    "yuan": (("1299.00元", "8.99元", "24.50元"), (1299.0, 8.99, 24.5)),
    "zloty": (("1 299,00 zł", "8,99 zł", "24,50 zł"), (1299.0, 8.99, 24.5)),
    "roubles": (("1\xa0299,00 руб.", "8,99 руб.", "24,50 руб."), (1299.0, 8.99, 24.5)),
    "negative": (("-8.99", "8.99", "-1299.00"), (-8.99, 8.99, -1299.0)),
    "in brackets": (("(8.99)", "8.99", "(1,299.00)"), (-8.99, 8.99, -1299.0)),
    "minus behind": (("8.99-", "8.99", "1,299.00-"), (-8.99, 8.99, -1299.0)),
    "minus of typesetters": (("−8.99", "8.99", "−1,299.00"), (-8.99, 8.99, -1299.0)),
    "minus behind the sign": (("$-8.99", "$8.99", "-$1,299.00"), (-8.99, 8.99, -1299.0)),
    "sign and code": (("$8.99 USD", "$1,299.00 USD", "$24.50 USD"), (8.99, 1299.0, 24.5)),
    "millions by points": (("Rp1.299.000", "Rp8.990", "Rp24.500"), (1299000.0, 8990.0, 24500.0)),
    "four decimals": (("1299.0000", "8.9900", "24.5000"), (1299.0, 8.99, 24.5)),
    "four decimals by comma": (("1299,0000", "8,9900", "24,5000"), (1299.0, 8.99, 24.5)),
    "thousands by points alone": (("1.299", "2.450", "8.990"), (1299.0, 2450.0, 8990.0)),
    "three decimals": (("1.299", "2.450", "8.990"), (1.299, 2.45, 8.99)),
    "thousands by commas alone": (("1,299", "2,450", "8,990"), (1299.0, 2450.0, 8990.0)),
    "words": (("free", "8.99", "call us"), (N, 8.99, N)),
    "a range": (("8.99 - 12.99", "8.99", "24.50"), (N, 8.99, 24.5)),
    "thousands by k": (("1.3k", "8.99", "24.50"), (N, 8.99, 24.5)),
    "a date by mistake": (("Aug 99", "8.99", "24.50"), (N, 8.99, 24.5)),
    "per piece": (("2 x 8.99", "8.99", "24.50"), (N, 8.99, 24.5)),
    "per cent": (("8.99", "24.50", "20%"), (8.99, 24.5, N)),
    "scientific": (("1.299E+03", "8.99E0", "2.45e1"), (1299.0, 8.99, 24.5)),
    "infinite": (("inf", "8.99", "-Infinity"), (N, 8.99, N)),
    "wide digits": (("１２９９", "８．９９", "24.50"), (1299.0, 8.99, 24.5)),
    "Arabic digits": (("٨٫٩٩", "8.99", "24.50"), (8.99, 8.99, 24.5)),
    "quotes of spreadsheets": (("'8.99", "'1299.00", "'24.50"), (8.99, 1299.0, 24.5)),
    "formula of spreadsheets": (('="8.99"', '="1299.00"', '="24.50"'), (8.99, 1299.0, 24.5)),
    "thousands by blanks": (("1 299.00", "8.99", "24.50"), (1299.0, 8.99, 24.5)),
    "underscore": (("1_299.00", "8.99", "24.50"), (1299.0, 8.99, 24.5)),
    "both marks": (("1,299.00", "8,99", "24.50"), (N, N, N)),
}
EITHER = {"three decimals", "thousands by points alone", "thousands by commas alone"}


def priced(texts: Sequence[str], values: Sequence[float | None]) -> Maker:
    rows = ((user(k), product(k), stamp(k), texts[k % 3]) for k in ks())
    events = [event(user(k), product(k), moment(k), price=values[k % 3]) for k in ks()]
    table = csv(("user_id", "product_id", "timestamp", "price"), rows, ";")
    return Maker({"log.csv": table}, events, "--decimal-mark")


MAKERS |= {f"price, {name}": priced(*prices) for name, prices in PRICES.items()}


@pytest.mark.parametrize("name", MAKERS)
def test_the_events_come_back_or_the_file_is_refused(
    name: str, store: Store, tmp_path: Path
) -> None:
    check(MAKERS[name], store, tmp_path)
