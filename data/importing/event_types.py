"""What the event types of a log mean: view, cart, favourite, purchase, return or removal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from data.datasets.database import quote
from data.events import PURCHASE, RETURN
from data.importing.column_names import flag_name
from data.importing.words import bare, bare_sql, words_of

UNKNOWN_TYPE = "unknown"
"""The type of an event whose type is missing in a log that has types."""

_SPELLINGS = {
    "view": "view viewed views pageview page_view pv click clic clicks clicked detail detail_view "
    "view_item view_product product_view product_viewed productview viewcontent view_content "
    "item_view view_item_list content_view visit visita vista ver browse impression viewed_product "
    "catalog_product_view product_detail item_viewed ecommerce_product_view product_clicked "
    "select_item detail_page_view ansicht angesehen vue consultation visualizzazione visualizacao "
    "produktansicht wyswietlenie goruntuleme visualizzato visualizado visto "
    "просмотр просмотр_товара 浏览 浏览商品 商品浏览 点击 瀏覽 閲覧 商品閲覧 クリック 조회",
    "cart": "cart carts carted add_cart add_to_cart addtocart added_to_cart add_to_basket "
    "addtobasket basket product_added_to_cart product_added item_added add carrito "
    "agregar_carrito agregar_al_carrito checkout_cart_add added_item_to_cart ecommerce_cart_update "
    "atc add_to_bag added_to_bag view_basket cart_update "
    "warenkorb in_den_warenkorb panier ajout_panier ajout_au_panier carrello carrinho "
    "adicionar_ao_carrinho корзина в_корзину добавление_в_корзину 加购 加购物车 加入购物车 購物車 "
    "hinzugefugt ajoute aggiunta aggiunto adicionou adicionado anadir anadido carted dodanie "
    "koszyk koszyka do_koszyka sepete_ekle sepete_ekleme добавление добавлен "
    "カート カート追加 カートに追加 장바구니 ecommerce_abandoned_cart",
    "favourite": "favourite favorite fav favor favourited favorited wishlist add_to_wishlist "
    "addtowishlist product_added_to_wishlist collect collected like liked save saved favorito "
    "favoris merkzettel wunschliste preferiti избранное в_избранное 收藏 お気に入り 찜",
    PURCHASE: "purchase purchased purchases buy buys bought order ordered orders transaction "
    "transactions sale sales sold order_completed order_complete ordercompleted completed_order "
    "checkout_completed order_placed placed_order order_paid orders_paid paid payment "
    "ordered_product place_order website_payment express_checkout_payment mobile_payment "
    "ecommerce_order ecommerce_purchase checkout_onepage_controller_success_action "
    "sales_order_place_after thankyou woocommerce_thankyou conversion complete_purchase "
    "complete completed delivered shipped invoiced fulfilled wc_completed purchase_complete "
    "purchase_item complete_payment place_an_order track_transaction invoice "
    "captured charged succeeded settled "
    "completado completada entregado entregada enviado enviada pagado pagada facturado factura "
    "concluido concluida entregue pago paga faturado finalizada finalizado aprovado "
    "livre livree expedie expediee paye payee terminee facture abgeschlossen versendet versandt "
    "geliefert zugestellt bezahlt rechnung pagato pagata spedito spedita consegnato consegnata "
    "completato completata fattura zrealizowane oplacone oplacony wyslane dostarczone faktura "
    "betaald verzonden geleverd voltooid betald levererad "
    "tamamlandi teslim_edildi kargoya_verildi selesai dikirim "
    "выполнен доставлен завершен оплачен отправлен получен оплачено доставлено выполнено "
    "已完成 交易成功 已付款 已支付 已发货 待收货 已收货 已签收 购买商品 商品购买 商品購入 "
    "発送済 発送済み 入金済み 入金済 配達完了 支払済み 배송완료 구매확정 결제완료 "
    "compra compras comprado comprar pedido venta kauf gekauft bestellung bestellt verkauf achat "
    "achete commande vente acquisto acquistato ordine vendita venda comprou покупка заказ продажа "
    "куплено 购买 下单 支付 付款 成交 購買 購入 注文 구매 주문 결제 aankoop satin_alma zakup",
    "return": "return returned returns refund refunded refunds cancel cancelled canceled "
    "cancellation chargeback payment_refund payment_reversal order_refunded "
    "order_cancelled order_canceled wc_refunded wc_cancelled partially_refunded void voided "
    "credit_note credit_memo gutschrift nota_de_credito nota_credito nota_di_credito "
    "avoir anulado reembolsado estornado devolvido devolvida estorno "
    "anulowane zwrot zwrocone zwrocony korekta iptal iptal_edildi "
    "iade iade_edildi batal dibatalkan dikembalikan 已取消 已退款 已退货 已关闭 交易关闭 "
    "devolucion devuelto devuelta reembolso reembolsada cancelado cancelada anulada retoure "
    "retourniert zuruckgegeben zuruckgesendet storno storniert erstattet ruckerstattet "
    "gutgeschrieben erstattung ruckgabe retour retourne retournee geannuleerd geretourneerd "
    "rembourse remboursee remboursement annule annulee reso resa rimborso rimborsato rimborsata "
    "annullato annullata devolucao возврат возвращен возвращено отмена отменен отменено "
    "退货 退款 取消 返品 返品済み 返金 返金済み キャンセル キャンセル済み 반품 환불 취소",
    "remove_from_cart": "remove_from_cart removefromcart product_removed removed_from_cart "
    "remove_cart cart_remove delete_from_cart product_removed_from_cart",
}
STANDARD_TYPES = tuple(_SPELLINGS)
"""The event types whose spellings are known."""

_MEANINGS = {
    bare(spelling): name for name, spellings in _SPELLINGS.items() for spelling in spellings.split()
}
_OTHER_WORDS = (
    "play played listen watch stream rate rated rating review reviewed share search login logout "
    "signup session_start scroll download install subscribe comment follow skip begin_checkout "
    "checkout checkout_started initiate_checkout add_shipping_info add_payment_info processing "
    "pending on_hold unavailable created failed approved authorized wc_processing wc_pending "
    "wc_on_hold wc_failed home_page_view shopping_cart_page_view "
    "unpaid declined expired offen ausstehend in_bearbeitung fehlgeschlagen en_attente "
    "en_cours echouee pendiente en_proceso fallido in_attesa in_lavorazione fallito pendente "
    "oczekujace w_realizacji beklemede bekliyor в_обработке ожидает 待付款 待发货 処理中 "
    "入金待ち 입금대기"
)
_OTHERS = frozenset(map(bare, _OTHER_WORDS.split()))
"""Words of events that have no standard type, and so mean themselves."""

CODES = {
    frozenset("012"): {"0": "view", "1": "cart", "2": PURCHASE},
    frozenset("1234"): {"1": "view", "2": "favourite", "3": "cart", "4": PURCHASE},
    frozenset("0123"): {"0": "view", "1": "cart", "2": PURCHASE, "3": "favourite"},
}
"""Numbers that stand for types: those of Otto, Tianchi and Tmall."""

_YES_WORDS = "1 true t yes y ja j oui vrai si sí s sim verdadero да tak evet 是 はい"
_NO_WORDS = "0 false f no n nein non faux não nao falso нет nie hayır 否 いいえ"
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
_NEUTRAL_WORDS = (
    "product products item items line lines ecommerce commerce shop store online user customer "
    "snowplow "
    "to the a an of in into from by my produkt produkte artikel zum produit produits article au du "
    "de la le producto productos al el articulo prodotto prodotti del di produto produtos ao do "
    "produktu edildi товара товар товаров в 商品"
)
_NEUTRAL = frozenset(map(bare, _NEUTRAL_WORDS.split()))
"""Words beside that of an event that say nothing of its type."""
_LONGEST_SPELLING = 5  # words
_FLAGS = {
    "purchase purchased buy bought booking booked conversion converted ordered "
    "gekauft achete comprado acquistato kupione куплено": (PURCHASE, "view"),
    "return returned refund refunded cancel canceled cancelled": (RETURN, PURCHASE),
    "click clicked clk": ("view", "impression"),
}
_FLAG_MEANINGS = {word: pair for words, pair in _FLAGS.items() for word in words.split()}

_RETURNED = frozenset(word for word, pair in _FLAG_MEANINGS.items() if pair[0] == RETURN)
_MOMENTS = frozenset(("at", "date", "time", "on"))
_PIECES = frozenset(("qty", "quantity", "quantities", "units", "pieces", "count", "items"))
_MONEY = frozenset(("amount", "value", "total", "money"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_STATUS = re.compile(
    r"status|statut$|^stato|^estado|situacao|^durum|статус|状态|狀態|状態|상태"
    r"|(transaction|trans|doc|document|invoice|order|receipt|sale)type$|^(beleg|vorgangs)art$"
)

_BOOKKEEPING = tuple(
    frozenset(pair.split())
    for pair in ("dr cr", "d c", "debit credit", "s h", "soll haben", "debe haber", "dare avere")
)
"""The sides of an account, of which one undoes what the other does."""
_CHANGES = frozenset("cruid")
"""How logs of a database write that a row was created, read, updated, inserted or deleted."""
_CREDIT = re.compile(r"(?<![^\W\d_])cr[.]?$", re.I)
_PREFIX = re.compile(r"[^\W\d_]+")
_CREDIT_WORDS = "cn cm crn cr cred credit gs rma ret return ref refund avoir nc ncr abono storno"
_CREDIT_NOTES = frozenset(_CREDIT_WORDS.split())

_MOST_KINDS = 40


def meaning_of(code: str) -> str | None:
    """Return the standard type that a word means; None where it is not known.

    Case, accents, blanks and separators do not matter, nor what product it is of. Of several words
    each must be known, and all must mean the same; what undoes a purchase is a return.

    >>> meaning_of("Order Completed"), meaning_of(" AddToCart "), meaning_of("signup")
    ('purchase', 'cart', None)
    >>> meaning_of("order.purchase"), meaning_of("Vue produit"), meaning_of("Sale cancelled")
    ('purchase', 'view', 'return')
    >>> meaning_of("view cart"), meaning_of("payment failed")
    (None, None)
    """
    return _MEANINGS.get(bare(code)) or _meaning_of_words(code)


@lru_cache(maxsize=1 << 14)
def _meaning_of_words(code: str) -> str | None:
    words = words_of(code)
    meanings: set[str] = set()
    place = 0
    while place < len(words):
        for end in range(min(len(words), place + _LONGEST_SPELLING), place, -1):
            if meaning := _MEANINGS.get("".join(words[place:end])):
                meanings.add(meaning)
                place = end
                break
        else:
            if words[place] not in _NEUTRAL:
                return None
            place += 1
    if meanings == {PURCHASE, RETURN}:
        return RETURN
    return meanings.pop() if len(meanings) == 1 else None


def flag_meanings(column: str, codes: Iterable[str]) -> dict[str, str]:
    """Return what yes and no mean in a column whose name is that of an event.

    >>> flag_meanings("is_booking", ["0", "1"]), flag_meanings("is_mobile", ["0", "1"])
    ({'0': 'view', '1': 'purchase'}, {})
    """
    texts = {code.strip() for code in codes}
    words = {text.lower() for text in texts}
    pair = _flag_pair(column)
    if pair is None or not words <= _YES | _NO:
        return {}
    return {text: pair[0] if text.lower() in _YES else pair[1] for text in sorted(texts)}


def _flag_pair(column: str) -> tuple[str, str] | None:
    """Return what yes and no mean in a column; every word for a return may name one of returns."""
    name = flag_name(column)
    is_return = _MEANINGS.get(name) == RETURN
    return _FLAG_MEANINGS.get(name) or ((RETURN, PURCHASE) if is_return else None)


def is_purchase_flag(column: str) -> bool:
    """Return whether a column's name says that yes or no in it tells purchases from other events.

    >>> [is_purchase_flag(name) for name in ("is_booking", "is_returned", "is_click")]
    [True, True, False]
    """
    return PURCHASE in (_flag_pair(column) or ())


def counts_returns(column: str) -> bool:
    """Return whether a column's name says that it holds returned or cancelled pieces or money.

    >>> [counts_returns(name) for name in ("qty_refunded", "ReturnedUnits", "return_reason")]
    [True, True, False]
    """
    words = {word.lower() for word in _WORD.findall(column)}
    return bool(words & _RETURNED and words & (_PIECES | _MONEY))


def may_undo(column: str, values: Iterable[str]) -> bool:
    """Return whether a column may say that some rows are no purchases.

    It has a few words, one of which is that of a return or its name that of a status, yes and no
    below the name of a purchase, or the time of a return.

    >>> may_undo("remark", ["ok", "cancelled"]), may_undo("Status", ["S", "C"])
    (True, True)
    >>> may_undo("Sale", ["0", "1"]), may_undo("is_mobile", ["0", "1"])
    (True, False)
    >>> may_undo("cancelled_at", ["2019-11-01"]), may_undo("colour", ["red", "blue"])
    (True, False)
    """
    kinds = set(values)
    words = {word.lower() for word in _WORD.findall(column)}
    if kinds and words & _RETURNED and words & _MOMENTS:
        return True
    if len(kinds) < 2 or len(kinds) > _MOST_KINDS:
        return False
    lower = {kind.lower() for kind in kinds}
    if lower <= _YES | _NO:
        return meaning_of(column) == PURCHASE
    if lower in _BOOKKEEPING or {"d"} <= lower <= _CHANGES:
        return True
    is_status = _STATUS.search(bare(column)) is not None
    return is_status or any(meaning_of(kind) == RETURN for kind in kinds)


def are_some_credits(amounts: Iterable[str]) -> bool:
    """Return whether some amounts have the mark of a credit behind them, and others have not.

    >>> are_some_credits(["8.99 CR", "8.99"]), are_some_credits(["8.99 CR"] * 2)
    (True, False)
    """
    marks = {_CREDIT.search(amount.strip()) is not None for amount in amounts}
    return len(marks) > 1


def are_some_credit_notes(documents: Iterable[str]) -> bool:
    """Return whether some numbers of documents begin as those of credit notes do.

    >>> are_some_credit_notes(["SI-1", "CN-2"]), are_some_credit_notes(["CN-1", "CN-2"])
    (True, False)
    """
    prefixes = {match[0].lower() for text in documents if (match := _PREFIX.match(text))}
    return bool(prefixes & _CREDIT_NOTES) and 1 < len(prefixes) <= _MOST_KINDS


def are_codes(codes: Iterable[str]) -> bool:
    """Return whether texts are numbers, or yes and no, whose meaning depends on all that there are.

    >>> are_codes(["1", "4"]), are_codes(["True"]), are_codes(["pv", "1"]), are_codes([])
    (True, True, False, False)
    """
    texts = list(codes)
    return bool(texts) and all(
        text.strip().isdigit() or text.strip().lower() in _YES | _NO for text in texts
    )


def meanings(
    codes: Iterable[str], chosen: Mapping[str, str] | None = None, column: str = ""
) -> dict[str, str]:
    """Return what each of a log's types means; a type that is not known means itself.

    Parameters
    ----------
    codes : iterable of str
        The texts of the type column.
    chosen : mapping, optional
        What a person said that a text means.
    column : str
        Its name.

    Examples
    --------
    >>> meanings(["pv", "buy"]), meanings(["1", "2", "3", "4"])["4"]
    ({'pv': 'view', 'buy': 'purchase'}, 'purchase')
    """
    texts = {code.strip() for code in codes}
    numbers = flag_meanings(column, texts) or next(
        (table for codes_of, table in CODES.items() if _stand_for(texts, codes_of)), {}
    )
    return {
        code: (chosen or {}).get(code) or numbers.get(code) or meaning_of(code) or code
        for code in sorted(texts, key=lambda text: (len(text), text))
    }


def _stand_for(texts: set[str], codes: frozenset[str]) -> bool:
    """Return whether the texts are some of a competition's numbers, from its first to its last."""
    return texts <= codes and {min(codes), max(codes)} <= texts


