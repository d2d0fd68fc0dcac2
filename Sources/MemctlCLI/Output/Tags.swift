import JSON
import MemctlCore

extension MemoryFields {
  /// The tags as a list. The API and the file have them in one text, separated by commas.
  var tagList: JSONValue {
    .array(tags.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }.map { .string($0) })
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
