/// What the user of each memory wants, by the name that it carries in its tags.
final class Truth {
  struct Item {
    let name: String
    /// The machine where it was written; nil for the server's own users.
    var owner: Int?
    /// What the user wrote; the name stands in it.
    var content: String
    var tags: String
    var isSensitive = false
    /// Nothing but the text tells it from others.
    var isPlain = false
    /// How many of it the user stored and did not delete.
    var wanted = 0
    /// The server rejects it for good.
    var isRejected = false
    /// Nothing in the queue spoke of it when it was written.
    var isOrphan = false
    /// The user gave an entry of it up, so that it may be on the server once or not at all.
    var isLoose = false
    /// The user dropped its store and may think better of it.
    var isWithheld = false
    /// Several that are equal in all fields; one of them is not known from another.
    var isGroup = false
    /// Copies of it that are not memctl's fault.
    var extra = 0
    /// Someone edited it on the server.
    var isEdited = false
    /// Its author changed it, or took something back.
    var isRevised = false
    /// Machines whose user has deleted it.
    var deletedOn: [Int] = []

    init(name: String, owner: Int?, content: String) {
      self.name = name
      self.owner = owner
      self.content = content
      tags = name
    }
  }

  private(set) var items: [Item] = []
  private var places: [String: Int] = [:]

  @discardableResult
  func add(_ item: Item) -> String {
    places[item.name] = items.count
    items.append(item)
    return item.name
  }

  func newName() -> String { "m\(items.count + 1)" }

  /// The name in a text: the first `m` that a number follows.
  static func name(in text: String) -> String? {
    let bytes = Array(text.utf8)
    func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    guard
      let start = bytes.indices.dropLast().first(where: {
        bytes[$0] == UInt8(ascii: "m") && isDigit(bytes[$0 + 1])
      })
    else { return nil }
    let digits = bytes[(start + 1)...].prefix(while: isDigit)
    return "m" + String(decoding: digits, as: UTF8.self)
  }

  subscript(name: String) -> Item? { places[name].map { items[$0] } }

  func change(_ name: String, _ body: (inout Item) -> Void) {
    if let place = places[name] { body(&items[place]) }
  }
}
