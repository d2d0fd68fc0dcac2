import Glibc
import JSON
import MemoryExchange
import MemoryModel
import MemoryStore
import System

/// What an export wrote.
public struct ExportReport: Sendable {
  /// Memories that were written.
  public internal(set) var exported = 0
  /// Sensitive memories whose content was not written.
  public internal(set) var hidden = 0
}

/// What became of a folder with a file for each memory.
public struct TreeReport: Sendable {
  /// Files that were written, because they are new or their memory has changed.
  public internal(set) var written = 0
  /// Files that say what they should.
  public internal(set) var unchanged = 0
  /// Files that were removed, because their memory is gone or not selected.
  public internal(set) var removed = 0
  /// Sensitive memories that have no file.
  public internal(set) var hidden = 0
}

extension Cache {
  /// Calls `body` with each selected memory as a line of JSON, in the order of their ids, whatever the
  /// order of the selection.
  ///
  /// The lines hold all that an import into a new cache needs to restore the memories as they are.
  ///
  /// - Parameters:
  ///   - revealed: whether the content of sensitive memories is written. Without it, they cannot be
  ///     imported again.
  ///   - cancellation: ends the export with a `Problem` of kind `.interrupted`.
  public func exportMemories(
    _ selection: MemorySelection = MemorySelection(), revealed: Bool,
    cancellation: Cancellation = Cancellation(), _ body: (String) throws -> Void
  ) throws -> ExportReport {
    let states = try database.read { try ExportStates($0) }
    var report = ExportReport()
    try database.forEachMemory(selection, byID: true) { memory in
      if cancellation.isCancelled { throw Problem.exportInterrupted }
      let isHidden = memory.fields.isSensitive && !revealed
      let members = MemoryLine.members(of: memory, states.state(of: memory), isHidden: isHidden)
      try body(JSONValue.object(members).text)
      report.exported += 1
      if isHidden { report.hidden += 1 }
    }
    return report
  }

  /// Writes the same lines into a file, which appears when all of them are written, readable by its
  /// owner alone. If its name ends in `.gz`, it is compressed.
  ///
  /// - Parameter replacing: whether a file that exists is replaced.
  /// - Throws: `Problem` of kind `.file` if the file exists or cannot be written; then it is as it
  ///   was.
  public func exportMemories(
    _ selection: MemorySelection = MemorySelection(), to path: String, replacing: Bool,
    revealed: Bool, cancellation: Cancellation = Cancellation()
  ) throws -> ExportReport {
    try Problem.translatingFileErrors {
      let file = try NewFile(path, replaces: replacing)
      let report = try exportMemories(
        selection, revealed: revealed, cancellation: cancellation
      ) { line in
        try file.write(line.utf8)
        try file.write(CollectionOfOne(UInt8(ascii: "\n")))
      }
      try file.finish()
      return report
    }
  }

  /// Makes a folder say what the selected memories say: a markdown file for each.
  ///
  /// Files that memctl wrote there and that belong to no selected memory are removed.
  ///
  /// - Parameters:
  ///   - emptying: whether all of these files may be removed, if no memory gets one.
  ///   - revealed: whether sensitive memories get files, too.
  /// - Throws: `Problem` of kind `.file` if a file cannot be written, or another program's is in its
  ///   place; then some files are written, and none is removed. `Problem` of kind `.refused` if all
  ///   files would have been removed.
  public func exportTree(
    _ selection: MemorySelection = MemorySelection(), to folder: String, emptying: Bool = false,
    revealed: Bool, cancellation: Cancellation = Cancellation()
  ) throws -> TreeReport {
    try Problem.translatingFileErrors {
      var tree = try MemoryTree(folder)
      var report = TreeReport()
      try database.forEachMemory(selection, byID: true) { memory in
        if cancellation.isCancelled { throw Problem.exportInterrupted }
        if memory.fields.isSensitive, !revealed {
          report.hidden += 1
        } else {
          try tree.add(memory)
        }
      }
      if !emptying, try tree.wouldRemoveEverything() { throw Problem.wouldEmpty(folder) }
      try tree.finish()
      report.written = tree.written
      report.unchanged = tree.unchanged
      report.removed = tree.removed
      return report
    }
  }
}

/// What the lines of an export say beyond the memories, read at one moment.
private struct ExportStates {
  private let origin: Origin?
  private let unsent: Set<Int64>
  private let withheld: Set<LocalID>

  init(_ snapshot: borrowing Snapshot) throws {
    origin = try snapshot.notes.storedOrigin()
    unsent = Set(try snapshot.queue.serverIDs(ofEntries: "update"))
    withheld = try snapshot.memories.withheld()
  }

  func state(of memory: Memory) -> ExportedState {
    var state = ExportedState()
    state.address = origin?.address
    state.account = origin?.account
    state.isUnsent = memory.serverID.map { unsent.contains($0.rawValue) } ?? false
    state.isWithheld = memory.serverID == nil && withheld.contains(memory.id)
    return state
  }
}

extension Problem {
  fileprivate static let exportInterrupted = Problem(.interrupted, "the export was interrupted")

  fileprivate static func wouldEmpty(_ folder: String) -> Problem {
    Problem(
      .refused,
      "no memory would get a file, so every file that memctl wrote in \(folder) would be removed",
      hint: "\(.list) shows whether this is the right cache")
  }

  fileprivate static func translatingFileErrors<Result>(
    _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let error as FileError {
      if error.reason.code == EEXIST {
        throw Problem(
          .file, "\(error.path) exists and was not replaced",
          hint: "choose another name, or remove it first")
      }
      if error.reason.code == ENOTSUP {
        throw Problem(
          .file, "\(error.path) is a pipe or a device, and only files are replaced",
          hint: "redirect the output there instead")
      }
      if error.reason.code == ELOOP {
        throw Problem(
          .file, "\(error.path) is a symbolic link, which memctl does not follow there",
          hint: "remove the link, or choose another folder")
      }
      throw Problem(
        .file, "cannot write \(error.path): \(error.reason)",
        hint: "choose a folder that exists and that you may write to")
    }
  }
}
