"""Floods and other attacks on the image's doors, in a container of 512 MiB and one processor; `make attack`."""
