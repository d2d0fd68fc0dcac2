import Glibc
import System

/// The bytes of an answer: in memory while they are few, else in a temporary file without a name.
public final class ResponseBody {
  private enum Storage {
    case memory([UInt8])
    case mapped(UnsafeRawBufferPointer)
  }

  private let storage: Storage

  public init(_ bytes: [UInt8]) { storage = .memory(bytes) }

  /// Maps the file behind `descriptor`, which may be closed afterwards.
  init(mapping descriptor: Int32, count: Int) throws(TransportFailure) {
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .lost("cannot map the answer: \(SystemError())") }
    storage = .mapped(UnsafeRawBufferPointer(start: start, count: count))
  }

  deinit {
    if case .mapped(let bytes) = storage {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
  }

  public var count: Int {
    switch storage {
    case .memory(let bytes): bytes.count
    case .mapped(let bytes): bytes.count
    }
  }

  /// Calls `body` with the bytes, which are valid only while it runs.
  public func withBytes<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    switch storage {
    case .memory(let bytes): try bytes.withUnsafeBufferPointer(body)
    case .mapped(let bytes): try body(bytes.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Tells that the bytes before `offset` have been read, so that a large answer need not stay in
  /// memory as a whole. They can still be read again.
  public func release(before offset: Int) {
    guard case .mapped(let bytes) = storage else { return }
    let length = offset & ~(Int(getpagesize()) - 1)
    if length > 0 {
      madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), length, MADV_DONTNEED)
    }
  }
}
