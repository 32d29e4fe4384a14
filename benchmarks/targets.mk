.PHONY: bench
bench: install ## Compare with other frameworks, in Docker (it says how long it takes), and write benchmarks/results.*
	$(BIN)/python benchmarks/bench.py
