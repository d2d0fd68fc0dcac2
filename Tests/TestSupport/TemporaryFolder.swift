import Foundation

/// A folder of a test's own, removed with everything in it when it is no longer used.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() {
    path = Self.unique()
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// A path that nobody uses.
  public static func unique() -> String {
    NSTemporaryDirectory() + "memctl-test-" + UUID().uuidString
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func file(_ name: String) -> String { path + "/" + name }
}
