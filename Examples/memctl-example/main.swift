// Remembers a text on this machine, and syncs it: memctl-example FILE ADDRESS KEY TEXT
import MemctlCore

let words = CommandLine.arguments
guard words.count == 5 else { fatalError("usage: memctl-example FILE ADDRESS KEY TEXT") }

// What is stored is safe, and queued for the server, when this returns.
let cache = try Cache(path: words[1])
try cache.store(MemoryFields(content: words[4], category: "preferences").validated())
print("\(try cache.queue.entries().count) waiting for the server")

// What the server or the network does stands in the report; only the file can make this throw.
let server = try Server(words[2], key: words[3])
let report = try Synchronizer(cache, with: server).sync()
for problem in report.problems { print(problem.message) }
print("\(try cache.queue.entries().count) waiting for the server")

try cache.forEachMemory { memory in
  print(memory.id.rawValue, memory.fields.category, memory.fields.content)
}
