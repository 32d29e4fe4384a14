"""The tests: of the doors on a function of their own, and of what speaks of the shipped one."""
