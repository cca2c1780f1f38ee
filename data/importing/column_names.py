"""The names that columns have in the logs of many makers and languages, for each role."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from data.importing.words import bare, words_of


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bare(word) for word in text.split()))


JOIN = "+"
"""Joins the names of columns that are a time together.

These are a day and a clock, as in ``time=DATE+CLOCK``, or year, month and day, and behind them
hour, minute and second.
"""
LAST_RESORT = 4
"""The rank of names that are taken where there is nothing better."""


@dataclass(frozen=True)
class Nouns:
    """Words that make the names of a column of ids, each the surest first.

    Attributes
    ----------
    ids : tuple of str
        Names of ids, such as ``sku``.
    nouns : tuple of str
        With a mark of an id (``product_id``, ``No. of product``), and behind these without one.
    marked : tuple of str
        Only with a mark of an id: ``game_id``, but not ``game``.
    last : tuple of str
        Names that are taken where there is nothing better, such as titles and email addresses.
    """

    ids: tuple[str, ...]
    nouns: tuple[str, ...]
    marked: tuple[str, ...]
    last: tuple[str, ...]

    def place(self, name: str) -> tuple[int, int] | None:
        """Return how sure a bare name is, less is surer; None where it is none of these."""
        if name in self.ids:
            return 0, self.ids.index(name)
        if name in self.nouns:
            return 2, self.nouns.index(name)
        if name in self.last:
            return LAST_RESORT, self.last.index(name)
        for noun in _without_id_marks(name):
            if noun in self.ids:
                return 0, self.ids.index(noun)
            if noun in self.nouns:
                return 1, self.nouns.index(noun)
            if noun in self.marked:
                return 3, self.marked.index(noun)
        return None


_ENDINGS = _words(
    "id ids no nr num number code key ref pk hash token identifier nummer kennung numero codigo "
    "cod clave identificador reference identifiant codice numer kod nazwa номер код ид айди "
    "идентификатор id号 编号 編號 号 號 号码 號碼 编码 編碼 代码 代碼 代號 番号 コード 번호 코드 "
    "internal_id external_id system_id 아이디 kodu numarasi koodi kodas 账号 帐号 账户 azonosito "
    "azonositoja szama kodja cikkszama"
)
_BEGINNINGS = _words(
    "id id_do id_da id_del id_de_la no no_de nr num number code code_du cod codigo codigo_do "
    "codigo_del codice codice_del kod numer numero numero_do numero_del numero_de numero_du ref "
    "reference reference_du номер код код_на id_of идентификатор sifra cislo codi ma κωδικός "
    "αριθμός מספר קוד رقم كود معرف کد รหัส click clicked viewed purchased bought"
)

NOUNS = {
    "user": Nouns(
        ids=_words(
            "customer_unique_id unique_customer_id household_key uid msno steamid kunnr kd_nr "
            "cust_account customer_account sold_to sold_to_party"
        ),
        nouns=_words(
            "user customer customer_user sell_to_customer sold_to_customer bill_to_customer "
            "cust buyer purchaser visitor client shopper household "
            "consumer reviewer usuario kupujacy "
            "cliente comprador consumidor utilizador kunde kunden debitor nutzer benutzer kaufer "
            "acheteur utilisateur acquirente utente klant koper gebruiker klient nabywca klienta "
            "uzytkownik kund kop asiakas musteri alici kullanici zakaznik zakaznika ugyfel "
            "покупатель клиент пользователь контрагент клиента покупателя пользователя "
            "контрагента 用户 用戶 客户 客戶 会员 會員 会员卡 會員卡 买家 買家 顾客 顧客 "
            "买家会员名 买家昵称 会員 お客様 ユーザー ユーザ 購入者 사용자 고객 회원 구매자 유저 "
            "vevo клієнт клієнта покупець kupac kupca pelanggan khach_hang kliento πελάτης πελάτη "
            "לקוח العميل الزبون مشتری ลูกค้า"
        ),
        marked=_words(
            "household hshd hh member account cookie guest party profile subscriber card "
            "loyalty_card loyalty loyalty_member membership user_pseudo distinct anonymous "
            "fullvisitor domain_user person people contact socio tarjeta mitglied mitglieds "
            "karten adherent carte tessera karta карта карты session visit sesion sitzung sessao "
            "会话 セッション"
        ),
        last=_words(
            "username user_name buyer_username author email email_address e_mail customer_email "
            "purchase_email billing_email buyer_email user_email client_email contact_email "
            "ordering_customer_email "
            "from_email_address 注文者メールアドレス mail correo correo_electronico courriel "
            "adresse_mail "
            "электронная_почта email_клиента 邮箱 メールアドレス 이메일 buyer_name customer_name "
            "client_name nombre_cliente nome_cliente kundenname nom_client 客户名称 顾客姓名 "
            "顧客名 musteri_adi bill_mail_address profile_name review_profilename reviewer_name "
            "phone phone_number "
            "mobile telefono telefon телефон 手机号 電話番号 session "
            "visit"
        ),
    ),
    "product": Nouns(
        ids=_words(
            "product_id sku product_sku item_sku variant_sku lineitem_sku seller_sku ti_sku "
            "stockcode item_id article_id asin parent_asin asin_isbn isbn ean upc gtin jan_code "
            "cikkszam מק״ט art_nr sygnatura barcode barkod plu matnr gmap_id iid артикул 货号 "
            "商家编码 品番 품번 nomor_referensi_sku"
        ),
        nouns=_words(
            "product item inventory_item article goods prod movie film book song track anime "
            "producto articulo "
            "prenda libro pelicula cancion produto artigo livro artikel produkt produktu "
            "material ware produit prodotto articolo vara tuote urun termek zbozi towar "
            "product_card номенклатура номенклатуры товар товара продукт 商品 商品原始 产品 產品 "
            "宝贝 物品 "
            "アイテム 製品 상품 제품 품목 아이템 物料 "
            "produs vare artikla proizvoda tovaru produk san_pham prekes producte продукта "
            "προϊόντος είδους מוצר المنتج الصنف محصول کالا สินค้า"
        ),
        marked=_words(
            "variant video game app recipe course news content listing listings business venue "
            "poi restaurant beer part merchandise artist album show series hotel spiel buch "
            "libro"
        ),
        last=_words(
            "product_name item_name product_title item_title item_description "
            "product_description lineitem_name lineitem_title movie_title book_title track_name "
            "song_name game_name nombre_producto nombre_del_producto nome_produto "
            "nome_do_produto nome_prodotto produktname produktbezeichnung artikelname "
            "artikelbezeichnung nom_produit nom_du_produit nazwa_produktu productnaam urun_adi "
            "наименование наименование_товара название_товара 商品名称 商品名稱 商品名 产品名称 "
            "宝贝标题 商品标题 상품명 제품명 aid pid"
        ),
    ),
    "session": Nouns(
        ids=_words("user_session invoiceno"),
        nouns=_words(
            "session basket order transaction invoice receipt sesion pedido factura sessao venda "
            "fatura bestellung bestell auftrag auftrags beleg bon rechnung rechnungs sitzung "
            "commande facture ordine fattura scontrino bestelling bestel factuur zamowienie "
            "zamowienia paragon siparis fis заказ чек накладная заказа чека 订单 訂單 注文 受注 "
            "伝票 주문 영수증 会话"
        ),
        marked=_words("visit trans cart ticket bill checkout document compra venta ga_session"),
        last=(),
    ),
}
"""Names of the columns of ids."""

NAMES = {
    "time": _words(
        "event_time timestamp time datetime date_time ts date created_at event_timestamp "
        "unix_timestamp order_date order_datetime purchase_date purchased_on transaction_date "
        "transaction_datetime transaction_timestamp transaction_time transaction_dt invoicedate "
        "invoice_date order_time order_purchase_timestamp purchase_time purchase_timestamp "
        "unixreviewtime review_time review_date eventdate event_date event_datetime t_dat when "
        "time_stamp order_dt sale_date sales_date sold_at sale_time posting_date visit_date "
        "visit_time click_time view_time checkin_time date_added server_timestamp server_time "
        "client_timestamp client_event_time collector_tstamp derived_tstamp original_timestamp "
        "time_ms ts_ms ts_us ts_ns event_ts order_ts created_ts ordered_at "
        "trans_date budat audat created date_created created_on processed_at placed_at paid_at "
        "day fecha_hora fecha hora momento dia fecha_pedido fecha_de_pedido fecha_compra "
        "fecha_de_compra fecha_venta fecha_de_venta fecha_factura data_ora data_hora data "
        "data_compra data_da_compra data_venda data_pedido data_do_pedido data_ordine "
        "data_acquisto data_vendita zeitpunkt zeitstempel datum zeit bestelldatum kaufdatum "
        "verkaufsdatum "
        "rechnungsdatum buchungsdatum belegdatum auftragsdatum horodatage date_commande "
        "date_de_commande date_achat date_d_achat date_vente date_de_vente date_facture "
        "besteldatum aankoopdatum orderdatum factuurdatum tijdstip data_zamowienia data_zakupu "
        "data_sprzedazy kopdatum ordredato siparis_tarihi islem_tarihi tarih дата_время дата "
        "время дата_заказа дата_покупки дата_продажи дата_создания период 时间 時間 时间戳 "
        "日期时间 行为时间 下单时间 付款时间 订单时间 支付时间 交易时间 购买时间 订单创建时间 "
        "订单付款时间 日期 购买日期 交易日期 订单日期 創建時間 日時 購入日時 注文日時 取引日時 "
        "日付 購入日 注文日 売上日 取引日 일시 주문일시 구매일시 거래일시 날짜 주문일 구매일 "
        "주문일자 구매날짜 시간 "
        "idopont paivamaara pvm dato tanggal ngay_mua ngay ημερομηνία תאריך تاريخ تاريخ_الطلب "
        "تاريخ_الشراء تاریخ วันที่"
    ),
    "type": _words(
        "event_type event action event_name behavior behaviour behavior_type behaviour_type "
        "action_type product_action interaction interaction_type activity activity_type "
        "action_name user_action "
        "type tipo_evento tipo_de_evento tipo evento accion acao azione aktion ereignis "
        "ereignistyp evenement type_evenement type_d_evenement событие тип_события действие "
        "行为类型 行为 行為 行為類型 事件类型 事件 动作 操作类型 イベント イベント種別 行動 "
        "이벤트 행동 행동유형 이벤트유형"
    ),
    "category_id": _words("category_id categoria_id id_categoria cat_id cate_id"),
    "category": _words(
        "category_code category product_category_name product_category item_category "
        "category_name main_category product_subclass product_class department department_name "
        "class genre genres product_type product_group_name product_group product_line "
        "item_category_id sku_category department_description cate cat category_1 categories "
        "category_name_1 categoria "
        "categoria_nombre codigo_categoria rubro categorie kategorie warengruppe artikelgruppe "
        "produktgruppe produktkategorie famille reparto kategoria kategori категория группа "
        "группа_товаров 类别 类目 類別 分类 分類 商品类别 商品分类 商品分類 品类 カテゴリ "
        "カテゴリー 商品カテゴリ 카테고리 분류"
    ),
    "brand": _words(
        "brand brand_name item_brand product_brand manufacturer vendor brand_id marca fabricante "
        "marque fabricant marke hersteller produttore merk marka producent бренд марка "
        "производитель 品牌 ブランド メーカー 브랜드"
    ),
    "price": _words(
        "price unit_price product_price item_price sale_price selling_price sales_price "
        "price_per_unit price_per_item price_each product_unit_price deal_price sold_for e_preis "
        "order_item_product_price purchase_price sku_selling_price unit_selling_price paid_price "
        "precio_del_producto preco_do_produto vl_unitario vlr_unit vl_venda prezzo_di_vendita "
        "prezzo_vendita pvp satis_fiyati 상품가격 판매단가 销售单价 "
        "purchase_price_per_unit lineitem_price ti_price item_cost price_usd price_eur "
        "retail_price precio precio_unitario_de_venta "
        "precio_unitario precio_venta preco preco_unitario valor_unitario preis einzelpreis "
        "stuckpreis verkaufspreis nettopreis bruttopreis prix prix_unitaire prix_de_vente prezzo "
        "prezzo_unitario prijs stukprijs eenheidsprijs cena cena_jednostkowa pris styckpris "
        "fiyat birim_fiyat birim_fiyati hinta egysegar цена цена_за_единицу 价格 單價 单价 售价 "
        "宝贝价格 商品价格 商品单价 京东价 итоговая_стоимость_товара "
        "價格 単価 価格 販売価格 단가 가격 판매가 sales_value sales_amount line_total item_total "
        "net_sales "
        "gross_sales spend dollar_sales product_sales product_revenue amount_sold amount amt "
        "gross netpr netwr revenue item_revenue importe monto valor subtotal "
        "betrag nettowert umsatz montant importo bedrag wartosc kwota tutar стоимость сумма 金额 "
        "金額 销售金额 銷售金額 支付金额 売上金額 금액 sales "
        "vk vkp pu ppu p_unit p_unitario ar pret ціна cijena don_gia gia_ban gia harga kaina "
        "preu τιμή מחיר السعر قیمت ราคา"
    ),
    "title": _words(
        "product_title product_name title item_title item_name lineitem_name movie_title "
        "description product_description item_description titulo nombre nombre_producto "
        "descripcion nome_produto nome_do_produto descricao produktname artikelname "
        "artikelbezeichnung bezeichnung nom_produit libelle designation nome_prodotto "
        "descrizione nazwa_produktu omschrijving productnaam urun_adi наименование название "
        "название_товара 商品名称 商品名稱 商品名 产品名称 宝贝标题 상품명 name"
    ),
    "quantity": _words(
        "quantity qty quantity_ordered qty_ordered units pieces count item_count item_quantity "
        "product_quantity quantity_sku scan_count cantidad_del_producto quantidade_do_produto "
        "lineitem_quantity order_quantity order_item_quantity ti_quantity "
        "transaction_qty product_qty quantity_sold units_sold cantidad "
        "unidades quantidade qtd qtde menge anzahl stuckzahl quantite qte quantita qta pezzi "
        "aantal ilosc antal adet miktar количество кол_во шт 数量 數量 购买数量 商品数量 "
        "宝贝数量 個数 点数 購入数量 수량 mennyiseg maara cantitate кількість antall kolicina "
        "mnozstvo so_luong jumlah kiekis quantitat ποσότητα כמות الكمية تعداد จำนวน amount"
    ),
}
"""Names of the other columns."""

TOTALS = _words(
    "sales_value sales_amount line_total line_value line_amount item_total subtotal total_price "
    "gross spend dollar_sales product_sales product_revenue amount_sold итоговая_стоимость_товара "
    "total_amount total_value revenue item_revenue turnover net_sales gross_sales net_amount "
    "sales precio_total importe importe_total valor_total nettowert netwr umsatz gesamtpreis "
    "betrag montant prix_total importo prezzo_totale kwota wartosc сумма 金额 金額 销售金额 "
    "銷售金額 支付金额 总价 売上金額 合計 금액"
)
"""Names of the price of all units of a row."""

ORDINALS = _words(
    "order_number order_no order_seq order_sequence purchase_number visit_number session_number "
    "event_number sequence_number sequence seq step day day_number day_no"
)
"""Names of columns that may number the events of a buyer."""

_HOUSEHOLDS = frozenset(_words("household hshd hh household_key"))
_SIGN_WORDS = frozenset(_words("sign vorzeichen signo segno signe znak знак 符号"))
_MONEY_WORDS = frozenset(
    _words("total amount value net gross price sales revenue turnover paid charged sum subtotal")
)
_NO_MONEY_OF_A_ROW = frozenset(
    _words(
        "discount discounts disc promo promotion coupon voucher rebate tax vat fee fees shipping "
        "freight tip tips cost profit margin balance change delta diff difference stock inventory "
        "points score rating credit wallet adjustment rounding count qty quantity loss variance "
        "refund return"
    )
)

_PRICE_WORDS = frozenset(
    _words("price preis prix precio preco prezzo prijs pris cena цена fiyat fiyati harga")
)
_PRICE_ENDING = re.compile(r"(price|preis|prijs|pris|价格|價格|单价|單價|単価|価格|단가|가격)$")
_OTHER_PRICES = frozenset(
    _words(
        "original orig old was list regular before previous prev base msrp rrp uvp suggested "
        "compare "
        "cost wholesale discount total extended ext line order cart basket min max minimum "
        "maximum lowest highest "
        "competitor range level tier group type class category id code name currency index change "
        "diff difference percent pct per ratio rate micros micro minor cents pence k thousand "
        "sensitivity elasticity bucket bin band rank segment quantile decile flag count log norm "
        "normalized normalised scaled std avg average mean score date since valid "
        "shipping freight tax einkaufs ek streich alt antes anterior avant awal asli estimated"
    )
)
_PRICE_PAID = frozenset(_words("final net paid unit after actual sale selling deal setelah finale"))
_PIECES = frozenset(
    _words(
        "qty quantity quantities cantidad unidades uds unid quantite menge anzahl stk stck "
        "ilosc szt "
        "quantita quantidade qtd qtde aantal antal antall adet pcs pieces ks"
    )
)
_COUNTS = frozenset(_words("cnt count amount sold"))
_COUNTED = frozenset(_words("item items product units bottles"))
_OTHER_PIECES = frozenset(
    _words(
        "returned refunded cancelled canceled stock available total order min max minimum maximum "
        "discount reorder back backordered price value revenue left remaining per limit "
        "id code unit category type distinct unique number of in on hand"
    )
)
_ACTION_WORDS = frozenset(
    _words(
        "action behavior behaviour interaction activity event aktion accion acao azione действие "
        "событие 行为 行為 动作 行動 행동 이벤트"
    )
)
_MARKS_OF_CODES = frozenset(_words("id code no nr num number type kind cd typ tipo"))

_INDEX = re.compile(
    r"|Unnamed: \d+|index|column 1|level_0|row_?names?|row_?(id|no|number|num)?", re.I
)
_TIME_WORD = re.compile(
    r"time|date|day|when|dat$|dt$|^dt|stamp|fecha|hora|datum|zeit|^data|tarih|дата|время|日|时间|時間|일"
)
_ASIDE = re.compile(r"(?<=.)[(\[（【][^)\]）】]*[)\]）】]")
_TYPED = re.compile(r":(token|float)(_seq)?$")
_UNIT = re.compile(r"(?<=.),\s.*$")
_OUTER = re.compile(r"^([^.]*\w)?\.(?=[\w$@])|^[^/]*\b[Ll]ines/(?=\w)")
_WRAPPED = re.compile(r"\.(\$(date|oid|uuid|timestamp|number\w+)|[SN]|_?seconds)$")
_TAX = re.compile(
    r"(tax)?(incl|excl)(uding|usive|uded)?(tax|vat|gst)?$|(with|without)(tax|vat)$"
    r"|(tax|vat)(incl|excl)(uded)?$|(ttc|ht|netto|brutto|inklmwst|zzglmwst|ivaincl(uido)?)$"
)
_CLOCK_WORD = re.compile(
    r"hour|^hora|hora$|uhr|stunde|heure|^ora|saat|час|время|time|时间|時間|時刻|시간"
)
_SINCE_MIDNIGHT = re.compile(
    r"(milli)?(sec|min)(ond|ute)?s?(of|since|after|from|in)(the)?(day|midn)"
)
_OTHER_UNIT = re.compile(
    r"[(\[（ _-](in )?(cents?|pence|centavos|c[ée]ntimos|centimes|kopecks|коп\w*|分"
    r"|k|thousands?|tsd|mio|millions?)\b",
    re.I,
)
_FLAG_MARKS = re.compile(r"^(is|was|has|did)_?(?=.)|_?(flag|yn)$", re.I)
_PARTS = tuple(
    re.compile(rf"({words})$")
    for words in (
        "year|ano|anno|jahr|annee|yil|год|年",
        "month|mes|mese|monat|mois|^ay|месяц|月",
        "day|dayofmonth|mday|dia|giorno|tag|jour|gun|день|日",
        "hour|hora|ora|stunde|heure|saat|час|時|时",
        "minute|minuto|minuten|dakika|минута|分",
        "second|segundo|secondo|sekunde|seconde|saniye|секунда|秒",
    )
)
_NO_EVENT = re.compile(
    r"ship|deliver|dispatch|fulfil|release|modif|updat|upd$|birth|dob$|expir|valid|due|return|regist"
    r"|signup|liefer|versand|geburt|gultig|envio|entrega|nacimiento|livrais|expedi|naissance"
    r"|consegna|spedizione|teslim|отгруз|достав|рожд|发货|收货|出生|発送|배송"
)


@lru_cache(maxsize=1 << 12)
def bare_name(column: str) -> str:
    """Return a column's name as the lists here have it.

    What stands in brackets or behind a comma, RecBole's type, and the outer parts of a nested field
    whose whole name is not known are left out.

    >>> bare_name("Customer ID"), bare_name("Order #"), bare_name("Email (Billing)")
    ('customerid', 'orderno', 'email')
    >>> bare_name("user_id:token"), bare_name("properties.productId"), bare_name("at.$date")
    ('userid', 'productid', 'at')
    >>> bare_name("customer.id"), bare_name("Q.tà"), bare_name("_source.product.id")
    ('customerid', 'qta', 'productid')
    """
    name = _ASIDE.sub("", _WRAPPED.sub("", _TYPED.sub("", column.strip())))
    inner = [name]
    while (shorter := _OUTER.sub("", inner[-1], count=1)) != inner[-1]:
        inner.append(shorter)
    names = [bare(re.sub(r"#|№|[Nn][°º]", " no ", _UNIT.sub("", text))) for text in inner]
    return next(filter(_is_known, names), names[-1])


def _is_known(name: str) -> bool:
    """Return whether a bare name is that of any role."""
    is_noun = any(nouns.place(name) is not None for nouns in NOUNS.values())
    return is_noun or any(name in names for names in NAMES.values())


def place_of(role: str, column: str) -> tuple[int, int] | None:
    """Return how sure a column's name says its role, less is surer; None where it does not.

    >>> place_of("user", "customer_unique_id") < place_of("user", "Kunden-Nr.")
    True
    >>> place_of("product", "game_id") is None, place_of("product", "game") is None
    (False, True)
    """
    name = bare_name(column)
    if role in NOUNS:
        return NOUNS[role].place(name)
    names = NAMES.get(role, ())
    if role == "price" and name not in names:
        name = _TAX.sub("", name)
    if role == "price" and _OTHER_UNIT.search(column):
        return None
    return (0, names.index(name)) if name in names else None


def roles_of(column: str) -> set[str]:
    """Return the roles that a column's name may say.

    >>> sorted(roles_of("order_id")), roles_of("colour")
    (['session'], set())
    """
    return {role for role in (*NOUNS, *NAMES) if place_of(role, column) is not None}


def is_price_in_parts(column: str) -> bool:
    """Return whether a column's name says a price in hundredths or thousands of the unit.

    >>> is_price_in_parts("price (in cents)"), is_price_in_parts("amount_cents")
    (True, True)
    >>> is_price_in_parts("price"), is_price_in_parts("discount_cents")
    (False, False)
    """
    name = _OTHER_UNIT.sub("", column)
    return name != column and place_of("price", re.sub(r"[)\]）]+$|_in$", "", name)) is not None


def is_household_name(column: str) -> bool:
    """Return whether a column's name is that of the id of a household, in which several buy.

    >>> is_household_name("HSHD_NUM"), is_household_name("card_id")
    (True, False)
    """
    name = bare_name(column)
    return any(one in _HOUSEHOLDS for one in (name, *_without_id_marks(name)))


def is_visit_name(column: str) -> bool:
    """Return whether a column's name is that of a visit or session rather than of a person."""
    return bare_name(column).startswith(("session", "visit"))


