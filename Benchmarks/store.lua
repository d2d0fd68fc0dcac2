-- wrk sends this: the store of one memory.
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("MEMORY_API_KEY")
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"content":"' .. string.rep("a memory of some length, ", 15)
  .. '","category":"facts","tags":"a,b","expanded_keywords":"","importance":0.5}'
