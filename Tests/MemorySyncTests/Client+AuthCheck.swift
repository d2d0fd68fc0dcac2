import ClientSupport
import MemctlCore

@testable import MemorySync

extension Client {
  /// Asks the server whether it accepts the key, and remembers the answer.
  func checkAuth() throws -> AuthCheck {
    try engine.withSession { try $0.checkAuth() }
  }
}