def is_sign_name(column: str) -> bool:
    """Return whether a column's name says that it holds signs, of which one undoes a purchase.

    >>> is_sign_name("Sign_Flag"), is_sign_name("signup"), is_sign_name("Vorzeichen")
    (True, False, True)
    """
    return bool(_SIGN_WORDS & set(words_of(column.replace("_", " "))))


def is_money_name(column: str) -> bool:
    """Return whether a column's name is that of the money of a row, whose sign tells a return.

    >>> [is_money_name(name) for name in ("order_total", "Extended Price", "Line Amount (EUR)")]
    [True, True, True]
    >>> [is_money_name(name) for name in ("total_discount", "stock_value", "tax_amount", "delta")]
    [False, False, False, False]
    """
    if bare_name(column) in TOTALS or place_of("price", column) is not None:
        return True
    words = set(words_of(column.replace("_", " ")))
    return bool(words & _MONEY_WORDS) and not words & _NO_MONEY_OF_A_ROW


def price_by_word(column: str) -> int | None:
    """Return how likely a name with the word of a price is that of what a unit cost, less is surer.

    None where there is no such word, or one beside it that makes another price or no price of it.

    >>> [price_by_word(name) for name in ("final_unit_price", "Stuksprijs", "product_price_usd")]
    [0, 1, 1]
    >>> [price_by_word(name) for name in ("original_price", "price_range", "price_micros")]
    [None, None, None]
    """
    words = _words_apart(column)
    if not any(word in _PRICE_WORDS or _PRICE_ENDING.search(word) for word in words):
        return None
    if _OTHER_UNIT.search(column) or (_OTHER_PRICES - _words_behind(words)) & set(words):
        return None
    return 0 if _PRICE_PAID & set(words) else 1


