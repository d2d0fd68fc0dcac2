import CCurl
import System

/// HTTP over libcurl, on the thread that calls `next`. Nothing happens outside that call.
///
/// Proxies come from the environment, certificates from the system or from settings. A redirect is
/// followed within the origin alone, with the same method and body.
package final class CurlTransport: Transport {
  package struct Options: Sendable {
    package var userAgent: String
    package var tls = TLSSettings()
    package var proxies = ProxySettings()
    /// The folder for the nameless file that holds a long answer while it is used.
    package var temporaryFolder = "/tmp"
    /// Bytes of an answer's body above which it goes to a file.
    package var memoryThreshold = 1 << 20
    /// Whether to ask for compressed answers. Over loopback, compressing takes longer than it saves.
    package var acceptsGzip = true
    /// The most bytes that an answer's body may have, decompressed.
    package var maximumAnswer = 1 << 30
    /// Bytes a second that an answer of patience `.firstByte` must reach in each window.
    package var leastRate = 1 << 10
    /// The length of that window in seconds.
    package var leastRateWindow = 15.0
    /// The most exchanges at a time, each on its own connection; further ones wait for their turn.
    package var maximumConnections = 8
    /// Seconds that exchanges have left to end after a cancellation.
    package var settleTime = 5.0

    package init(userAgent: String) { self.userAgent = userAgent }
  }

  private let cancellation: Cancellation
  private let options: Options
  private var multi: UnsafeMutableRawPointer?
  private var idleHandles: [UnsafeMutableRawPointer] = []
  private var started = 0
  private var waiting: [(id: ExchangeID, request: HTTPRequest)] = []
  private var running: [UnsafeMutableRawPointer: CurlExchange] = [:]
  private var ended: [ExchangeEnd] = []
  /// Set once the cancellation has been noticed.
  private var settleDeadline: ContinuousClock.Instant?

  /// The version of libcurl; why there is none if it cannot be used.
  package static var libraryVersion: String {
    if let problem = ccurl_problem() { return String(cString: problem) }
    return String(cString: ccurl_version())
  }

  package init(cancellation: Cancellation, options: Options) {
    self.cancellation = cancellation
    self.options = options
  }

  deinit {
    for handle in running.keys { release(handle) }
    for handle in idleHandles { ccurl_easy_cleanup(handle) }
    if let multi { ccurl_multi_cleanup(multi) }
  }

  package func start(_ request: HTTPRequest) -> ExchangeID {
    started += 1
    let id = ExchangeID(rawValue: started)
    waiting.append((id, request))
    return id
  }

  package func next() -> [ExchangeEnd] { next { _ in } }

  package func next(progress: (TransferProgress) -> Void) -> [ExchangeEnd] {
    while true {
      noticeCancellation()
      startWaiting()
      if !running.isEmpty {
        advance()
        for exchange in running.values { exchange.progress.map(progress) }
        giveUpExpired()
      }
      if !ended.isEmpty || running.isEmpty {
        defer { ended.removeAll() }
        return ended
      }
      wait()
    }
  }

  // MARK: Steps

  private func noticeCancellation() {
    guard settleDeadline == nil, cancellation.isCancelled else { return }
    settleDeadline = .now + .seconds(options.settleTime)
  }

  private func startWaiting() {
    while !waiting.isEmpty, running.count < options.maximumConnections {
      let (id, request) = waiting.removeFirst()
      do throws(TransportFailure) {
        guard settleDeadline == nil else { throw .notSent("interrupted") }
        try begin(request, id)
      } catch {
        end(id, .failure(error))
      }
    }
  }

  private func begin(_ request: HTTPRequest, _ id: ExchangeID) throws(TransportFailure) {
    if let problem = ccurl_problem() { throw .notSent(String(cString: problem)) }
    if multi == nil {
      multi = ccurl_multi_init()
      ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maximumConnections)
    }
    let handle = idleHandles.popLast() ?? ccurl_easy_init()!
    do throws(TransportFailure) {
      running[handle] = try CurlExchange(request, id: id, handle: handle, options: options)
      ccurl_multi_add_handle(multi, handle)
    } catch {
      idleHandles.append(handle)
      throw error
    }
  }

  /// Lets every exchange do what it can without waiting.
  private func advance() {
    ccurl_multi_perform(multi)
    var code = CURLE_OK
    while let handle = ccurl_multi_ended(multi, &code), let exchange = running[handle] {
      ccurl_multi_remove_handle(multi, handle)
      if let result = exchange.conclude(code) {
        end(exchange, result)
      } else {
        ccurl_multi_add_handle(multi, handle)
      }
    }
  }

  private func giveUpExpired() {
    let now = ContinuousClock.now
    for exchange in running.values {
      if let settleDeadline, now >= settleDeadline || exchange.isRead {
        end(exchange, .failure(exchange.failure("interrupted")))
      } else if now >= exchange.deadline, let failure = exchange.expire() {
        end(exchange, .failure(failure))
      }
    }
  }

  private func wait() {
    let deadlines = running.values.map(\.deadline) + (settleDeadline.map { [$0] } ?? [])
    let left = (deadlines.min()! - .now) / .milliseconds(1)
    ccurl_multi_poll(
      multi, settleDeadline == nil ? cancellation.readDescriptor : -1,
      Int32(min(max(left.rounded(.up), 0), 60_000)))
  }

  // MARK: Ends

  private func end(_ exchange: CurlExchange, _ result: Result<HTTPResponse, TransportFailure>) {
    running[exchange.handle] = nil
    release(exchange.handle)
    end(exchange.id, result)
  }

  private func end(_ id: ExchangeID, _ result: Result<HTTPResponse, TransportFailure>) {
    ended.append(ExchangeEnd(id: id, result: result))
  }

  /// Keeps the handle for another exchange. Its connection stays open if it is still usable.
  private func release(_ handle: UnsafeMutableRawPointer) {
    ccurl_multi_remove_handle(multi, handle)
    ccurl_easy_reset(handle)
    idleHandles.append(handle)
  }
}
