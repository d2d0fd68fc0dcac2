/// The Python server of a machine, as far as it works through the queue: it reads all of it, sends one
/// entry after the other without a key, and gives up what has failed five times.
final class PythonSide {
  struct Entry {
    let id: Int64
    let operation: String
    let payload: String
    let failures: Int

    let localID: Int64?
    let serverID: Int64?

    /// The memory that a store speaks of.
    var name: String? { localID == nil ? nil : Truth.name(in: payload) }
  }

  /// What it has read and not sent yet.
  var queue: [Entry] = []
  var underWay: (entry: Entry, exchange: Exchange)?
  /// What it has linked and not removed from the queue yet.
  var linked: Entry?
  /// Whether it drops what the server answers 422 to, as newer ones do.
  let dropsInvalid: Bool

  init(dropsInvalid: Bool) { self.dropsInvalid = dropsInvalid }

  var isIdle: Bool { queue.isEmpty && underWay == nil && linked == nil }

  /// Whether it may still send the store of this memory.
  func holds(_ name: String) -> Bool {
    underWay?.entry.name == name || queue.contains { $0.name == name }
  }
}
