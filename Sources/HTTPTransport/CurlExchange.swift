import CCurl

/// One request on its way, the handle that carries it, and its answer so far.
final class CurlExchange {
  let id: ExchangeID
  let handle: UnsafeMutableRawPointer
  private let request: HTTPRequest
  private let options: CurlTransport.Options
  private var url: CurlURL
  private var hops = 0
  /// The number of times that the request was sent, or was about to be sent, to its present
  /// address.
  private var attempts = 0
  private var answer: CurlAnswer
  private var patience: CurlPatience
  /// Why the answer was refused while it arrived.
  private var refusal: TransportFailure?
  private var headers: UnsafeMutablePointer<curl_slist>?
  private let detail: UnsafeMutablePointer<CChar>

  /// - Parameter handle: a handle without settings, which the caller keeps.
  /// - Throws: `.notSent` for a request that cannot be sent as it is.
  init(
    _ request: HTTPRequest, id: ExchangeID, handle: UnsafeMutableRawPointer,
    options: CurlTransport.Options
  ) throws(TransportFailure) {
    guard let url = CurlURL(request.url) else {
      throw .notSent("the address is not an http or https address, or contains a user name")
    }
    for (name, value) in request.headers
    where "\(name)\(value)".utf8.contains(where: { [0x00, 0x0A, 0x0D].contains($0) }) {
      throw .notSent("a header contains a line break")
    }
    self.id = id
    self.handle = handle
    self.request = request
    self.options = options
    self.url = url
    answer = CurlAnswer(to: request, options: options)
    patience = CurlPatience(request.patience, options: options)
    detail = .allocate(capacity: Int(CURL_ERROR_SIZE))
    detail.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    configure()
  }

  /// After this, the handle must not be used with these settings.
  deinit {
    ccurl_slist_free_all(headers)
    detail.deallocate()
  }

  // MARK: Settings

  private func configure() {
    ccurl_set_string(handle, CURLOPT_URL, url.text)
    ccurl_set_string(handle, CURLOPT_USERAGENT, options.userAgent)
    ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, detail)
    ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    // What stays on this machine needs no proxy, which would see the key.
    if url.origin.isLoopback { ccurl_set_string(handle, CURLOPT_NOPROXY, "*") }
    ccurl_set_long(handle, CURLOPT_QUICK_EXIT, 1)  // or giving up would wait for a hanging resolver
    ccurl_set_long(handle, CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
    ccurl_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    ccurl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)

    configureTLS()

