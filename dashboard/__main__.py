"""``python -m dashboard`` is the command ``vitrina``, where that is not on the path."""

from dashboard.cli import main

if __name__ == "__main__":
    main()
