"""The page where people sign in: plain HTML that needs no script."""

from html import escape
from urllib.parse import urlencode

from dashboard.context import preferred_theme
from dashboard.web.assets import ICON, THEME_SCRIPT, asset
from data.i18n import LANGUAGES, _, language

_STYLES = (
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/inter/inter.css",
    "tokens.css",
    "icons.css",
    "base.css",
    "controls.css",
    "sign_in.css",
)

_DOCUMENT = """<!DOCTYPE html>
<html lang="{language}" data-bs-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Vitrina</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
<script src="{script}"></script>
{styles}
</head>
<body class="sign-in">
<main>
<p class="sign-in-brand"><span class="icon icon-vitrina" aria-hidden="true"></span> Vitrina</p>
<form method="post" action="{action}" class="sign-in-card">
<h1>{title}</h1>
{problem}
<input type="hidden" name="next" value="{target}">
{name}
<div class="field">
<label class="field-label" for="password">{password}</label>
<input class="form-control" id="password" name="password" type="password" required
 autocomplete="current-password" maxlength="1000" {focus_password}>
</div>
<button class="button is-primary" type="submit">{title}</button>
</form>
<div class="sign-in-foot">
<nav aria-label="{languages_label}">{languages}</nav>
<button type="button" class="quiet-button theme-switch" title="{theme_title}" data-action="theme">
<span class="icon icon-dark" aria-hidden="true"></span>
<span class="icon icon-light" aria-hidden="true"></span>
<span class="visually-hidden">{theme_label}</span>
</button>
</div>
</main>
</body>
</html>
"""

_NAME = """<div class="field">
<label class="field-label" for="name">{label}</label>
<input class="form-control" id="name" name="name" value="{value}" autocomplete="username"
 autocapitalize="none" spellcheck="false" maxlength="64" {focus}>
</div>"""


def document(*, action: str, target: str, ask_name: bool, name: str, problem: str) -> str:
    """Return the HTML document, in the language and theme of the request.

    Parameters
    ----------
    action : str
        Path that the form is sent to.
    target : str
        Path that the user goes on to.
    ask_name : bool
        Whether there are users, so that a name is asked for.
    name : str
        Name that was sent before.
    problem : str
        Why nobody was signed in; empty at first.
    """
    focus_name = ask_name and not name
    styles = "\n".join(f'<link rel="stylesheet" href="{asset(style)}">' for style in _STYLES)
    return _DOCUMENT.format(
        language=language(),
        theme=preferred_theme(),
        title=escape(_("Sign in")),
        icon=asset(ICON),
        script=asset(THEME_SCRIPT),
        styles=styles,
        action=action,
        target=escape(target),
        problem=f'<p class="sign-in-problem" role="alert">{escape(problem)}</p>' if problem else "",
        name=_name_field(name, _focus(focus_name)) if ask_name else "",
        password=escape(_("Password")),
        focus_password=_focus(not focus_name),
        languages_label=escape(_("Language")),
        languages=_language_links(action, target),
        theme_title=escape(_("Switch between light and dark")),
        theme_label=escape(_("Theme")),
    )


def _name_field(name: str, focus: str) -> str:
    return _NAME.format(label=escape(_("User")), value=escape(name), focus=focus)


def _focus(focused: bool) -> str:
    return "autofocus" if focused else ""


def _language_links(action: str, target: str) -> str:
    """Return a link for each language; the current one is marked."""
    links = []
    for code, label in LANGUAGES.items():
        query = escape(urlencode({"language": code, "next": target}))
        current = ' aria-current="true"' if code == language() else ""
        links.append(f'<a href="{action}?{query}" lang="{code}"{current}>{escape(label)}</a>')
    return "\n".join(links)
