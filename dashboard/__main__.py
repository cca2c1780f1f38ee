"""``python -m dashboard`` is the command ``vitrina``."""

from vitrina import main

if __name__ == "__main__":
    main()
