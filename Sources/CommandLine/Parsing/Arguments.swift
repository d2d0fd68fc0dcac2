import CArguments

/// What the program was started with.
public enum Arguments {
  /// The words after the program's name; nil for one that is not valid UTF-8. Swift's own list would
  /// have U+FFFD in it instead, so that nobody could tell two such words apart.
  public static var words: [String?] {
    var words: [String?] = []
    var next = memctl_arguments()
    while let word = next?.pointee {
      words.append(String(validatingCString: word))
      next = next?.advanced(by: 1)
    }
    return Array(words.dropFirst())
  }
}
