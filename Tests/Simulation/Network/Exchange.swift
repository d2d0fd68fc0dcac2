import HTTPTransport
import JSON
import MemctlCore
import MemoryAPI

/// A request under way, and what has become of it.
final class Exchange {
  let id: ExchangeID
  let request: HTTPRequest
  let machine: Machine
  let fault: Fault?
  let startedAt: Timestamp
  /// When memctl learns of its end.
  var endsAt: Timestamp
  var result: Result<HTTPResponse, TransportFailure>
  /// Seconds that the server takes to commit, and the answer to come back.
  let lateness: Double
  let returnDelay: Double
  var hasArrived = false
  /// What answers in the server's place.
  var gateway: Gateway?

  init(
    _ id: ExchangeID, _ request: HTTPRequest, of machine: Machine, fault: Fault?,
    at time: Timestamp, lateness: Double, returnDelay: Double
  ) {
    self.id = id
    self.request = request
    self.machine = machine
    self.fault = fault
    startedAt = time
    self.lateness = lateness
    self.returnDelay = returnDelay
    endsAt = time.advanced(bySeconds: Exchange.patience)
    result = .failure(.lost("no answer in time"))
  }

  /// Seconds after which memctl gives an exchange up.
  static let patience = 30.0

  /// What it asks for, in a trace.
  var name: String {
    let path = Server.path(of: request)
    let place =
      path.hasPrefix("/api/memories/") ? path.dropFirst("/api/memories/".count) : path[...]
    return "\(request.method.rawValue) \(place) #\(id.rawValue)"
  }

  /// The name of the memory that it stores; nil where it does something else.
  var memoryName: String? {
    guard request.method == .post, let body = request.body else { return nil }
    return (try? JSONValue(parsing: body))?["content"]?.string.flatMap(Truth.name(in:))
  }

  /// The memory that it is about.
  var subject: String {
    memoryName ?? "server \(Server.path(of: request).split(separator: "/").last ?? "")"
  }

  func end(_ result: Result<HTTPResponse, TransportFailure>, at time: Timestamp) {
    let deadline = startedAt.advanced(bySeconds: Self.patience)
    if time > deadline {
      endsAt = deadline
      self.result = .failure(.lost("no answer in time"))
    } else {
      endsAt = time
      self.result = result
    }
  }
}
