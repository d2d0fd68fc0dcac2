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
        throw Problem(
          .configuration, "\(place) sets '\(name)', which is not a setting",
          hint: Setting.hint(forUnknown: name))
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

  // MARK: Changes

  /// The text of the file with a setting changed, added or, with nil, removed. All other lines stay
  /// as they are, comments included.
  ///
  /// - Throws: `Problem` of kind `.invalidInput` if no line can hold the value.
  static func changing(_ setting: Setting, to value: String?, in text: String) throws -> String {
    var lines = lines(of: text)
    let places = lines.indices.filter { name(in: lines[$0]) == setting.rawValue }
    guard let value else {
      for place in places.reversed() { lines.remove(at: place) }
      return lines.joined()
    }
    let line = "\(setting.rawValue) = \(try quoted(value))"
    // Of several lines, the last one counts.
    if let place = places.last {
      lines[place] = line + (lines[place].last { $0.isNewline }.map(String.init) ?? "")
    } else {
      if let last = lines.last, last.last?.isNewline != true { lines.append("\n") }
      lines.append(line + "\n")
    }
    return lines.joined()
  }

  /// The lines of a text, each with the line break at its end.
  private static func lines(of text: String) -> [String] {
    var lines: [String] = []
    var rest = text[...]
    while let end = rest.firstIndex(where: \.isNewline) {
      lines.append(String(rest[...end]))
      rest = rest[rest.index(after: end)...]
    }
    return rest.isEmpty ? lines : lines + [String(rest)]
  }

  private static func name(in line: String) -> String? {
    let line = line.withoutByteOrderMark.trimmed
    guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
    return line[..<equals].trimmed
  }

  /// A value as `settings` reads it: in quotes if it would mean something else without.
  private static func quoted(_ value: String) throws -> String {
    let isPlain =
      value.trimmed == value && value.first != "\"" && value.first != "'"
      && !value.contains(#/\s#/#)
    let quote = isPlain ? "" : value.contains("\"") ? "'" : "\""
    guard !value.contains(where: \.isNewline), isPlain || !value.contains(quote) else {
      throw Problem(
        .invalidInput, "a setting is one line, and cannot have both kinds of quotes",
        hint: "put such a value into an environment variable")
    }
    return quote + value + quote
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
