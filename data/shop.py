"""The demo shop's catalogue: synthetic products whose figures are those of a real shop.

Shares of categories, brands and best sellers and the distribution of prices are the published
ones of November 2019 of the Kaggle set "eCommerce behavior data from multi category store"
(shares of categories: October and November together). Everything else is invented.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from data.shelf import Floats, Ints, Shelf

DAYS = 29
"""Days on which the shop is open: the log holds nothing of 15 November, as the real one."""

# Share of purchases in percent, typical price.
CATEGORIES = {
    "electronics.smartphone": (43.4, 220),
    "electronics.audio.headphone": (4.3, 100),
    "electronics.video.tv": (3.1, 350),
    "electronics.clocks": (2.5, 220),
    "appliances.kitchen.washer": (2.2, 300),
    "computers.notebook": (2.0, 550),
    "appliances.environment.vacuum": (1.8, 120),
    "appliances.kitchen.refrigerators": (1.5, 400),
    "apparel.shoes": (0.9, 70),
}
# They share what is left; the earlier in the list, the more.
FURTHER = """
electronics.tablet appliances.kitchen.kettle appliances.kitchen.microwave appliances.iron
appliances.kitchen.blender computers.desktop appliances.kitchen.oven apparel.shoes.keds
appliances.environment.water_heater appliances.environment.air_heater auto.accessories.player
computers.peripherals.printer furniture.living_room.sofa furniture.bedroom.bed
appliances.kitchen.hood appliances.kitchen.hob appliances.kitchen.mixer kids.carriage kids.toys
appliances.kitchen.dishwasher appliances.kitchen.meat_grinder computers.peripherals.mouse
furniture.living_room.cabinet auto.accessories.videoregister construction.tools.drill
computers.components.videocards electronics.audio.subwoofer computers.peripherals.monitor
computers.components.cpu computers.components.motherboard computers.components.memory
appliances.personal.massager appliances.sewing_machine appliances.personal.scales
auto.accessories.alarm auto.accessories.compressor construction.tools.saw
construction.tools.light furniture.kitchen.table furniture.kitchen.chair electronics.telephone
accessories.bag accessories.wallet sport.bicycle sport.trainer apparel.costume apparel.shirt
apparel.trousers kids.swing kids.dolls construction.tools.generator construction.tools.welding
computers.peripherals.keyboard country_yard.lawn_mower electronics.camera.photo
stationery.cartrige medicine.tools.tonometer
""".split()
UNNAMED = 24
"""Categories with an id but no code; a quarter of purchases is theirs."""

# Share of a category's purchases in percent; "" is no brand. Brands made up share the rest.
BRANDS = {
    "electronics.smartphone": "samsung 41 apple 32 xiaomi 12 huawei 5.8 oppo 3.7 sony .6",
    "electronics.audio.headphone": "apple 52 xiaomi 13 samsung 10 sony 10 jbl 6",
    "electronics.video.tv": "samsung 35 artel 17 lg 13 sony 8 haier 6",
    "electronics.clocks": "apple 50 samsung 12 xiaomi 12 casio 8 huawei 3",
    "appliances.kitchen.washer": "samsung 25 lg 25 indesit 15 beko 10 artel 8",
    "computers.notebook": "lenovo 22 acer 20 asus 16 hp 16 apple 12",
    "appliances.environment.vacuum": "samsung 25 xiaomi 20 philips 12 artel 5 lg 5",
    "appliances.kitchen.refrigerators": "samsung 20 lg 20 beko 12 artel 10 haier 8",
    "electronics.tablet": "apple 35 samsung 30 lenovo 8 huawei 8",
    "unnamed.0": "cordiant 48 nokian 14",
    "unnamed.1": "lucente 53",
    "unnamed.2": "xiaomi 40 samsung 15",
}
BRANDLESS = {"unnamed": 20.0, "furniture": 45.0, "apparel": 30.0, "kids": 25.0}
COSTLY = {"apple": 3.2, "sony": 1.6, "xiaomi": 0.75, "oppo": 0.9, "artel": 0.8}

# Share of all purchases in percent.
BEST_SELLERS = {
    ("electronics.smartphone", "samsung"): (3.5, 2.5, 1.5, 1.2, 1.1),
    ("electronics.smartphone", "apple"): (2.4, 1.3, 1.0, 0.9),
    ("electronics.audio.headphone", "apple"): (1.9,),
}

# What goes with a product, by category: weights of the category in which it is looked for.
COMPLEMENTS = {
    "electronics.smartphone": "electronics.smartphone 64 electronics.audio.headphone 20"
    " electronics.clocks 8 unnamed.2 8",
    "electronics.audio.headphone": "electronics.smartphone 70 electronics.audio.headphone 30",
    "electronics.clocks": "electronics.smartphone 70 electronics.audio.headphone 30",
    "computers.notebook": "computers.peripherals.mouse 40 computers.peripherals.printer 30"
    " electronics.smartphone 30",
    "appliances.kitchen.washer": "appliances.kitchen.refrigerators 50"
    " appliances.environment.vacuum 30 appliances.iron 20",
    "appliances.kitchen.refrigerators": "appliances.kitchen.washer 60"
    " appliances.kitchen.microwave 40",
    "computers.components.cpu": "computers.components.motherboard 70"
    " computers.components.memory 30",
}
COMPANIONS = 3
BUDGETS = 4


@dataclass(frozen=True)
class Shop:
    """The products and what the shop knows of them.

    Attributes
    ----------
    product_id, category_id : int64, shape (products,)
    category, brand : tuple of str
        ``""`` where the log has none.
    price : float64, shape (products,)
    popularity : float64, shape (DAYS, products)
        Share of the day's fresh purchases; it drifts over the month.
    several : bool, shape (products,)
        Whether people tend to buy several units.
    companions : int64, shape (products, COMPANIONS)
        What goes with each product, the most usual first.
    everything, brands, budgets : Shelf
        All products together; by category and brand; by category and quarter of its prices.
    """

    product_id: Ints
    category_id: Ints
    category: tuple[str, ...]
    brand: tuple[str, ...]
    price: Floats
    popularity: Floats
    several: np.ndarray
    companions: Ints
    brand_group: Ints
    budget_group: Ints

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.price)

    @cached_property
    def everything(self) -> Shelf:
        """All products as one group."""
        return Shelf(self.popularity, np.zeros(len(self), dtype=np.int64))

    @cached_property
    def brands(self) -> Shelf:
        """Products by category and brand."""
        return Shelf(self.popularity, self.brand_group)

    @cached_property
    def budgets(self) -> Shelf:
        """Products by category and price range within it."""
        return Shelf(self.popularity, self.budget_group)


def open_shop(buyers: int, random: np.random.Generator) -> Shop:
    """Make the catalogue of a shop with so many buyers; it grows with their square root."""
    categories = _categories()
    table = list(_ranges(categories, products=34 * buyers**0.5))
    names = list(categories)
    category = np.array([names.index(name) for name, _, _ in table for _ in _])
    raise NotImplementedError
