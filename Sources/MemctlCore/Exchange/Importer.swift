import MemoryAPI
import MemoryExchange
import MemoryModel
import MemoryStore
import System

extension Cache {
  /// Writes the memories of files into the cache, and queues their stores.
  ///
  /// They are written in portions, each in one transaction, so that a file of any length takes little
  /// memory and keeps no other program waiting. An import that is interrupted has written whole
  /// portions, and one that is run again leaves out what is here.
  ///
  /// An export of a cache of the same server is restored as it was, with its ids, if this cache has
  /// not pulled anything yet.
  ///
  /// - Parameters:
  ///   - cancellation: ends the import after the portion that is being read.
  ///   - progress: receives the number of memories that have been read.
  ///   - tell: receives each refusal as it is found.
  /// - Throws: `Problem` of kind `.notFound` if there is no such file; then nothing was changed. Of
  ///   kind `.refused` for memories that the server may have, if `options.isForServer`; see `Cache`
  ///   for others; then what was written so far stays.
  public func importMemories(
    from sources: [ImportSource], _ options: ImportOptions = ImportOptions(),
    temporaryFolder: String = "/tmp", cancellation: Cancellation = Cancellation(),
    progress: @escaping (Int) -> Void = { _ in }, tell: @escaping (ImportProblem) -> Void = { _ in }
  ) throws -> ImportReport {
    let files = try ImportFiles(
      sources, format: options.format, isReadTwice: options.isStrict,
      temporaryFolder: temporaryFolder, cancellation)
    func run(isRehearsal: Bool, _ tell: @escaping (ImportProblem) -> Void) throws -> ImportReport {
      let importer = try Importer(
        database, options, isRehearsal: isRehearsal, cancellation, progress, tell)
      return try importer.run(files)
    }
    if options.isRehearsal { return try run(isRehearsal: true, tell) }
    if options.isStrict {
      let rehearsal = try run(isRehearsal: true, tell)
      if rehearsal.refused > 0 || rehearsal.isInterrupted {
        var report = ImportReport()
        report.refused = rehearsal.refused
        report.refusals = rehearsal.refusals
        report.isInterrupted = rehearsal.isInterrupted
        return report
      }
    }
    return try run(isRehearsal: false, tell)
  }
}

extension Problem {
  /// `the memory is empty` as a clause about a memory that stands in a file.
  fileprivate var reasonOfMemory: String {
    let rest = message.hasPrefix("the ") ? String(message.dropFirst(4)) : message
    if rest.hasPrefix("memory is ") { return "its content \(rest.dropFirst(7))" }
    return rest.hasPrefix("memory ") ? "it \(rest.dropFirst(7))" : rest
  }

  fileprivate static var mayBeOnServer: Problem {
    Problem(
      .refused, "the server may have these memories already: their ids are not in this cache yet",
      hint: "\(.sync) brings what the server has; importing again skips that")
  }
}

/// One pass over files that writes their memories, or finds out what would be written.
private final class Importer {
  private static let portionSize = 1_000

  private let database: Database
  private let options: ImportOptions
  private let isRehearsal: Bool
  private let cancellation: Cancellation
  private let progress: (Int) -> Void
  private let tell: (ImportProblem) -> Void
  private var contents: ContentIndex
  /// The ids and the texts of the memories that this import restores.
  private let restored: ContentIndex
  private var version: FileVersion
  private var report = ImportReport()
  private var read = 0
  /// Whether memories of an origin can be restored, as of the portion that is being written.
  private var restorable: [Origin?: Bool] = [:]
  private var portion: [Item] = []
  /// The one change that all portions are, once something was written.
  private var change: ChangeID?

  private struct Item {
    let file: String?
    let line: Int?
    var memory: ImportedMemory
  }

  init(
    _ database: Database, _ options: ImportOptions, isRehearsal: Bool,
    _ cancellation: Cancellation, _ progress: @escaping (Int) -> Void,
    _ tell: @escaping (ImportProblem) -> Void
  ) throws {
    self.database = database
    self.options = options
    self.isRehearsal = isRehearsal
    self.cancellation = cancellation
    self.progress = progress
    self.tell = tell
    version = try database.version()
    contents = try database.read { try ContentIndex($0) }
    restored = try ContentIndex()
  }

  func run(_ files: ImportFiles) throws -> ImportReport {
    do {
      try files.read { file, line, result in
        switch result {
        case .success(let memory):
          portion.append(Item(file: file, line: line, memory: memory))
        case .failure(let refusal): refuse(file, line, refusal.reason)
        }
        read += 1
        guard portion.count >= Self.portionSize else { return }
        try writePortion()
        if cancellation.isCancelled { throw Problem(.interrupted, "the import was interrupted") }
      }
    } catch let problem as Problem where problem.kind == .interrupted {
      report.isInterrupted = true
    }
    // What was read from a pipe could not be read again.
    try writePortion()
    return report
  }

  private func refuse(_ file: String?, _ line: Int?, _ reason: String) {
    let problem = ImportProblem(file: file, line: line, reason: reason)
    report.refused += 1
    if report.refusals.count < ImportReport.refusalLimit { report.refusals.append(problem) }
    tell(problem)
  }

  private func writePortion() throws {
    let now = Timestamp.now
    restorable = [:]
    if isRehearsal {
      try database.read { snapshot in
        for item in portion { for step in try steps(for: item, in: snapshot) { count(step) } }
      }
    } else if !portion.isEmpty {
      try database.write { transaction in
        try refreshContents(transaction.snapshot)
        var added: [AddedMemory] = []
        for item in portion {
          for step in try steps(for: item, in: transaction.snapshot) {
            count(try take(step, in: transaction, at: now, &added))
          }
        }
        change = try transaction.note(added, as: .import, in: change, at: now)
      }
    }
    portion.removeAll(keepingCapacity: true)
    progress(read)
  }