def _words_behind(words: Sequence[str]) -> set[str]:
    """Return the words behind “after”: the price after a discount is the one that is paid."""
    place = next((k for k, word in enumerate(words) if word in ("after", "setelah")), len(words))
    return set(words[place:])


def is_pieces_by_word(column: str) -> bool:
    """Return whether a name that is not known has words of a number of pieces.

    >>> [is_pieces_by_word(name) for name in ("Uds.", "item_cnt_day", "Qty Sold", "Bottles Sold")]
    [True, True, True, True]
    >>> [is_pieces_by_word(name) for name in ("qty_refunded", "stock_qty", "orders count")]
    [False, False, False]
    """
    words = set(_words_apart(column))
    is_count = bool(words & _COUNTS and words & _COUNTED)
    return (is_count or bool(words & _PIECES)) and not words & _OTHER_PIECES


def is_action_name(column: str) -> bool:
    """Return whether a name that is not known ends with the word of an action, or its code.

    >>> [is_action_name(name) for name in ("Online_Action_id", "behavior_code", "actionTypeId")]
    [True, True, True]
    >>> is_action_name("event_category"), is_action_name("transaction_id")
    (False, False)
    """
    words = _words_apart(column)
    while len(words) > 1 and words[-1] in _MARKS_OF_CODES:
        words.pop()
    return bool(words) and words[-1] in _ACTION_WORDS


