"""Sentences of a training's log on what a network is built with and what is served."""

from data.datasets.attribute_table import AttributeTable
from data.i18n import _, percent
from model.blend.blend import Blend
from model.config.run_config import RunConfig
from model.sequences.buyer_attributes import BuyerAttributes


def attributes_sentence(attributes: BuyerAttributes) -> str:
    """Return what the network knows of buyers beside their histories."""
    if attributes:
        return _("The network reads the attributes of buyers: {names}.").format(
            names=", ".join(attributes.names)
        )
    return _(
        "The dataset has no attributes that tell its buyers apart;"
        " the network is built without them."
    )


def product_sentence(table: AttributeTable) -> str:
    """Return what the network knows of products beside the log."""
    if table:
        return _("The network reads what is known of products: {names}.").format(
            names=", ".join(attribute.name for attribute in table.attributes)
        )
    return _(
        "The dataset has neither titles nor other attributes of products;"
        " the network is built without them."
    )


def repeats_sentence(config: RunConfig, share: float) -> str:
    """Return how many training targets are repeats, and whether there is a head for them."""
    if config.repeat_head:
        return _(
            "{percent} of the training targets repeat a product of their history;"
            " the network has the repeat-aware head."
        ).format(percent=percent(share))
    return _(
        "{percent} of the training targets repeat a product of their history;"
        " the network is built without the repeat-aware head."
    ).format(percent=percent(share))


def blend_sentence(blend: Blend) -> str:
    """Return the weights of a blend, or that the network is served alone."""
    if len(blend.members) == 1:
        return _(
            "On the validation targets a blend ranks no better than the network alone, which is"
            " served."
        )
    weights = ", ".join(
        f"{name} {new:.2f}/{repeat:.2f}" for name, (new, repeat) in blend.shares.items()
    )
    return _("Blend weights, new/repeat products: {weights}.").format(weights=weights)
