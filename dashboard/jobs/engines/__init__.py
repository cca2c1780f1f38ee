"""Where the processes of runs execute: on this machine, or wherever an engine puts them."""
