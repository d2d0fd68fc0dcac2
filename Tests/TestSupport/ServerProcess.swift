import Foundation
import Glibc

/// A `memctl-serve` that runs for a test: the real program, from the build's folder.
public final class ServerProcess {
  /// `http://HOST:PORT`.
  public let baseURL: String
  private let process: Process
  private let errorPipe: Pipe

  /// Starts the program and returns when it listens.
  ///
  /// - Parameters:
  ///   - arguments: the options but `--listen`.
  ///   - environment: all of the program's environment.
  /// - Throws: `LaunchFailure` when it ends instead, with its exit status and what it wrote on stderr.
  public init(
    _ arguments: [String], listen: String = "127.0.0.1:0", environment: [String: String] = [:]
  ) throws {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()
    process.executableURL = builtProduct("memctl-serve")
    process.arguments = ["--listen", listen] + arguments
    process.environment = environment
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let prefix = "listening on "
    let line = firstLine(of: output.fileHandleForReading)
    guard line.hasPrefix(prefix) else {
      process.waitUntilExit()
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      throw LaunchFailure(status: process.terminationStatus, errors: text)
    }
    self.process = process
    errorPipe = errors
    baseURL = String(line.dropFirst(prefix.count))
  }

  deinit { if process.isRunning { kill() } }

  public var port: UInt16 { UInt16(URL(string: baseURL)!.port!) }

  public var processIdentifier: Int32 { process.processIdentifier }

  /// Sends SIGTERM without waiting.
  public func terminate() { process.terminate() }

  /// Waits for its end: the exit status.
  public func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Ends it as an operator does: SIGTERM, then the exit status.
  @discardableResult
  public func stop() -> Int32 {
    terminate()
    return wait()
  }

  /// From now on nobody reads what it writes on stderr, nor could.
  public func closeErrors() { try? errorPipe.fileHandleForReading.close() }

  /// What it wrote on stderr; it must have ended.
  public var errors: String {
    String(decoding: errorPipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// Ends it in the middle of whatever it does: SIGKILL.
  public func kill() {
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  public struct LaunchFailure: Error {
    public let status: Int32
    public let errors: String
  }
}

/// A program of this package, next to the tests that run.
public func builtProduct(_ name: String) -> URL {
  URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent(name)
}

func firstLine(of file: FileHandle) -> String {
  var line = Data()
  while let byte = try? file.read(upToCount: 1), let first = byte.first, first != 0x0a {
    line.append(byte)
  }
  return String(decoding: line, as: UTF8.self)
}
