"""The pages, one package an area; a module named ``…_page`` registers one with Dash."""
