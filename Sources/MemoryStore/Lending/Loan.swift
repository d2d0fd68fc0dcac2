import MemoryModel
import SQLite

/// The cache as it is at one moment. Nothing can be written through it.
package typealias Snapshot = Loan<ReadOnly>

/// The one way to change the cache: what is done with it happens as a whole, or not at all.
package typealias Transaction = Loan<ReadWrite>

/// The tables of the cache, lent to a closure for as long as that runs.
///
/// It cannot be copied, kept or captured by anything that outlives the closure, and neither can its
/// tables, so no SQL runs outside a transaction. A function that has to run within one takes it as
/// an argument.
package struct Loan<Access>: ~Copyable {
  let connection: Connection
  let random: Randomness

  init(_ connection: Connection, _ random: Randomness) {
    self.connection = connection
    self.random = random
  }

  // Each table is bound to a name before it is yielded: the optimizer of Swift 6.3 cannot yield an
  // unnamed value.

  package var memories: MemoryTable<Access> {
    _read {
      let table = MemoryTable<Access>(connection)
      yield table
    }
  }

  package var queue: QueueTable<Access> {
    _read {
      let table = QueueTable<Access>(connection, random)
      yield table
    }
  }

  package var trash: TrashTable<Access> {
    _read {
      let table = TrashTable<Access>(connection)
      yield table
    }
  }

  package var journal: JournalTable<Access> {
    _read {
      let table = JournalTable<Access>(connection)
      yield table
    }
  }

  package var notes: NoteTable<Access> {
    _read {
      let table = NoteTable<Access>(connection)
      yield table
    }
  }
}

extension Loan where Access == ReadWrite {
  /// The same transaction, for what only reads.
  package var snapshot: Snapshot {
    _read {
      let snapshot = Snapshot(connection, random)
      yield snapshot
    }
  }

  /// Runs `body`, which may only link memories or delete copies. Linking changes no text, so the
  /// trigger that would index the memory again is off: it costs more than all the rest of a push.
  package func withoutIndexing<Result>(_ body: () throws -> Result) rethrows -> Result {
    try connection.withTriggers(false, body)
  }

  /// Runs `body` with the triggers on, also within `withoutIndexing`.
  package func indexing<Result>(_ body: () throws -> Result) rethrows -> Result {
    try connection.withTriggers(true, body)
  }
}