def _words_apart(column: str) -> list[str]:
    """Return the words of a name, without RecBole's type and the outer parts of a field."""
    return words_of(_OUTER.sub("", _TYPED.sub("", column.strip()), count=1).replace("_", " "))


def is_index_name(column: str) -> bool:
    """Return whether a column's name may be that of an index of rows."""
    return _INDEX.fullmatch(column.strip()) is not None


def is_time_name(column: str) -> bool:
    """Return whether a column's name speaks of a time."""
    return _TIME_WORD.search(bare_name(column)) is not None


def is_name_of_event_time(column: str) -> bool:
    """Return whether a time's name may be that of an event, and not of a delivery or a birth.

    >>> is_name_of_event_time("Order Date"), is_name_of_event_time("Shipped at")
    (True, False)
    """
    return _NO_EVENT.search(bare_name(column)) is None


def is_clock_name(column: str) -> bool:
    """Return whether a column's name may be that of a time of day."""
    return _CLOCK_WORD.search(bare_name(column)) is not None


def is_part_of_day_name(column: str) -> bool:
    """Return whether a column's name is that of the seconds or minutes since midnight.

    >>> is_part_of_day_name("sec_of_day"), is_part_of_day_name("section")
    (True, False)
    """
    return _SINCE_MIDNIGHT.match(bare_name(column)) is not None


