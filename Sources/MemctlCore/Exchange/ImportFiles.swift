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
    let descriptor: FileDescriptor?
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
        let descriptor = FileDescriptor(rawValue: number)
        files.append(
          File(
            path: nil,
            descriptor: isReadTwice
              ? try Self.copy(of: descriptor, in: temporaryFolder, cancellation) : descriptor,
            isListed: false))
      case .path(let path): try add(path)
      }
    }
  }

  private mutating func add(_ path: String) throws {
    guard MarkdownFolder.isFolder(path) else {
      if access(path, R_OK) != 0 {
        throw Problem(.notFound, "cannot read \(path): \(SystemError())")
      }
      files.append(File(path: path, descriptor: nil, isListed: false))
      return
    }
    do throws(FileError) {
      let found = try MarkdownFolder.files(in: path)
      if found.isEmpty { throw FileError(path, SystemError(ENOENT)) }
      files += found.map { File(path: $0, descriptor: nil, isListed: true) }
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
    of descriptor: FileDescriptor, in folder: String, _ cancellation: Cancellation
  ) throws -> FileDescriptor {
    do {
      let copy = try FileDescriptor.openTemporary(in: folder, prefix: "memctl-import-")
      let stream = ByteStream(descriptor, cancellation: cancellation)
      while let piece = try stream.next() { try copy.writeAll(piece) }
      return copy
    } catch let error as SystemError {
      throw Problem(
        .file, "cannot copy stdin to \(folder): \(error)", hint: "TMPDIR names another folder")
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
        lseek(open.rawValue, 0, SEEK_SET)
        descriptor = open
      } else {
        do throws(SystemError) {
          descriptor = try .open(file.path!, O_RDONLY)
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
          try refuse("it is in no format that is known for sure")
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
