import Glibc
import MemoryExchange
import MemoryModel
import System

/// The files of an import, one after the other, as often as they are needed.
struct ImportFiles {
  private let format: ImportFormat?
  private let cancellation: Cancellation
  private var files: [File] = []

  private struct File {
    let path: String?
    /// Nil for a file that is opened by its path.
    let descriptor: FileDescriptor?
    /// Whether the descriptor is that of a copy, which is read from its beginning each time.
    let isCopy: Bool
    let isListed: Bool
  }

  /// - Parameters:
  ///   - isReadTwice: whether what can be read only once is copied first.
  ///   - temporaryFolder: for these copies.
  /// - Throws: `Problem` of kind `.notFound` if there is no such file, or a folder without any.
  init(
    _ sources: [ImportSource], format: ImportFormat?, isReadTwice: Bool, temporaryFolder: String,
    _ cancellation: Cancellation
  ) throws {
    self.format = format
    self.cancellation = cancellation
    for source in sources {
      switch source {
      case .descriptor(let number):
        try add(
          FileDescriptor(rawValue: number), nil, copiedTo: isReadTwice ? temporaryFolder : nil)
      case .path(let path): try add(path, copiedTo: isReadTwice ? temporaryFolder : nil)
      }
    }
  }

  /// - Parameter folder: where a copy is made; nil for none.
  private mutating func add(
    _ descriptor: FileDescriptor, _ path: String?, copiedTo folder: String?
  ) throws {
    files.append(
      File(
        path: path,
        descriptor: try folder.map {
          try Self.copy(of: descriptor, path ?? "stdin", in: $0, cancellation)
        } ?? descriptor,
        isCopy: folder != nil, isListed: false))
  }

  private mutating func add(_ path: String, copiedTo folder: String?) throws {
    guard MarkdownFolder.isFolder(path) else {
      let pipe: FileDescriptor?
      do throws(SystemError) {
        if access(path, R_OK) != 0 { throw SystemError() }
        // A pipe has nothing left for whoever opens it again.
        let mustCopy = folder != nil && !MarkdownFolder.isRegular(path)
        pipe = mustCopy ? try .openAtOnce(path, O_RDONLY) : nil
      } catch {
        throw Problem(.notFound, "cannot read \(path): \(error)")
      }
      if let pipe {
        defer { pipe.close() }
        try add(pipe, path, copiedTo: folder)
      } else {
        files.append(File(path: path, descriptor: nil, isCopy: false, isListed: false))
      }
      return
    }
    do throws(FileError) {
      let found = try MarkdownFolder.files(in: path)
      if found.isEmpty { throw FileError(path, SystemError(ENOENT)) }
      files += found.map { File(path: $0, descriptor: nil, isCopy: false, isListed: true) }
    } catch {
      throw Problem(
        .notFound,
        error.reason.code == ENOENT
          ? "there are no markdown files (*.md) in \(path)"
          : "cannot read \(error.path): \(error.reason)",
        hint: "name the files to import, or another folder")
    }
  }

  private static func copy(
    of descriptor: FileDescriptor, _ name: String, in folder: String, _ cancellation: Cancellation
  ) throws -> FileDescriptor {
    do {
      let copy = try FileDescriptor.openTemporary(in: folder, prefix: "memctl-import-")
      let stream = ByteStream(descriptor, cancellation: cancellation, isRaw: true)
      while let piece = try stream.next() { try copy.writeAll(piece) }
      return copy
    } catch let error as SystemError {
      throw Problem(
        .file, "cannot copy \(name) to \(folder): \(error)", hint: "TMPDIR names another folder")
    }
  }

  /// Reads all files. What is wrong with one of them is told and does not keep the others from being
  /// read.
  ///
  /// - Throws: what `body` throws, and `Problem` of kind `.interrupted`.
  func read(
    _ body: (_ file: String?, _ line: Int?, ImportResult) throws -> Void
  ) throws {
    for file in files {
      func refuse(_ reason: String) throws {
        try body(file.path, nil, .failure(ImportRefusal(reason)))
      }
      let descriptor: FileDescriptor
      if let open = file.descriptor {
        // What stdin is read from may have been read in part by another program.
        if file.isCopy { lseek(open.rawValue, 0, SEEK_SET) }
        descriptor = open
      } else {
        do throws(SystemError) {
          // A named pipe that nobody writes to is waited for where a signal is heard.
          descriptor = try .openAtOnce(file.path!, O_RDONLY)
        } catch {
          try refuse("it cannot be read: \(error)")
          continue
        }
      }
      defer { if file.descriptor == nil { descriptor.close() } }
      // What the body throws must end everything, whatever its kind.
      var failure: (any Error)?
      do {
        let stream = ByteStream(descriptor, cancellation: cancellation)
        let head = try stream.peek(ImportFormat.headSize)
        let found = ImportFormat(of: head, named: file.path, isListed: file.isListed)
        guard let format = format ?? found else {
          try refuse("its format is not recognized")
          continue
        }
        try ImportReader.read(stream, as: format) { line, result in
          do {
            try body(file.path, line, result)
          } catch {
            failure = error
            throw error
          }
        }
      } catch let problem as Problem where failure == nil && problem.kind == .invalidInput {
        try refuse(problem.message)
      }
    }
  }
}
