import Glibc

/// What the system tells of the files that processes have open. Those of other users may be hidden.
package enum OpenFiles {
  package struct Holder: Hashable, Sendable {
    package let process: pid_t
    /// Its command line; empty if that is hidden.
    package let arguments: [String]
    /// The files, among those asked for, that it has open.
    package let paths: Set<String>
  }

  /// The other processes that have one of these files open, in the order of their numbers.
  package static func holders(of paths: [String]) -> [Holder] {
    var files: [FileIdentity: String] = [:]
    for path in paths { if let file = FileIdentity(path) { files[file] = path } }
    // Asking the system about a file can take long if that is on a network, so names are compared
    // first.
    let names = Set(paths.map { name(of: Path.resolved($0)) })
    var holders: [Holder] = []
    for process in entries(of: "/proc").compactMap({ pid_t($0) }).sorted() where process != getpid()
    {
      let folder = "/proc/\(process)/fd/"
      let held = entries(of: folder).compactMap { entry -> String? in
        guard let target = Path.target(of: folder + entry), names.contains(name(of: target)) else {
          return nil
        }
        return FileIdentity(folder + entry).flatMap { files[$0] }
      }
      if held.isEmpty { continue }
      holders.append(
        Holder(process: process, arguments: arguments(of: process), paths: Set(held)))
    }
    return holders
  }

  /// The processes that hold a lock (`flock`) on a file; empty if the system does not tell.
  package static func lockHolders(of path: String) -> Set<pid_t> {
    var status = stat()
    guard stat(path, &status) == 0, let text = contents(of: "/proc/locks") else { return [] }
    // 1: FLOCK  ADVISORY  WRITE 11867 fe:00:16220243 0 EOF
    let processes = text.split(separator: "\n").compactMap { line -> pid_t? in
      let fields = line.split(separator: " ")
      guard fields.count > 5, fields[1] == "FLOCK",
        fields[5].split(separator: ":").last.flatMap({ UInt($0) }) == UInt(status.st_ino)
      else { return nil }
      return pid_t(fields[4])
    }
    return Set(processes)
  }

  private static func name(of path: String) -> Substring {
    path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
  }

  private static func arguments(of process: pid_t) -> [String] {
    let text = contents(of: "/proc/\(process)/cmdline") ?? ""
    return text.split(separator: "\0").map(String.init)
  }

  private static func contents(of path: String) -> String? {
    guard let file = try? FileDescriptor.open(path, O_RDONLY) else { return nil }
    defer { file.close() }
    return (try? file.readAll(limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