    let context = Unmanaged.passUnretained(self).toOpaque()
    ccurl_set_taker(handle, CURLOPT_HEADERFUNCTION, takeHeader)
    ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    ccurl_set_taker(handle, CURLOPT_WRITEFUNCTION, takeBody)
    ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)

    // An empty value keeps libcurl from sending its own.
    for line in ["Expect:", "Content-Type:"] { headers = ccurl_slist_append(headers, line) }
    for (name, value) in request.headers {
      headers = ccurl_slist_append(headers, value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    ccurl_set_list(handle, CURLOPT_HTTPHEADER, headers)

    if request.method == .get, options.acceptsGzip, ccurl_has_gzip() != 0 {
      ccurl_set_string(handle, CURLOPT_ACCEPT_ENCODING, "gzip")
    }
    let isWrite = request.method == .post || request.method == .put
    if isWrite || request.body != nil {
      let body = request.body ?? []
      ccurl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count)
      body.withUnsafeBytes { _ = ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
    }
    if isWrite {
      ccurl_set_gate(handle, askToSend)
      ccurl_set_pointer(handle, CURLOPT_PREREQDATA, context)
    }
    ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
  }

  private func configureTLS() {
    let tls = options.tls
    if let authorities = tls.authorities {
      ccurl_set_string(handle, CURLOPT_CAINFO, authorities.path)
      ccurl_set_string(handle, CURLOPT_PROXY_CAINFO, authorities.path)
    }
    if let folder = tls.authoritiesFolder {
      ccurl_set_string(handle, CURLOPT_CAPATH, folder.path)
      ccurl_set_string(handle, CURLOPT_PROXY_CAPATH, folder.path)
    }
    if let certificate = tls.clientCertificate {
      ccurl_set_string(handle, CURLOPT_SSLCERT, certificate.path)
      // Without a passphrase, OpenSSL would ask for that of an encrypted key on the terminal.
      ccurl_set_string(handle, CURLOPT_KEYPASSWD, "")
    }
    if let key = tls.clientKey { ccurl_set_string(handle, CURLOPT_SSLKEY, key.path) }
  }

  // MARK: Progress

  /// Whether the request may be written to a connection.
  ///
  /// If a kept connection breaks before the answer, libcurl would send the request again on a new
  /// one, although the server may already have acted on it.
  fileprivate func admit() -> Bool {
    attempts += 1
    return attempts == 1
  }

  /// Returns the number of bytes taken, as libcurl expects, or an impossible number to refuse them.
  fileprivate func take(
    _ bytes: UnsafeRawBufferPointer,
    _ append: (CurlAnswer) -> (UnsafeRawBufferPointer) throws(TransportFailure) -> Void
  ) -> Int {
    patience.answerArrives(count: bytes.count)
    do throws(TransportFailure) {
      try append(answer)(bytes)
      return bytes.count
    } catch {
      refusal = error
      return -1
    }
  }

  /// Nil until the body of an answer to a GET arrives.
  ///
  /// The length in the head is that of the bytes on the way, compressed or not; what the server
  /// estimates is that of the body itself.
  var progress: TransferProgress? {
    guard isRead, answer.isHeadComplete,
      ccurl_get_long(handle, CURLINFO_RESPONSE_CODE) == 200
    else { return nil }
    let expected = Int(ccurl_get_expected(handle))
    if expected < 0, let estimate = answer.headers["x-estimated-length"].flatMap(Int.init) {
      return TransferProgress(received: answer.bodyCount, total: estimate, isEstimate: true)
    }
    return TransferProgress(
      received: Int(ccurl_get_received(handle)), total: expected < 0 ? nil : expected)
  }

  // MARK: End

  /// The time at which to call `expire`.
  var deadline: ContinuousClock.Instant { patience.deadline }

  /// Whether giving up the exchange leaves nothing in doubt.
  var isRead: Bool { request.method == .get }

  /// Nil if `deadline` has moved because the answer keeps arriving.
  func expire() -> TransportFailure? {
    patience.expire(server: url.origin.server).map(failure)
  }

  /// The outcome after libcurl has ended with `code`; nil if the request goes on to the address to
  /// which the server redirects it.
  func conclude(_ code: CURLcode) -> Result<HTTPResponse, TransportFailure>? {
    if let refusal { return .failure(refusal) }
    guard code == CURLE_OK else {
      return .failure(answer.isEndless(code) ? CurlAnswer.tooManyHeaders : failure(code))
    }
    let status = ccurl_get_long(handle, CURLINFO_RESPONSE_CODE)
    guard answer.isHeadComplete, status >= 200 else {
      return .failure(failure(CURLE_PARTIAL_FILE))
    }
    switch Redirect.decide(
      status: status, location: answer.headers["location"], at: url, method: request.method,
      hops: hops)
    {
    case .none:
      return Result { () throws(TransportFailure) in
        HTTPResponse(status: status, headers: answer.headers, body: try answer.body())
      }
    case .follow(let target):
      follow(target)
      return nil
    case .foreign(let origin):
      return .failure(.foreignRedirect(to: origin.description))
    case .broken(let reason):
      return .failure(.invalidResponse(reason))
    }
  }

  private func follow(_ target: CurlURL) {
    url = target
    hops += 1
    attempts = 0
    answer = CurlAnswer(to: request, options: options)
    patience.awaitAnotherAnswer()
    ccurl_set_string(handle, CURLOPT_URL, target.text)
  }

  private func failure(_ code: CURLcode) -> TransportFailure {
    if CurlFailure.isNoHTTP(code), mayHaveArrived {
      return .invalidResponse("what answers at \(url.origin.server) is not HTTP")
    }
    let detail = detail[0] == 0 ? ccurl_easy_strerror(code)! : UnsafePointer(detail)
    let failure = CurlFailure(
      code: code, detail: String(cString: detail), origin: url.origin, options: options,
      systemError: Int32(ccurl_get_long(handle, CURLINFO_OS_ERRNO)),
      verification: ccurl_get_long(handle, CURLINFO_SSL_VERIFYRESULT),
      proxyStatus: ccurl_get_long(handle, CURLINFO_HTTP_CONNECTCODE),
      answerBegan: patience.answerBegan)
    if let obstacle = failure.obstacle { return .blocked(obstacle) }
    return self.failure(failure.text)
  }

  /// A failure for a reason that is not libcurl's.
  func failure(_ text: String) -> TransportFailure {
    mayHaveArrived ? .lost(text) : .notSent(text)
  }

  private var mayHaveArrived: Bool {
    if hops > 0 { return true }
    // All that was written to sockets, a request to a proxy included.
    return ccurl_get_long(handle, CURLINFO_REQUEST_SIZE) > 0
  }
}

// MARK: Callbacks

private typealias Bytes = UnsafeMutablePointer<CChar>

private func exchange(_ context: UnsafeMutableRawPointer?) -> CurlExchange {
  Unmanaged.fromOpaque(context!).takeUnretainedValue()
}

private func askToSend(
  _ context: UnsafeMutableRawPointer?, _: Bytes?, _: Bytes?, _: Int32, _: Int32
) -> Int32 {
  exchange(context).admit() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private func takeHeader(_ bytes: Bytes?, _: Int, _ count: Int, _ context: UnsafeMutableRawPointer?)
  -> Int
{
  exchange(context).take(UnsafeRawBufferPointer(start: bytes, count: count)) { $0.append(line:) }
}

private func takeBody(_ bytes: Bytes?, _: Int, _ count: Int, _ context: UnsafeMutableRawPointer?)
  -> Int
{
  let exchange = exchange(context)
  let received = Int(ccurl_get_received(exchange.handle))
  return exchange.take(UnsafeRawBufferPointer(start: bytes, count: count)) { answer in
    { (bytes) throws(TransportFailure) in try answer.append(body: bytes, received: received) }
  }
}
