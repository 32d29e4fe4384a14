wrk.method = "POST"
wrk.headers["Content-Type"] = "application/jsonl"
wrk.body = string.rep('{"message": "hello"}\n', 1000)
