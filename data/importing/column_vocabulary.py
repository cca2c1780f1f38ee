"""The vocabulary of columns' names: those of the logs of many makers and languages, by role."""

from dataclasses import dataclass

from data.importing.words import bare_words

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
        for noun in without_id_marks(name):
            if noun in self.ids:
                return 0, self.ids.index(noun)
            if noun in self.nouns:
                return 1, self.nouns.index(noun)
            if noun in self.marked:
                return 3, self.marked.index(noun)
        return None


_ENDINGS = bare_words(
    "id ids no nr num number code key ref pk hash token identifier nummer kennung numero codigo "
    "cod clave identificador reference identifiant codice numer kod nazwa номер код ид айди "
    "идентификатор id号 编号 編號 号 號 号码 號碼 编码 編碼 代码 代碼 代號 番号 コード 번호 코드 "
    "internal_id external_id system_id 아이디 kodu numarasi koodi kodas 账号 帐号 账户 azonosito "
    "azonositoja szama kodja cikkszama"
)
_BEGINNINGS = bare_words(
    "id id_do id_da id_del id_de_la no no_de nr num number code code_du cod codigo codigo_do "
    "codigo_del codice codice_del kod numer numero numero_do numero_del numero_de numero_du ref "
    "reference reference_du номер код код_на id_of идентификатор sifra cislo codi ma κωδικός "
    "αριθμός מספר קוד رقم كود معرف کد รหัส click clicked viewed purchased bought"
)
NOUNS = {
    "user": Nouns(
        ids=bare_words(
            "customer_unique_id unique_customer_id household_key uid msno steamid kunnr kd_nr "
            "cust_account customer_account sold_to sold_to_party"
        ),
        nouns=bare_words(
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
        marked=bare_words(
            "household hshd hh member account cookie guest party profile subscriber card "
            "loyalty_card loyalty loyalty_member membership user_pseudo distinct anonymous "
            "fullvisitor domain_user person people contact socio tarjeta mitglied mitglieds "
            "karten adherent carte tessera karta карта карты session visit sesion sitzung sessao "
            "会话 セッション"
        ),
        last=bare_words(
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
        ids=bare_words(
            "product_id sku product_sku item_sku variant_sku lineitem_sku seller_sku ti_sku "
            "stockcode item_id article_id asin parent_asin asin_isbn isbn ean upc gtin jan_code "
            "cikkszam מק״ט art_nr sygnatura barcode barkod plu matnr gmap_id iid артикул 货号 "
            "商家编码 品番 품번 nomor_referensi_sku"
        ),
        nouns=bare_words(
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
        marked=bare_words(
            "variant video game app recipe course news content listing listings business venue "
            "poi restaurant beer part merchandise artist album show series hotel spiel buch "
            "libro"
        ),
        last=bare_words(
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
        ids=bare_words("user_session invoiceno"),
        nouns=bare_words(
            "session basket order transaction invoice receipt sesion pedido factura sessao venda "
            "fatura bestellung bestell auftrag auftrags beleg bon rechnung rechnungs sitzung "
            "commande facture ordine fattura scontrino bestelling bestel factuur zamowienie "
            "zamowienia paragon siparis fis заказ чек накладная заказа чека 订单 訂單 注文 受注 "
            "伝票 주문 영수증 会话"
        ),
        marked=bare_words("visit trans cart ticket bill checkout document compra venta ga_session"),
        last=(),
    ),
}
"""Names of the columns of ids."""
NAMES = {
    "time": bare_words(
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
    "type": bare_words(
        "event_type event action event_name behavior behaviour behavior_type behaviour_type "
        "action_type product_action interaction interaction_type activity activity_type "
        "action_name user_action "
        "type tipo_evento tipo_de_evento tipo evento accion acao azione aktion ereignis "
        "ereignistyp evenement type_evenement type_d_evenement событие тип_события действие "
        "行为类型 行为 行為 行為類型 事件类型 事件 动作 操作类型 イベント イベント種別 行動 "
        "이벤트 행동 행동유형 이벤트유형"
    ),
    "category_id": bare_words("category_id categoria_id id_categoria cat_id cate_id"),
    "category": bare_words(
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
    "brand": bare_words(
        "brand brand_name item_brand product_brand manufacturer vendor brand_id marca fabricante "
        "marque fabricant marke hersteller produttore merk marka producent бренд марка "
        "производитель 品牌 ブランド メーカー 브랜드"
    ),
    "price": bare_words(
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
    "title": bare_words(
        "product_title product_name title item_title item_name lineitem_name movie_title "
        "description product_description item_description titulo nombre nombre_producto "
        "descripcion nome_produto nome_do_produto descricao produktname artikelname "
        "artikelbezeichnung bezeichnung nom_produit libelle designation nome_prodotto "
        "descrizione nazwa_produktu omschrijving productnaam urun_adi наименование название "
        "название_товара 商品名称 商品名稱 商品名 产品名称 宝贝标题 상품명 name"
    ),
    "quantity": bare_words(
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
TOTALS = bare_words(
    "sales_value sales_amount line_total line_value line_amount item_total subtotal total_price "
    "gross spend dollar_sales product_sales product_revenue amount_sold итоговая_стоимость_товара "
    "total_amount total_value revenue item_revenue turnover net_sales gross_sales net_amount "
    "sales precio_total importe importe_total valor_total nettowert netwr umsatz gesamtpreis "
    "betrag montant prix_total importo prezzo_totale kwota wartosc сумма 金额 金額 销售金额 "
    "銷售金額 支付金额 总价 売上金額 合計 금액"
)
"""Names of the price of all units of a row."""
ORDINALS = bare_words(
    "order_number order_no order_seq order_sequence purchase_number visit_number session_number "
    "event_number sequence_number sequence seq step day day_number day_no"
)
"""Names of columns that may number the events of a buyer."""
HOUSEHOLDS = frozenset(bare_words("household hshd hh household_key"))


def without_id_marks(name: str) -> list[str]:
    """Return the bare names that are left without one mark of an id, and without several.

    >>> without_id_marks("productid"), without_id_marks("colour")
    (['product'], [])
    """
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
