"""The tables of MovieLens 100K and 1M, whose files name no columns; see the README of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """The columns of a file.

    Attributes
    ----------
    columns : tuple of str
    flags : tuple of str
        Labels of the columns behind those, which hold 1 where a movie has the label.
    """

    columns: tuple[str, ...]
    flags: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of fields of a row."""
        return len(self.columns) + len(self.flags)


_GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime"),
    *("Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery"),
    *("Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
LAYOUTS = {
    "u.item": Layout(
        ("movie_id", "movie_title", "release_date", "video_release_date", "imdb_url"), _GENRES
    ),
    "u.user": Layout(("user_id", "age", "gender", "occupation", "zip_code")),
    "movies.dat": Layout(("movie_id", "title", "genres")),
    "users.dat": Layout(("user_id", "gender", "age", "occupation", "zip_code")),
}
"""File → its layout; the labels of flags become one column ``genres``, joined by ``|``."""
