import Foundation

/// Runs a Python script, which stands for the system's Python server beside memctl.
///
/// - Parameter arguments: `sys.argv[1:]`.
/// - Returns: what it wrote on stdout.
/// - Throws: `PythonFailure` when it ends with an error.
@discardableResult
public func python(_ script: String, _ arguments: String...) throws -> String {
  let process = Process()
  let output = Pipe()
  let errors = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script] + arguments
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw PythonFailure(errors: problem) }
  return text
}

public struct PythonFailure: Error {
  public let errors: String
}
