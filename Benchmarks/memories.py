"""Made-up memories, the same in each run, and a way to give them to a server.

    memories.py URL COUNT    stores COUNT memories on the server at URL, with MEMORY_API_KEY
"""

import json
import os
import random
import sys
import urllib.request

CATEGORIES = ["architecture", "decisions", "facts", "gotchas", "lessons", "preferences", "projects"]
SYLLABLES = ["ba", "cor", "den", "fi", "gal", "ho", "jun", "ka", "lem", "mi", "nor", "pa", "qui", "ra"]
LENGTH = 378


def words(random):
    """A vocabulary of 5,000 words, the frequent ones first and short."""
    found = []
    while len(found) < 5000:
        word = "".join(random.choices(SYLLABLES, k=1 + len(found) // 1500))
        found.append(word if len(found) < 14 else word + random.choice("aeinrstu"))
    return found


def memories(count, seed=1):
    """Yields `count` memories whose contents have about LENGTH characters."""
    source = random.Random(seed)
    vocabulary = words(random.Random(0))
    frequencies = [1 / (rank + 10) for rank in range(len(vocabulary))]
    totals, total = [], 0.0
    for frequency in frequencies:
        total += frequency
        totals.append(total)
    for index in range(count):
        text = f"memory {seed}-{index}: "
        text += " ".join(source.choices(vocabulary, cum_weights=totals, k=90))
        yield {
            "content": text[: LENGTH + source.randint(-40, 40)].rstrip(),
            "category": source.choice(CATEGORIES),
            "tags": ",".join(source.choices(vocabulary, k=2)),
            "expanded_keywords": " ".join(source.choices(vocabulary, k=4)),
            "importance": source.randint(1, 9) / 10,
        }


def call(method, url, body):
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": "Bearer " + os.environ["MEMORY_API_KEY"],
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    url, count = sys.argv[1], int(sys.argv[2])
    batch = []
    for memory in memories(count):
        batch.append(memory)
        if len(batch) == 5000:
            call("POST", url + "/api/memories/import", batch)
            batch = []
    if batch:
        call("POST", url + "/api/memories/import", batch)
