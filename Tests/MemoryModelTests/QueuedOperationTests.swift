import MemoryAPI
import MemoryModel
import Testing

@Suite("Operations") struct OperationTests {
  private static let fields = MemoryFields(
    content: "ü \"\\\n\u{1}🙂", category: "lessons", tags: "a,b", expandedKeywords: "k",
    importance: 0.1, isSensitive: true)

  @Test(
    "A payload says all of an operation",
    arguments: [
      QueuedOperation.store(fields, localID: LocalID(rawValue: 5)), .store(fields, localID: nil),
      .delete(ServerID(rawValue: .max)), .update(fields, ServerID(rawValue: 9)),
    ])
  func roundTrip(operation: QueuedOperation) throws {
    #expect(try QueuedOperation(name: operation.name, payload: operation.payload) == operation)
  }

  @Test("A payload has the members that the Python side reads, in its order")
  func shape() {
    let store = QueuedOperation.store(MemoryFields(content: "x"), localID: LocalID(rawValue: 5))
    #expect(
      store.payload
        == #"{"local_id":5,"content":"x","category":"facts","tags":"","expanded_keywords":"","#
        + #""importance":0.5,"force_sensitive":false}"#)
    #expect(QueuedOperation.delete(ServerID(rawValue: 5)).payload == #"{"server_id":5}"#)
  }

  @Test("What is absent or null in a payload has the column's default")
  func defaults() throws {
    for payload in [
      #"{"content":"x"}"#,
      #"""
      {"local_id":null,"content":"x","category":null,"tags":null,"expanded_keywords":null,
      "importance":null,"force_sensitive":null,"more":[1]}
      """#,
    ] {
      let operation = try QueuedOperation(name: "store", payload: payload)
      #expect(operation == .store(MemoryFields(content: "x"), localID: nil))
    }
  }

  @Test("An importance may be written without a fraction")
  func integerImportance() throws {
    let operation = try QueuedOperation(name: "store", payload: #"{"content":"x","importance":1}"#)
    #expect(operation == .store(MemoryFields(content: "x", importance: 1), localID: nil))
  }

  @Test(
    "Why a payload cannot be sent is told, and never what it holds",
    arguments: [
      ("store", "secret", "its payload is not valid JSON at byte 0: a value is missing"),
      ("store", #""secret""#, "its payload is not a JSON object"),
      ("store", #"{"content":["secret"]}"#, "content in its payload has the wrong type"),
      ("store", #"{"tags":"secret"}"#, "its payload has no content"),
      ("store", #"{"content":"secret","tags":5}"#, "tags in its payload has the wrong type"),
      (
        "store", #"{"content":"secret","importance":"1"}"#,
        "importance in its payload has the wrong type"
      ),
      (
        "store", #"{"content":"secret","force_sensitive":1}"#,
        "force_sensitive in its payload has the wrong type"
      ),
      ("store", #"{"content":"secret","local_id":0}"#, "local_id in its payload is not an id"),
      (
        "store", #"{"content":"secret","local_id":"5"}"#,
        "local_id in its payload has the wrong type"
      ),
      ("delete", #"{"id":5}"#, "its payload has no server_id"),
      ("delete", #"{"server_id":-5}"#, "server_id in its payload is not an id"),
      ("update", #"{"content":"secret"}"#, "its payload has no server_id"),
      ("merge", "{}", "memctl does not know the operation 'merge'"),
    ])
  func unreadable(name: String, payload: String, reason: String) {
    #expect(throws: UnreadableOperation(reason: reason)) {
      try QueuedOperation(name: name, payload: payload)
    }
  }
}
