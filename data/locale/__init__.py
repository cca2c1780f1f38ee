"""Translations: ``python -m data.locale`` extracts every text and updates the catalogues.

The catalogues are ``<language>/LC_MESSAGES/vitrina.po``; ``data.i18n`` reads them as they are, so
that there is nothing to compile. Texts that are new or have changed are left empty there for a
translator, and a test counts them.
"""
