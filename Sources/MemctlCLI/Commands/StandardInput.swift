import MemctlCore
import System

enum StandardInput {
  /// The text of a memory that is piped in, without the line breaks at its end.
  ///
  /// - Throws: `Problem`.
  static func memory() throws -> String {
    // Far more than a memory may have, so that the error can say how long the text is.
    var text = try text(limit: 1 << 20)
    while text.last?.isNewline == true { text.removeLast() }
    return text
  }

  /// Everything that is piped in; of a longer text, at least `limit` bytes.
  ///
  /// - Throws: `Problem`.
  static func text(limit: Int = .max) throws -> String {
    do {
      let bytes = try FileDescriptor.standardInput.readAll(limit: limit)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Problem(
          .invalidInput, "the text on stdin is not valid UTF-8", hint: "iconv -t UTF-8 converts it")
      }
      return text
    } catch let error as SystemError {
      throw Problem(.notFound, "cannot read stdin: \(error)")
    }
  }
}
