import MemoryModel

/// The form of the configuration file: lines of `name = value`; `#` begins a comment line.
enum ConfigurationFile {
  /// - Throws: `Problem` of kind `.configuration` that names the first line that cannot be parsed.
  static func settings(_ bytes: [UInt8], path: String) throws -> [Setting: String] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Problem(
        .configuration, "\(path) is not valid UTF-8", hint: "iconv -t UTF-8 converts a file")
    }
    var settings: [Setting: String] = [:]
    let lines = text.withoutByteOrderMark.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = line.trimmed
      if line.isEmpty || line.hasPrefix("#") { continue }
      let place = "\(path), line \(index + 1)"
      guard let equals = line.firstIndex(of: "=") else {
        throw Problem(.configuration, "\(place) is not 'name = value'")
      }
      let name = line[..<equals].trimmed
      guard let setting = Setting(rawValue: name), setting.isInFile else {
        let known = Setting.allCases.filter(\.isInFile).map(\.rawValue).joined(separator: ", ")
        throw Problem(
          .configuration, "\(place) sets '\(name)', which is not a setting",
          hint: "settings: \(known)"
        )
      }
      settings[setting] = try value(line[line.index(after: equals)...].trimmed, place)
    }
    return settings
  }

  /// The value without the quotes around it, if there are any.
  private static func value(_ text: String, _ place: String) throws -> String {
    guard let quote = text.first, quote == "\"" || quote == "'" else {
      if text.contains(#/\s#/#) {
        throw Problem(
          .configuration, "\(place) has a '#' after the value",
          hint: "put a comment on a line of its own, or the value in quotes if '#' belongs to it")
      }
      return text
    }
    let value = text.dropFirst()
    guard let end = value.firstIndex(of: quote), end == value.indices.last else {
      throw Problem(
        .configuration, "\(place) has a value that does not end with the quote it begins with")
    }
    return String(value[..<end])
  }
}

extension StringProtocol {
  /// The text without white space and line breaks at either end.
  var trimmed: String {
    var text = drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// The text without the invisible mark with which some editors begin a file.
  var withoutByteOrderMark: String {
    String(
      unicodeScalars.first == "\u{feff}"
        ? self[unicodeScalars.index(after: startIndex)...] : self[...])
  }
}