def looks_like_types(values: Iterable[str]) -> bool:
    """Return whether a column holds event types: few different texts, most of them known ones.

    >>> looks_like_types(["pv", "pv", "buy", "fav"]), looks_like_types(["red", "blue"])
    (True, False)
    """
    kinds = {value.strip() for value in values if value.strip()}
    if not kinds or len(kinds) > _MOST_KINDS:
        return False
    known = sum(meaning_of(kind) is not None for kind in kinds)
    others = sum(bare(kind) in _OTHERS for kind in kinds)
    return known > 0 and known + others > len(kinds) / 2


def has_purchases(values: Iterable[str]) -> bool:
    """Return whether some text means a purchase."""
    return any(meaning_of(value) == PURCHASE for value in set(values))


def meaning_sql(column: str, chosen: Mapping[str, str]) -> str:
    """Return the SQL of what a type means, ``unknown`` where it is missing.

    Spellings that the first rows do not have are known, too: they are compared without case,
    blanks and separators, which costs time for these rows alone.

    Parameters
    ----------
    column : str
        The SQL of the text; NULL where it is missing.
    chosen : mapping
        The meanings of the texts that do not mean themselves.
    """
    exact = "".join(f"WHEN {quote(code)} THEN {quote(name)} " for code, name in chosen.items())
    same = "".join(f"WHEN {quote(name)} THEN {quote(name)} " for name in _SPELLINGS)
    words = ", ".join(map(quote, _MEANINGS))
    names = ", ".join(map(quote, _MEANINGS.values()))
    # A CASE would repeat the expression of the word for each of them.
    others = f"coalesce(MAP([{words}], [{names}])[{bare_sql(column)}], trim({column}))"
    value = f"CASE {column} {exact}{same}ELSE {others} END"
    return f"coalesce({value}, {quote(UNKNOWN_TYPE)})"


def codes_among(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of a type column where these are numbers, or yes and no; empty otherwise."""
    distinct = sorted(set(texts))
    return tuple(distinct) if are_codes(distinct) else ()


def changed(codes: Sequence[str], chosen: Mapping[str, str] | None, column: str) -> dict[str, str]:
    """Return the texts of the type column that mean another type."""
    known = meanings(codes, chosen, column)
    return {code: name for code, name in {**known, **(chosen or {})}.items() if code != name}
