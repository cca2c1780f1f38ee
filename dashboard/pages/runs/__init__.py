"""Parts of the pages on which trainings are set up, watched and compared."""
