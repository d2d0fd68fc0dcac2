import CMicrohttpd
import Glibc
import Synchronization

/// One request from its first line to its answer.
///
/// One thread at a time has it: the connection's own, or one of the store's while it is suspended.
final class ServedRequest: @unchecked Sendable {
  private enum Stage {
    case head
    /// The rest of the body is read and dropped, and then this is answered.
    case discarding(Refusal)
    case receiving(Call)
    /// The store is at work, and the connection suspended.
    case waiting
    /// The store is done.
    case answering(Endpoint, Reply.Answer)
  }

  /// Who of the connection's thread and the store's comes first to the end of the waiting.
  private enum Wait {
    case none, suspended, over
  }

  private let connection: OpaquePointer
  private let target: String
  private let dispatcher: Dispatcher
  private var stage = Stage.head
  private var body: [UInt8] = []
  private var received = 0
  private var hasLargeBody = false
  private var echoedKey: String?
  private let wait = Mutex(Wait.none)
  /// Whether nothing that follows on the connection is read.
  private var isLast = false
  private var record: RequestRecord?

  init(_ connection: OpaquePointer, target: String, dispatcher: Dispatcher) {
    self.connection = connection
    self.target = target
    self.dispatcher = dispatcher
    if dispatcher.requestLog != nil { record = RequestRecord(target: target) }
  }

  /// Called when the answer has been sent, or the connection has ended before.
  func completed() { if let record { dispatcher.requestLog?.record(record.line) } }

  deinit { if hasLargeBody { dispatcher.dropLargeBody() } }

  /// Called when the head is complete, for each part of the body, at its end, and when the store is
  /// done.
  func advance(
    method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, upload: UnsafeRawBufferPointer
  ) -> MHD_Result {
    switch stage {
    case .head:
      record?.method = String(cString: method)
      return admit(method: String(cString: method), version: String(cString: version))
    case _ where !upload.isEmpty: return receive(upload)
    case .discarding(let refusal): return send(Response(refusal))
    case .receiving(let call): return perform(call)
    case .waiting: return .NO
    case .answering(let endpoint, let answer):
      return send(dispatcher.api.respond(to: endpoint, with: answer))
    }
  }

  private func admit(method: String, version: String) -> MHD_Result {
    let header = header()
    if let fault = header.fault(version: version) {
      isLast = true
      return send(Response(fault))
    }
    let request = Request(method: method, target: target, header: header)
    do throws(Refusal) {
      let call = try dispatcher.api.admit(request)
      stage = .receiving(call)
      dispatcher.connections.received(connection, isServed: true)
      if call.endpoint.isIdempotent, case .key(let key) = request.idempotencyKey { echoedKey = key }
    } catch {
      stage = .discarding(error)
      dispatcher.connections.received(connection, isServed: false)
    }
    // A body that is a little too long is read, so that the client gets to read the answer.
    let length = header["content-length"].flatMap(Int.init) ?? 0
    return length > Endpoint.largestBody ? send(Response(.bodyTooLarge)) : .YES
  }

  private func receive(_ upload: UnsafeRawBufferPointer) -> MHD_Result {
    received += upload.count
    dispatcher.connections.moved(connection, bytes: upload.count)
    guard received <= Endpoint.largestBody else { return .NO }
    guard case .receiving(let call) = stage else { return .YES }
    if received > call.endpoint.bodyLimit {
      discard(.bodyTooLarge)
      return .YES
    }
    if received > Endpoint.usualBody && !hasLargeBody {
      hasLargeBody = dispatcher.takeLargeBody()
      guard hasLargeBody else {
        discard(.tooManyLargeBodies)
        return .YES
      }
      // All of it at once: an array that grows has twice what it needs. Untouched, it takes nothing.
      body.reserveCapacity(call.endpoint.bodyLimit)
    }
    body += upload
    return .YES
  }

  private func discard(_ refusal: Refusal) {
    body = []
    stage = .discarding(refusal)
  }

  private func perform(_ call: Call) -> MHD_Result {
    var call = call
    call.body = body
    // What the answer needs of the body is the reply's to keep.
    body = []
    switch dispatcher.api.perform(call) {
    case .now(let response): return send(response)
    case .later(let begin):
      stage = .waiting
      dispatcher.connections.waits(connection)
      begin { [self, endpoint = call.endpoint] answer in
        stage = .answering(endpoint, answer)
        wait.withLock { wait in
          if wait == .suspended { MHD_resume_connection(connection) }
          wait = .over
        }
      }
      return suspendUnlessOver()
    }
  }

  /// Where the store is done already, as with what it did not have to wait for, answers at once.
  private func suspendUnlessOver() -> MHD_Result {
    let isSuspended = wait.withLock { wait in
      guard wait == .none else { return false }
      MHD_suspend_connection(connection)
      wait = .suspended
      return true
    }
    guard !isSuspended, case .answering(let endpoint, let answer) = stage else { return .YES }
    return send(dispatcher.api.respond(to: endpoint, with: answer))
  }

  private func send(_ response: Response) -> MHD_Result {
    record?.status = response.status
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
      record?.bytes = bytes.count
      dispatcher.connections.answers(connection, bytes: bytes.count)
      return bytes.withUnsafeBytes {
        MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    case .stream(let source):
      dispatcher.connections.answers(connection, bytes: 0)
      let reader = StreamReader(source) { [weak self, dispatcher, connection] count in
        self?.record?.bytes += count
        dispatcher.connections.moved(connection, bytes: count)
      }
      return reader.makeMHDResponse()
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
