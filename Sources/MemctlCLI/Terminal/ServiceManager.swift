import Glibc
import System

/// What a service manager is told about a service, by the protocol of sd_notify(3). Without one,
/// nothing is told.
final class ServiceManager {
  private let address: String?
  /// Seconds between two signs of life; nil if none are expected.
  let heartbeat: Double?
  private var lastBeat = -Double.infinity

  init(_ environment: [String: String]) {
    address = environment["NOTIFY_SOCKET"].flatMap {
      $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil
    }
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let limit = environment["WATCHDOG_USEC"].flatMap(Double.init) ?? 0
    heartbeat = address != nil && isMeant && limit > 0 ? limit / 2e6 : nil
  }

  /// Ready to work, with what it is doing.
  func isReady(_ status: String) {
    tell("READY=1")
    isDoing(status)
  }

  func isDoing(_ status: String) { tell("STATUS=\(status.printable)") }

  /// From now until `isReady`, the settings are being read.
  func isReloading() {
    tell("RELOADING=1\nMONOTONIC_USEC=\(Int64(monotonicSeconds() * 1e6))")
  }

  func isStopping() { tell("STOPPING=1") }

  /// Gives a sign of life, unless it gave one a moment ago.
  func beat() {
    guard let heartbeat, monotonicSeconds() - lastBeat >= heartbeat / 2 else { return }
    lastBeat = monotonicSeconds()
    tell("WATCHDOG=1")
  }

  /// If nobody listens there any more, that is no concern of the service's.
  private func tell(_ state: String) {
    guard let address else { return }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    // A name that begins with @ is none of a file: it begins with a zero.
    let bytes = address.utf8.enumerated().map { $0 == 0 && $1 == UInt8(ascii: "@") ? 0 : $1 }
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let length = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + bytes.count
    let text = Array(state.utf8)
    withUnsafePointer(to: &name) { name in
      name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        _ = sendto(
          descriptor, text, text.count, Int32(MSG_NOSIGNAL), name, socklen_t(length))
      }
    }
  }
}
