"""Times with words of other languages, as the formats of strptime have them."""

from data.datasets.database import quote

_MONTHS = {
    "Jan": "ocak enero ene janvier janv januar jänner jan gennaio gen janeiro januari января янв",
    "Feb": "şubat febrero feb février févr fév februar febbraio fevereiro fev februari февраля фев",
    "Mar": "mart marzo mar mars märz mär mrz março maart maa марта мар",
    "Apr": "nisan abril abr avril avr april aprile aprilis апреля апр",
    "May": "mayıs mayo may mai maggio mag maio mei maj мая май",
    "Jun": "haziran junio jun juin juni giugno giu junho июня июн",
    "Jul": "temmuz julio jul juillet juil juli luglio lug julho июля июл",
    "Aug": "ağustos agosto ago août august aug augustus augusti августа авг",
    "Sep": "eylül septiembre setiembre sept set sep septembre september settembre setembro "
    "сентября сен",
    "Oct": "ekim octubre oct octobre oktober okt ottobre ott outubro out октября окт",
    "Nov": "kasım noviembre nov novembre november novembro ноября ноя нояб",
    "Dec": "aralık diciembre dic décembre déc dezember dez dicembre dezembro december dec "
    "декабря дек",
}

_REWRITES = (
    ("([+-]\\d{2}:?\\d{2}|Z)\\[[A-Za-z_/]+\\]$", "\\1"),
    ("[\\[\\]]", ""),
    ("[\u00a0\u202f\u2009]", " "),
    ("年|月(\\d)", "-\\1"),
    ("月|日|[时時]$", ""),
    ("[时時点](\\d)", ":\\1"),
    ("分(\\d)", ":\\1"),
    ("[分秒]", ""),
    (" (上午|午前|오전) ?(\\d[\\d:]*)", " \\2 AM"),
    (" (下午|午後|오후) ?(\\d[\\d:]*)", " \\2 PM"),
    ("^\\pL{2,}[.]?, ?", ""),
    ("^(\\d{1,2}) (\\d{1,2}), (\\d{4})", "\\1/\\2/\\3"),
    (" π[.]?μ[.]?$", " AM"),
    (" μ[.]?μ[.]?$", " PM"),
    ("(?i) (hs|h|hrs|uhr|uur|kl)[.]?$", ""),
    ("(\\d)(st|nd|rd|th|er|º|ª)\\b", "\\1"),
    ("(?i)\\b([ap])[.] ?m[.]?", "\\1m"),
    ("(?i) (de|del|di|à|um|at|в|alle|om|kl|klo)[.]? ", " "),
    ("(\\d)[.] ?(\\d+)[.] ?", "\\1.\\2."),
    ("(\\d{4})[.] ?(\\d{1,2})[.] ?(\\d{1,2})[.]", "\\1-\\2-\\3"),
    ("(\\d)[.] (\\pL)", "\\1 \\2"),
    (" GMT([+-]\\d{4}) \\(.*\\)$", " \\1"),
)
"""Regular expressions, and what replaces the text that they match."""


def english(column: str) -> str:
    """Return the SQL of a time with the month in English and without words between its numbers.

    Parameters
    ----------
    column : str
        The SQL of the text.
    """
    text = column
    for pattern, new in _REWRITES:
        text = f"regexp_replace({text}, {quote(pattern)}, {quote(new)}, 'g')"
    for name, words in _MONTHS.items():
        longest_first = sorted(words.split(), key=len, reverse=True)
        pattern = f"(?i)(^|[^\\pL])({'|'.join(longest_first)})[.]?($|[^\\pL])"
        text = f"regexp_replace({text}, {quote(pattern)}, '\\1{name}\\3')"
    return f"trim(regexp_replace({text}, ' +', ' ', 'g'))"
