import ServerStore

/// What a call leads to.
enum Reply {
  case now(Response)
  /// Begins what has to be done first, and is told how to answer once it is done, on any thread.
  case later(_ begin: (_ done: @escaping @Sendable (@escaping Answer) -> Void) -> Void)

  /// Makes the answer, on the thread of the connection.
  typealias Answer = @Sendable () throws -> Response

  /// The answer to what comes of an operation of the store.
  static func after<Value: Sendable>(
    _ operation: @escaping (_ completion: @escaping Completion<Value>) -> Void,
    _ answer: @escaping @Sendable (Value) throws -> Response
  ) -> Reply {
    .later { done in
      operation { result in done { try answer(result.get()) } }
    }
  }
}
