"""The vocabulary of event types: the standard type that a word of a log means."""

from collections.abc import Iterable
from functools import lru_cache

from data.events import PURCHASE, RETURN
from data.importing.words import bare, words_of

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
MEANINGS = {
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
OTHERS = frozenset(map(bare, _OTHER_WORDS.split()))
"""Words of events that have no standard type, and so mean themselves."""
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
MOST_KINDS = 40
"""Of different texts in a column of event types."""


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
    return MEANINGS.get(bare(code)) or _meaning_of_words(code)


@lru_cache(maxsize=1 << 14)
def _meaning_of_words(code: str) -> str | None:
    words = words_of(code)
    meanings: set[str] = set()
    place = 0
    while place < len(words):
        for end in range(min(len(words), place + _LONGEST_SPELLING), place, -1):
            if meaning := MEANINGS.get("".join(words[place:end])):
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


def has_purchases(values: Iterable[str]) -> bool:
    """Return whether some text means a purchase."""
    return any(meaning_of(value) == PURCHASE for value in set(values))