def time_part_of(column: str) -> int | None:
    """Return which part of a time a column's name says: 0 for the year, to 5 for the second.

    >>> time_part_of("date_year"), time_part_of("Monat"), time_part_of("price")
    (0, 1, None)
    """
    name = bare_name(column)
    return next((part for part, words in enumerate(_PARTS) if words.search(name)), None)


def flag_name(column: str) -> str:
    """Return the bare name of a column of yes and no without the marks of one.

    >>> flag_name("is_booking"), flag_name("Returned")
    ('booking', 'returned')
    """
    return bare(_FLAG_MARKS.sub("", column.strip()))


def is_ordinal_name(column: str) -> bool:
    """Return whether a column's name may be that of the place of an event among its buyer's."""
    return bare_name(column) in ORDINALS


def _without_id_marks(name: str) -> list[str]:
    """Return what is left of a bare name without one mark of an id, and without more."""
    ends = [name]
    for end in ends:
        shorter = (end.removesuffix(mark) for mark in _ENDINGS if end.endswith(mark))
        ends += [rest for rest in shorter if rest and rest not in ends]
    begins = [
        rest.removeprefix(b)
        for rest in ends
        for b in _BEGINNINGS
        if rest.startswith(b) and rest != b
    ]
    return [*ends[1:], *begins]
