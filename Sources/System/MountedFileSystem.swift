import Glibc

/// The file system that a path lies on.
package enum MountedFileSystem {
  /// Its kind as the system names it, such as `ext4` or `nfs4`; nil if the system does not tell.
  package static func kind(of path: String) -> String? {
    guard let file = try? FileDescriptor.open("/proc/self/mounts", O_RDONLY) else { return nil }
    defer { file.close() }
    guard let bytes = try? file.readAll(limit: 1 << 20) else { return nil }
    let path = Path.resolved(path) + "/"
    // device, folder, kind, options; of several mounts on one folder, the last one counts.
    let mounts = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: " ")
    }
    let above = mounts.filter { fields in
      fields.count > 2 && path.hasPrefix(fields[1] == "/" ? "/" : fields[1] + "/")
    }
    let longest = above.map { $0[1].count }.max()
    return above.last { $0[1].count == longest }.map { String($0[2]) }
  }
}
