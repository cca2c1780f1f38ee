"""The documentation: pages in ``en`` and ``es``, a reference made from the code, and their site.

``python -m docs`` writes the pages of the reference anew and builds the site, which the workbench
serves at ``/help``.
"""
