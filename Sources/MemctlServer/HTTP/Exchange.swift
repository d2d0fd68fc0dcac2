import CMicrohttpd
import Glibc

/// One request from its first line to its answer.
///
/// One thread at a time has it: the connection's own, or the writer's while it is suspended.
final class Exchange: @unchecked Sendable {
  private enum Stage {
    case headers
    /// The rest of the body is read and dropped, and then this is answered.
    case discarding(Response)
    case receiving(Endpoint, user: String, path: [Substring])
    case writing
    case answering(Response)
  }

  private let connection: OpaquePointer
  private let target: String
  private let dispatcher: Dispatcher
  private var stage = Stage.headers
  private var request: Request!
  private var received = 0
  private var echoedKey: String?
  private var hasWaited = false

  init(_ connection: OpaquePointer, target: String, dispatcher: Dispatcher) {
    self.connection = connection
    self.target = target
    self.dispatcher = dispatcher
  }

  /// Called when the headers are complete, for each part of the body, at its end, and when the
  /// writer is done.
  func advance(method: UnsafePointer<CChar>, upload: UnsafeRawBufferPointer) -> MHD_Result {
    switch stage {
    case .headers: return admit(method: String(cString: method))
    case _ where !upload.isEmpty: return receive(upload)
    case .discarding(let response), .answering(let response): return send(response)
    case .receiving(let endpoint, let user, let path):
      return perform(
        endpoint, Call(request: request, user: user, path: path, hasWaited: hasWaited))
    case .writing: return .NO
    }
  }

  private func admit(method: String) -> MHD_Result {
    request = Request(method: method, target: target, header: header)
    switch dispatcher.api.admit(request) {
    case .refused(let response): stage = .discarding(response)
    case .admitted(let endpoint, let user, let path):
      stage = .receiving(endpoint, user: user, path: path)
      if endpoint.isIdempotent { echoedKey = request.idempotencyKey }
    }
    let length = header("Content-Length").flatMap(Int.init) ?? 0
    // A body that is a little too long is read, so that the client gets around to the answer.
    return length > Endpoint.largestBody ? send(Self.tooLarge) : .YES
  }

  private static var tooLarge: Response { .detail(413, "Request body too large") }

  private func receive(_ upload: UnsafeRawBufferPointer) -> MHD_Result {
    received += upload.count
    guard received <= Endpoint.largestBody else { return .NO }
    if case .receiving(let endpoint, _, _) = stage {
      if received <= endpoint.bodyLimit {
        request.body += upload
      } else {
        request.body = []
        stage = .discarding(Self.tooLarge)
      }
    }
    return .YES
  }

  private func perform(_ endpoint: Endpoint, _ call: Call) -> MHD_Result {
    switch dispatcher.api.perform(endpoint, call) {
    case .answer(let response): return send(response)
    case .write(let work):
      stage = .writing
      submit(work) { [self] response in stage = .answering(response) }
    case .afterCommit:
      hasWaited = true
      submit({ _ in .json(nil) }, then: { _ in })
    }
    return .YES
  }

  /// Suspends the connection until `work` is committed; then it advances.
  private func submit(
    _ work: @escaping Writer.Work, then completion: @escaping @Sendable (Response) -> Void
  ) {
    // First of all: the writer may be done before `submit` returns.
    MHD_suspend_connection(connection)
    let resume = { @Sendable [self] response in
      completion(response)
      MHD_resume_connection(connection)
    }
    let isTaken = dispatcher.api.store.writer.submit(work, completion: resume)
    if !isTaken { resume(.detail(503, "The server is shutting down")) }
  }

  private func send(_ response: Response) -> MHD_Result {
    let mhd = response.body.makeMHDResponse()
    defer { MHD_destroy_response(mhd) }
    for (name, value) in response.headers { MHD_add_response_header(mhd, name, value) }
    if let echoedKey { MHD_add_response_header(mhd, "Idempotency-Key", echoedKey) }
    if dispatcher.isDraining { MHD_add_response_header(mhd, "Connection", "close") }
    return MHD_queue_response(connection, response.status, mhd)
  }

  private func header(_ name: String) -> String? {
    MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) }
  }
}

extension Response.Body {
  fileprivate func makeMHDResponse() -> OpaquePointer? {
    switch self {
    case .bytes(let bytes):
      return bytes.withUnsafeBytes {
        MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .stream(let source):
      return MHD_create_response_from_callback(
        memctl_mhd_size_unknown, 64 * 1024, readStream,
        Unmanaged.passRetained(StreamReader(source)).toOpaque(), freeStream)
    }
  }
}

/// Hands a source to the daemon in pieces as large as it asks for.
private final class StreamReader {
  private let source: any ByteSource
  private var rest: ArraySlice<UInt8> = []

  init(_ source: any ByteSource) { self.source = source }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    do {
      if rest.isEmpty { rest = try source.next()?[...] ?? [] }
    } catch {
      // The connection breaks off, which the client can tell from the end of the answer.
      complain("an answer could not be finished: \(error)")
      return memctl_mhd_end_with_error
    }
    guard !rest.isEmpty else { return memctl_mhd_end_of_stream }
    let count = min(rest.count, buffer.count)
    buffer.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }
}

private func readStream(
  _ reader: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?,
  _ size: Int
) -> Int {
  Unmanaged<StreamReader>.fromOpaque(reader!).takeUnretainedValue()
    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func freeStream(_ reader: UnsafeMutableRawPointer?) {
  Unmanaged<StreamReader>.fromOpaque(reader!).release()
}
