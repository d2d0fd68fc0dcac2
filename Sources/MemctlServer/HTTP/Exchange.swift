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
  private var hasLargeBody = false
  private var hasWaited = false
  private var echoedKey: String?
  /// Whether nothing that follows on the connection is read.
  private var isLast = false

  init(_ connection: OpaquePointer, target: String, dispatcher: Dispatcher) {
    self.connection = connection
    self.target = target
    self.dispatcher = dispatcher
  }

  deinit { if hasLargeBody { dispatcher.dropLargeBody() } }

  /// Called when the headers are complete, for each part of the body, at its end, and when the
  /// writer is done.
  func advance(
    method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, upload: UnsafeRawBufferPointer
  ) -> MHD_Result {
    switch stage {
    case .headers:
      return admit(method: String(cString: method), version: String(cString: version))
    case _ where !upload.isEmpty: return receive(upload)
    case .discarding(let response), .answering(let response): return send(response)
    case .receiving(let endpoint, let user, let path):
      return perform(
        endpoint, Call(request: request, user: user, path: path, hasWaited: hasWaited))
    case .writing: return .NO
    }
  }

  private func admit(method: String, version: String) -> MHD_Result {
    let header = header()
    if let fault = header.fault(version: version) {
      isLast = true
      return send(fault.response)
    }
    request = Request(method: method, target: target, header: header)
    switch dispatcher.api.admit(request) {
    case .refused(let response):
      stage = .discarding(response)
      dispatcher.connections.received(connection, isServed: false)
    case .admitted(let endpoint, let user, let path):
      stage = .receiving(endpoint, user: user, path: path)
      dispatcher.connections.received(connection, isServed: true)
      if endpoint.isIdempotent, case .key(let key) = request.idempotencyKey { echoedKey = key }
    }
    // A body that is a little too long is read, so that the client gets around to the answer.
    let length = header["content-length"].flatMap(Int.init) ?? 0
    return length > Endpoint.largestBody ? send(Self.tooLarge) : .YES
  }

  private static var tooLarge: Response { .detail(413, "Request body too large") }

  private func receive(_ upload: UnsafeRawBufferPointer) -> MHD_Result {
    received += upload.count
    dispatcher.connections.moved(connection, bytes: upload.count)
    guard received <= Endpoint.largestBody else { return .NO }
    guard case .receiving(let endpoint, _, _) = stage else { return .YES }
    if received > endpoint.bodyLimit {
      discard(Self.tooLarge)
    } else if received > Endpoint.usualBody && !hasLargeBody {
      hasLargeBody = dispatcher.takeLargeBody()
      guard hasLargeBody else {
        discard(.detail(503, "Too many large requests").with("Retry-After", "1"))
        return .YES
      }
      // All of it at once: an array that grows has twice what it needs. Untouched, it takes nothing.
      request.body.reserveCapacity(endpoint.bodyLimit)
    }
    if case .receiving = stage { request.body += upload }
    return .YES
  }

  private func discard(_ response: Response) {
    request.body = []
    stage = .discarding(response)
  }

  private func perform(_ endpoint: Endpoint, _ call: Call) -> MHD_Result {
    // What the answer needs of the body is the call's to keep.
    request.body = []
    switch dispatcher.api.perform(endpoint, call) {
    case .answer(let response): return send(response)
    case .write(let isLong, let work):
      stage = .writing
      submit(work, isLong: isLong) { [self] response in stage = .answering(response) }
    case .afterCommit:
      hasWaited = true
      submit({ _ in .json(nil) }) { _ in }
    }
    return .YES
  }

  /// Suspends the connection until `work` is committed; then it advances.
  private func submit(
    _ work: @escaping Writer.Work, isLong: Bool = false,
    then completion: @escaping @Sendable (Response) -> Void
  ) {
    dispatcher.connections.waits(connection)
    // First of all: the writer may be done before `submit` returns.
    MHD_suspend_connection(connection)
    let resume = { @Sendable [self] response in
      completion(response)
      MHD_resume_connection(connection)
    }
    let isTaken = dispatcher.api.store.writer.submit(work, isLong: isLong, completion: resume)
    if !isTaken { resume(.detail(503, "The server is shutting down")) }
  }

  private func send(_ response: Response) -> MHD_Result {
    let mhd = makeMHDResponse(response.body)
    defer { MHD_destroy_response(mhd) }
    for (name, value) in response.headers { MHD_add_response_header(mhd, name, value) }
    if let echoedKey { MHD_add_response_header(mhd, "Idempotency-Key", echoedKey) }
    if isLast || dispatcher.isDraining { MHD_add_response_header(mhd, "Connection", "close") }
    return MHD_queue_response(connection, response.status, mhd)
  }

  private func header() -> HeaderFields {
    var fields: [(name: String, value: [UInt8])] = []
    _ = withUnsafeMutablePointer(to: &fields) {
      MHD_get_connection_values_n(connection, .HEADER_KIND, collectField, $0)
    }
    return HeaderFields(fields)
  }

  private func makeMHDResponse(_ body: Response.Body) -> OpaquePointer? {
    switch body {
    case .bytes(let bytes):
      dispatcher.connections.answers(connection, bytes: bytes.count)
      return bytes.withUnsafeBytes {
        MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .stream(let source):
      dispatcher.connections.answers(connection, bytes: 0)
      let reader = StreamReader(source) { [dispatcher, connection] count in
        dispatcher.connections.moved(connection, bytes: count)
      }
      return MHD_create_response_from_callback(
        memctl_mhd_size_unknown, 64 * 1024, readStream,
        Unmanaged.passRetained(reader).toOpaque(), freeStream)
    }
  }
}

private func collectField(
  _ fields: UnsafeMutableRawPointer?, _: MHD_ValueKind, _ name: UnsafePointer<CChar>?,
  _ nameSize: Int, _ value: UnsafePointer<CChar>?, _ valueSize: Int
) -> MHD_Result {
  fields!.assumingMemoryBound(to: [(name: String, value: [UInt8])].self).pointee.append(
    (
      String(decoding: UnsafeRawBufferPointer(start: name, count: nameSize), as: UTF8.self),
      Array(UnsafeRawBufferPointer(start: value, count: valueSize))
    ))
  return .YES
}

/// Hands a source to the daemon in pieces as large as it asks for.
private final class StreamReader {
  private let source: any ByteSource
  private let onRead: (Int) -> Void
  private var rest: ArraySlice<UInt8> = []

  /// - Parameter onRead: is called with the size of each piece.
  init(_ source: any ByteSource, onRead: @escaping (Int) -> Void) {
    self.source = source
    self.onRead = onRead
  }

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
    onRead(count)
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
