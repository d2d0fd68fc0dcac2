/// What a `FaultyServer` does with one request: steps, one after the other.
///
/// When the steps are done and none closed the connection, it is kept for the next request.
public struct FaultyBehaviour: Sendable {
  public enum Step: Sendable {
    /// Reads and records the request, unless that has been done.
    case read
    case send([UInt8])
    /// Sends pieces of `size` bytes with pauses between them.
    case trickle([UInt8], size: Int, everyMilliseconds: Int)
    /// Sends the bytes again and again until the client has enough.
    case repeatForever([UInt8])
    /// Waits until the server is told to `release`.
    case hold
    /// Waits until the server has recorded so many requests.
    case awaitRequests(Int)
    case perform(@Sendable () -> Void)
    /// Goes on with what the closure says of the request, which must have been read.
    case decide(@Sendable (FaultyServer.Request) -> FaultyBehaviour)
    case close
    /// Closes so that the client gets a reset instead of an end.
    case reset
  }

  public var steps: [Step]

  public init(_ steps: [Step]) { self.steps = steps }

  public static func + (first: FaultyBehaviour, second: FaultyBehaviour) -> FaultyBehaviour {
    FaultyBehaviour(first.steps + second.steps)
  }

  /// The same with the first half of what it sends, after which the connection is closed.
  var halved: FaultyBehaviour {
    FaultyBehaviour(
      steps.map { step in
        if case .send(let bytes) = step {
          .send(Array(bytes.prefix(bytes.count / 2)))
        } else {
          step
        }
      })
  }

  // MARK: Fair

  public static func answer(
    _ status: Int = 200, headers: [String: String] = [:], body: [UInt8] = Array("{}".utf8)
  ) -> FaultyBehaviour {
    raw(head(status, headers, length: body.count) + body)
  }

  public static func redirect(_ status: Int = 307, to location: String) -> FaultyBehaviour {
    answer(status, headers: ["Location": location], body: [])
  }

  public static func decide(
    _ choose: @escaping @Sendable (FaultyServer.Request) -> FaultyBehaviour
  ) -> FaultyBehaviour {
    FaultyBehaviour([.read, .decide(choose)])
  }

  /// Waits until so many requests have been recorded before it does the rest.
  public static func awaitRequests(_ count: Int) -> FaultyBehaviour {
    FaultyBehaviour([.read, .awaitRequests(count)])
  }

  /// Accepts every key when auth-check is asked, as the first request of a run does, and meets all
  /// else with `rest`.
  public static func accepting(_ rest: FaultyBehaviour) -> FaultyBehaviour {
    .decide { request in
      request.path == "/api/auth-check"
        ? .answer(body: Array(#"{"status":"ok","user_id":"alice"}"#.utf8)) : rest
    }
  }

  // MARK: Foul

  /// Answers with these bytes, HTTP or not.
  public static func raw(_ bytes: [UInt8]) -> FaultyBehaviour {
    FaultyBehaviour([.read, .send(bytes)])
  }

  public static let closeUnread = FaultyBehaviour([.close])
  public static let closeUnanswered = FaultyBehaviour([.read, .close])
  public static let resetUnanswered = FaultyBehaviour([.read, .reset])
  public static let closeInHead = raw(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)) + closeUnread
  public static let closeInBody = lyingAboutLength(100, body: [0x7B]) + closeUnread
  public static let resetInBody = lyingAboutLength(100, body: [0x7B]) + FaultyBehaviour([.reset])
  public static let closeInChunk =
    raw(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{".utf8)) + closeUnread
  public static let garbage = raw(Array("\u{1}\u{2} this is no HTTP\r\n\r\n".utf8)) + closeUnread

  /// Reads the request and never answers it, unless the server is told to `release`.
  public static let silence = FaultyBehaviour([.read, .hold])

  /// Answers with a head at once and a body in small pieces.
  public static func trickle(
    _ body: [UInt8], size: Int = 1, everyMilliseconds: Int = 20
  ) -> FaultyBehaviour {
    raw(head(200, [:], length: body.count))
      + FaultyBehaviour([.trickle(body, size: size, everyMilliseconds: everyMilliseconds)])
  }

  public static let endlessBody =
    raw(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
    + FaultyBehaviour([.repeatForever([UInt8](repeating: 0x20, count: 4096))])

  public static func lyingAboutLength(_ length: Int, body: [UInt8]) -> FaultyBehaviour {
    raw(head(200, [:], length: length) + body)
  }

  private static func head(_ status: Int, _ headers: [String: String], length: Int) -> [UInt8] {
    let lines = headers.map { "\($0): \($1)\r\n" }.joined()
    return Array("HTTP/1.1 \(status) -\r\nContent-Length: \(length)\r\n\(lines)\r\n".utf8)
  }
}
