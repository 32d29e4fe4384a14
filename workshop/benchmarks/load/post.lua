-- Posts MESSAGES messages at once: one as a document, more as JSON Lines.
local messages = tonumber(os.getenv("MESSAGES"))
wrk.method = "POST"
wrk.headers["Content-Type"] = messages == 1 and "application/json" or "application/jsonl"
wrk.body = string.rep('{"message": "hello"}\n', messages)
