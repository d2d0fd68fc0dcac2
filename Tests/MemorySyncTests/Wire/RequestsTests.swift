import ClientSupport
import MemoryAPI
import MemoryModel
import Testing

@testable import MemorySync

@Suite("Requests") struct RequestsTests {
  @Test(
    "The key goes to https and to this machine alone",
    arguments: [
      "https://memory.example.org", "https://memory.example.org:8443/base", "http://localhost:8080",
      "http://LOCALHOST", "http://127.0.0.1:80", "http://127.1.2.3", "http://[::1]:8080",
    ])
  func allowed(address: String) throws {
    _ = try Requests(address: address, key: "k", timeout: 5)
  }

  @Test(
    "Plain http to another host is refused",
    arguments: [
      "http://memory.example.org", "http://10.0.0.5:8080", "http://localhost.example.org",
      "http://127.0.0.1.example.org", "http://[2001:db8::1]", "http://localhost.",
    ])
  func refused(address: String) throws {
    let found = try problem { _ = try Requests(address: address, key: "k", timeout: 5) }
    #expect(found?.kind == .configuration)
    #expect(found?.hint?.parts.contains(.setting(.allowHTTP)) == true)
  }

  @Test("A host that is allowed by name gets the key over plain http, another one does not")
  func allowedByName() throws {
    let address = "http://Memory.example.org"
    _ = try Requests(
      address: address, key: "k", timeout: 5, allowingHTTPTo: ["memory.example.org"])
    #expect(throws: Problem.self) {
      try Requests(address: address, key: "k", timeout: 5, allowingHTTPTo: ["example.org"])
    }
  }

  @Test(
    "A password or a key in an address is refused and not shown",
    arguments: [
      ("https://me:hunter2@example.org", "https://…@example.org"),
      ("me:hunter2@example.org", "…@example.org"),
      ("https://example.org?key=hunter2", "https://example.org?…"),
      ("https://me:hunter2@example.org/#hunter2", "https://…@example.org/#…"),
    ])
  func password(address: String, shown: String) throws {
    let found = try problem { _ = try Requests(address: address, key: "k", timeout: 5) }
    #expect(found?.message == "'\(shown)' is not the address of a server")
    #expect(found?.hint?.description.contains("hunter2") == false)
  }

  @Test(
    "An address without http:// or https:// is answered with the right one",
    arguments: [
      ("localhost:9102", "http://localhost:9102"), ("127.0.0.1", "http://127.0.0.1"),
      ("[::1]:8080", "http://[::1]:8080"), ("memory.example.org/x", "https://memory.example.org/x"),
    ])
  func missingScheme(address: String, meant: String) throws {
    let found = try problem { _ = try Requests(address: address, key: "k", timeout: 5) }
    #expect(found?.hint == "did you mean \(meant)?")
  }

  @Test(
    "An address that ends with a path of the API gets a hint to leave it out",
    arguments: [
      (
        "http://localhost:8080/api/",
        "memctl adds /api by itself: did you mean http://localhost:8080?"
      ),
      (
        "https://x/a/api/memories",
        "memctl adds /api/memories by itself: did you mean https://x/a?"
      ),
      ("https://x/papi", "check that the address is that of a memory server"),
    ] as [(String, Hint)])
  func apiPath(address: String, hint: Hint) throws {
    #expect(try Requests(address: address, key: "k", timeout: 5).addressHint == hint)
  }

  @Test(
    "What is no address is refused",
    arguments: [
      "", "memory", "ftp://x", "https://", "https://a b", "https://x?y=1", "https://x#y",
      "https://u:p@x",
    ])
  func invalidAddress(address: String) throws {
    let found = try problem { _ = try Requests(address: address, key: "k", timeout: 5) }
    #expect(found?.kind == .configuration)
  }

  @Test(
    "Equal addresses are one address, however they are written",
    arguments: [
      (
        "http://localhost",
        [
          "HTTP://localhost", "http://LOCALHOST", "http://localhost:80", "http://localhost/",
          "http://localhost//", "http://localhost/.", "http://localhost:080/./",
          "http://localhost/a/..",
        ]
      ),
      ("https://x.example/Base", ["https://X.Example:443/Base/", "https://x.example/a/../Base/."]),
      ("http://[::1]:8080", ["http://[::1]:8080/", "Http://[0:0:0:0:0:0:0:1]:8080"]),
    ])
  func equalAddresses(address: String, others: [String]) throws {
    for other in [address] + others {
      #expect(try Requests(address: other, key: "k", timeout: 5).baseURL == address)
    }
  }

  @Test(
    "Addresses that may name different servers stay apart",
    arguments: [
      "http://localhost:443", "https://localhost", "http://localhost:8080", "http://localhost/base",
      "http://localhost/Base", "http://localhost//base", "http://127.0.0.1",
    ])
  func otherAddresses(address: String) throws {
    #expect(try Requests(address: address, key: "k", timeout: 5).baseURL == address)
  }

  @Test("Each operation is the request that the API takes")
  func operations() throws {
    let requests = try Requests(address: "https://x/base", key: "k", timeout: 5)
    let fields = MemoryFields(content: "a", isSensitive: true)
    func text(_ operation: QueuedOperation) -> [String] {
      let request = requests.perform(operation, idempotencyKey: "i")
      return [
        request.method.rawValue, request.url,
        request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "; "),
        String(decoding: request.body ?? [], as: UTF8.self),
      ]
    }
    let members =
      #"{"content":"a","category":"facts","tags":"","expanded_keywords":"","importance":0.5"#
    #expect(
      text(.store(fields, localID: LocalID(rawValue: 3))) == [
        "POST", "https://x/base/api/memories",
        "Authorization: Bearer k; Content-Type: application/json; Idempotency-Key: i",
        members + #","force_sensitive":true}"#,
      ])
    #expect(
      text(.update(fields, ServerID(rawValue: 4))) == [
        "PUT", "https://x/base/api/memories/4",
        "Authorization: Bearer k; Content-Type: application/json", members + "}",
      ])
    #expect(
      text(.delete(ServerID(rawValue: 4))) == [
        "DELETE", "https://x/base/api/memories/4", "Authorization: Bearer k", "",
      ])
    let since = Timestamp("2026-03-01T12:00:00.5Z")!
    #expect(
      requests.sync(since: since).url
        == "https://x/base/api/memories/sync?since=2026-03-01T12:00:00.500000%2B00:00")
    #expect(requests.sync(since: nil).url == "https://x/base/api/memories/sync")
  }
}
