/// What the user of each memory wants, by the name that it carries in its tags.
final class Truth {
  struct Item {
    let name: String
    /// The machine where it was written; nil for the server's own users.
    let owner: Int?
    /// What the user wrote.
    var content: String
    var isSensitive = false
    /// How many of it the user stored and did not delete.
    var wanted = 0
    /// The server rejects it for good.
    var isRejected = false
    /// Nothing in the queue spoke of it when it was written.
    var isOrphan = false
    /// The user gave an entry of it up, so that it may be on the server once or not at all.
    var isLoose = false
    /// Several that are equal in all fields; one of them is not known from another.
    var isGroup = false
    /// Someone edited it on the server.
    var isEdited = false
    /// Machines whose user has deleted it.
    var deletedOn: [Int] = []
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

  subscript(name: String) -> Item? { places[name].map { items[$0] } }

  func change(_ name: String, _ body: (inout Item) -> Void) {
    if let place = places[name] { body(&items[place]) }
  }
}
