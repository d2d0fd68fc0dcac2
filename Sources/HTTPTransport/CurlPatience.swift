/// How long an exchange may still take, by its `HTTPRequest.Patience` and what has arrived.
struct CurlPatience {
  /// The time at which to call `expire`.
  private(set) var deadline: ContinuousClock.Instant
  private(set) var answerBegan = false

  private let patience: HTTPRequest.Patience
  private let options: CurlTransport.Options
  private let begun: ContinuousClock.Instant
  /// Bytes of the answer since the least rate was last looked at.
  private var bytesInWindow = 0

  init(_ patience: HTTPRequest.Patience, options: CurlTransport.Options) {
    self.patience = patience
    self.options = options
    begun = .now
    deadline = begun + .seconds(patience.seconds)
  }

  /// Counts bytes of the answer, its head included.
  mutating func answerArrives(count: Int) {
    if !answerBegan, case .firstByte = patience { openWindow() }
    answerBegan = true
    bytesInWindow += count
  }

  /// Starts to wait for another answer after an interim one; the time that has passed still counts.
  mutating func awaitAnotherAnswer() {
    answerBegan = false
    deadline = begun + .seconds(patience.seconds)
  }

  /// The reason to give up the exchange; nil if `deadline` has moved because the answer keeps
  /// arriving.
  mutating func expire(server: String) -> String? {
    switch patience {
    case .firstByte where answerBegan:
      let least = Double(options.leastRate) * options.leastRateWindow
      guard Double(bytesInWindow) < least else {
        openWindow()
        return nil
      }
      return "the answer from \(server) arrived at less than \(options.leastRate) bytes a second"
    case .firstByte(let seconds), .whole(let seconds):
      let answer = answerBegan ? "complete answer" : "answer"
      return "no \(answer) from \(server) within \(seconds.formatted) s"
    }
  }

  private mutating func openWindow() {
    bytesInWindow = 0
    deadline = .now + .seconds(options.leastRateWindow)
  }
}

extension HTTPRequest.Patience {
  fileprivate var seconds: Double {
    switch self {
    case .whole(let seconds), .firstByte(let seconds): seconds
    }
  }
}

extension Double {
  /// The number, without a fraction if it is whole.
  fileprivate var formatted: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}
