"""Translations; ``python -m data.locale`` extracts all texts and updates the catalogues.

The catalogues are ``<language>/LC_MESSAGES/vitrina.po``. New and changed texts have an empty
translation there, which a test reports.
"""
