"""Types of the arguments of callbacks, where Python's alone would allow what no page sends.

A callback that fails although its arguments are of their types has a fault; one that fails because
they are not was called by something else than a page (``dashboard.web.callback_requests``).
"""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Keys:
    """Annotation of a dictionary: the types of keys that it always has; it may have others.

    Examples
    --------
    >>> from pydantic import TypeAdapter
    >>> row = TypeAdapter(Annotated[dict[str, Any], Keys(name=str)])
    >>> row.validate_python({"name": "shop", "rows": 7})["name"]
    'shop'
    """

    def __init__(self, **types: Any) -> None:
        self._types = types

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.typed_dict_schema(
            {
                name: core_schema.typed_dict_field(handler.generate_schema(of))
                for name, of in self._types.items()
            }
        )


Named = Annotated[dict[str, Any], Keys(name=str)]
"""A row or an id with a name."""