  /// Another program may have written what would be a duplicate now.
  private func refreshContents(_ snapshot: borrowing Snapshot) throws {
    let version = try database.version()
    if version.others != self.version.others { contents = try ContentIndex(snapshot) }
    self.version = version
  }

  // MARK: One memory

  private enum Step {
    case skip
    case restore(FormerMemory, Origin?, isChanged: Bool)
    case store(MemoryFields, createdAt: String?)
  }

  /// What is to be done with an item, in view of what is in the cache; nothing if it is refused.
  private func steps(for item: Item, in snapshot: borrowing Snapshot) throws -> [Step] {
    if let (former, origin) = try former(item.memory, in: snapshot) {
      if try isHere(former, in: snapshot) { return [.skip] }
      let isChanged = former.memory.serverID != nil && item.memory.exported?.isUnsent == true
      return [.restore(former, origin, isChanged: isChanged)]
    }
    var memory = item.memory
    memory.resolveCategory(default: options.category)
    let texts =
      options.splitsLongTexts
      ? TextParts.split(
        memory.fields.content, title: memory.title, limit: MemoryBounds.content)
      : [memory.fields.content]
    var steps: [Step] = []
    do {
      let parts = try texts.map { text in
        var fields = memory.fields
        fields.content = text
        return try fields.validated()
      }
      let createdAt = memory.createdAt.flatMap(Timestamp.init)?.description
      for part in parts {
        let isNew = try contents.insert(part.content)
        guard isNew || options.keepsDuplicates else {
          steps.append(.skip)
          continue
        }
        if try mayBeOnServer(memory, in: snapshot) { throw Problem.mayBeOnServer }
        steps.append(.store(part, createdAt: createdAt))
      }
    } catch let problem as Problem where problem.kind == .invalidInput {
      refuse(item.file, item.line, problem.reasonOfMemory)
    }
    return steps
  }

  /// Whether the server may have a memory that this cache does not know yet. An id alone does not say
  /// of which server it is, so nothing is linked by it.
  private func mayBeOnServer(
    _ memory: ImportedMemory, in snapshot: borrowing Snapshot
  ) throws -> Bool {
    guard options.isForServer, !options.asNew, memory.exported?.address == nil,
      let id = memory.serverID
    else { return false }
    return try snapshot.memories.memory(id) == nil
  }

  /// The memory as it was in the cache that was exported, if it can be so here.
  private func former(
    _ memory: ImportedMemory, in snapshot: borrowing Snapshot
  ) throws -> (FormerMemory, Origin?)? {
    // The cache of the Python side may not know of which server its ids are.
    guard let state = memory.exported, !options.asNew,
      state.serverID == nil || state.address != nil
    else { return nil }
    let origin = state.address.map { Origin(address: $0, account: state.account) }
    let isRestorable = try restorable[origin] ?? snapshot.mayRestore(from: origin)
    restorable[origin] = isRestorable
    // What the server does not have has to be what it would take.
    guard isRestorable, state.serverID != nil || (try? memory.fields.validated()) == memory.fields
    else { return nil }
    let now = Timestamp.now.description
    let createdAt = memory.createdAt ?? now
    return (
      FormerMemory(
        Memory(
          id: state.id ?? LocalID(rawValue: 0), fields: memory.fields, createdAt: createdAt,
          updatedAt: memory.updatedAt ?? createdAt, serverID: state.serverID),
        hasID: state.id != nil, isWithheld: state.isWithheld),
      origin
    )
  }

  /// Whether a memory is left out: because it is here already, or because another one with its text
  /// was here before this import. Equal memories of one cache stay as many as they were.
  private func isHere(_ former: FormerMemory, in snapshot: borrowing Snapshot) throws -> Bool {
    let memory = former.memory
    let content = memory.fields.content
    let hasKey = memory.serverID != nil || former.hasID
    // Without an id on the server, a text that was changed between two exports counts as another.
    let key = memory.serverID.map { "server \($0.rawValue)" } ?? "\(memory.id.rawValue) \(content)"
    if hasKey, try !restored.insert(key) { return true }
    let isNew = try contents.insert(content)
    if let id = memory.serverID, try snapshot.memories.memory(id) != nil {
      _ = try restored.insert("text \(content)")
      return true
    }
    let isAnother = try isNew || hasKey && restored.contains("text \(content)")
    if !isAnother, !options.keepsDuplicates { return true }
    _ = try restored.insert("text \(content)")
    return false
  }

  private func take(
    _ step: Step, in transaction: borrowing Transaction, at now: Timestamp,
    _ added: inout [AddedMemory]
  ) throws -> Step {
    switch step {
    case .skip: break
    case .restore(let former, let origin, _):
      if let origin { try transaction.settle(at: origin) }
      // What is restored is not new: it may be on the server, where undoing must not delete it.
      guard try transaction.restore(former, at: now) else { return .skip }
    case .store(let fields, let createdAt):
      let (id, entry) = try transaction.add(
        fields, createdAt: createdAt ?? now.description, at: now)
      added.append(AddedMemory(id, entry, fields))
    }
    return step
  }

  private func count(_ step: Step) {
    switch step {
    case .skip: report.skipped += 1
    case .restore(let former, _, let isChanged):
      report.added += 1
      if isChanged { report.unsentChanges += 1 }
      if former.memory.serverID != nil { report.restored += 1 }
      if former.needsEntry { report.queued += 1 }
    case .store:
      report.added += 1
      report.queued += 1
    }
  }
}
