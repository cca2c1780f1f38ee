"""Parameters of the demo shop: shares of categories, brands, best sellers, days and hours.

Shares of categories, brands, best sellers, days and hours are the published ones of November
2019 of the Kaggle set "eCommerce behavior data from multi category store" (categories: October
and November together). Typical prices and complements are invented.
"""

import numpy as np

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
# They share the remaining purchases by Zipf's law; TYPICAL_PRICES has the prices by first word.
OTHER_CATEGORIES = [
    "electronics.tablet",
    "appliances.kitchen.kettle",
    "appliances.kitchen.microwave",
    "appliances.iron",
    "appliances.kitchen.blender",
    "computers.desktop",
    "appliances.kitchen.oven",
    "apparel.shoes.keds",
    "appliances.environment.water_heater",
    "appliances.environment.air_heater",
    "auto.accessories.player",
    "computers.peripherals.printer",
    "furniture.living_room.sofa",
    "furniture.bedroom.bed",
    "appliances.kitchen.hood",
    "appliances.kitchen.hob",
    "appliances.kitchen.mixer",
    "kids.carriage",
    "kids.toys",
    "appliances.kitchen.dishwasher",
    "appliances.kitchen.meat_grinder",
    "computers.peripherals.mouse",
    "furniture.living_room.cabinet",
    "auto.accessories.videoregister",
    "construction.tools.drill",
    "computers.components.videocards",
    "electronics.audio.subwoofer",
    "computers.peripherals.monitor",
    "computers.components.cpu",
    "computers.components.motherboard",
    "computers.components.memory",
    "appliances.personal.massager",
    "appliances.sewing_machine",
    "appliances.personal.scales",
    "auto.accessories.alarm",
    "auto.accessories.compressor",
    "construction.tools.saw",
    "construction.tools.light",
    "furniture.kitchen.table",
    "furniture.kitchen.chair",
    "electronics.telephone",
    "accessories.bag",
    "accessories.wallet",
    "sport.bicycle",
    "sport.trainer",
    "apparel.costume",
    "apparel.shirt",
    "apparel.trousers",
    "kids.swing",
    "kids.dolls",
    "construction.tools.generator",
    "construction.tools.welding",
    "computers.peripherals.keyboard",
    "country_yard.lawn_mower",
    "electronics.camera.photo",
    "stationery.cartrige",
    "medicine.tools.tonometer",
]
TYPICAL_PRICES = {
    "electronics": 120,
    "appliances": 110,
    "computers": 160,
    "furniture": 190,
    "auto": 70,
    "construction": 80,
    "kids": 60,
    "apparel": 45,
    "accessories": 35,
    "sport": 150,
    "country_yard": 170,
    "stationery": 20,
    "medicine": 40,
    "unnamed": 90,
}
# Categories that have an id but no code in the log.
UNNAMED_CATEGORIES = [f"unnamed.{number}" for number in range(24)]
UNNAMED_SHARE = 25.5

# Share of a category's purchases in percent; "" is no brand. Invented brands share the rest.
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
    "unnamed.0": "cordiant 70 nokian 14",
    "unnamed.1": "lucente 76",
    "unnamed.2": "xiaomi 20 jbl 15",
}
SYLLABLES = [
    row.split()
    for row in (
        "al be cor da el fi gra hol in ka lu mo nar or pel qui ro sel tri vi",
        "ba do ge ki la mi no pa re su ta ve xi zo",
        "bel dex fon go lan lux man nik pro rit sol tar ton ver via wen zan xo mar del",
    )
]
BRANDLESS_SHARES = {"unnamed": 42.0, "furniture": 45.0, "apparel": 30.0, "kids": 25.0}
PRICE_FACTORS = {"apple": 3.2, "sony": 1.6, "xiaomi": 0.75, "oppo": 0.9, "artel": 0.8}

# Share of all purchases in percent.
BEST_SELLERS = {
    ("electronics.smartphone", "samsung"): (3.9, 2.5, 1.5, 1.2, 1.1),
    ("electronics.smartphone", "apple"): (2.4, 1.3, 1.0, 0.9),
    ("electronics.audio.headphone", "apple"): (1.9,),
}

# Complements of a category: categories with their weights in percent.
COMPLEMENTS = {
    "electronics.smartphone": "electronics.smartphone 74 electronics.audio.headphone 8"
    " electronics.clocks 6 unnamed.2 12",
    "electronics.audio.headphone": "electronics.smartphone 84 electronics.audio.headphone 16",
    "electronics.clocks": "electronics.smartphone 84 electronics.audio.headphone 16",
    "computers.notebook": "computers.notebook 50 computers.peripherals.mouse 20"
    " computers.peripherals.printer 10 electronics.smartphone 20",
    "appliances.kitchen.washer": "appliances.kitchen.washer 30"
    " appliances.kitchen.refrigerators 40 appliances.environment.vacuum 20 appliances.iron 10",
    "appliances.kitchen.refrigerators": "appliances.kitchen.washer 70"
    " appliances.kitchen.microwave 30",
    "computers.components.cpu": "computers.components.motherboard 70"
    " computers.components.memory 30",
}

# Thousands of purchases a day from Friday 1 November; the log of the 15th is missing.
WEEK = (23.2, 23.4, 23.2, 25.7, 23.9, 24.7, 24.1)
BY_DAY = np.resize(WEEK, 30)
BY_DAY[15], BY_DAY[16], BY_DAY[28], BY_DAY[29] = 68.2, 185.2, 32.1, 28.2
MISSING_DAY = 14
BY_DAY = np.delete(BY_DAY, MISSING_DAY)

# Hundreds of purchases by hour (UTC), October and November.
BY_HOUR = np.array(
    [
        *(55, 77, 176, 425, 756, 957, 1059, 1110, 1188, 1264, 1238, 1158),
        *(1077, 1012, 988, 898, 836, 804, 536, 403, 258, 157, 103, 64),
    ]
)
