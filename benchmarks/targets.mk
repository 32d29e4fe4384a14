.PHONY: bench
bench: install ## Compare with other frameworks, in Docker (it says how long it takes), and write benchmarks/results.*
	$(BIN)/python benchmarks/bench.py

.PHONY: documents
documents: install ## Search for the document of 1 MiB that costs most memory and CPU time to read (1 minute)
	$(BIN)/python benchmarks/documents.py

.PHONY: attack-peers
attack-peers: install ## Flood FastAPI on other servers as well, on Linux (half an hour), and write docs/withstands.md
	rm -f benchmarks/attacks.json
	$(BIN)/python benchmarks/attacks.py
