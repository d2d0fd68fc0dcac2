import CArguments

/// What the program was started with.
public enum Arguments {
  /// The words after the program's name; nil for one that is not valid UTF-8. Swift's own list has
  /// U+FFFD instead, which makes different words equal.
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
