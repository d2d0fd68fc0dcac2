@_spi(_Unicode) import Swift

/// The tags of a memory, which stand in one text, separated by commas.
public enum TagList {
  /// The list as memctl writes it: `a,b`, without blanks around the commas, empty tags or repetitions,
  /// and with each tag in Unicode's composed form (NFC), so that equal tags are equal bytes.
  public static func normalized(_ list: String) -> String {
    var known: Set<String> = []
    return list.split(separator: ",").map(composed).filter {
      !$0.isEmpty && known.insert($0).inserted
    }.joined(separator: ",")
  }

  /// A list with some tags added at its end, and others removed.
  public static func changed(_ list: String, adding: [String], removing: [String]) -> String {
    let removed = Set(removing)
    let kept = normalized(list).split(separator: ",").map(String.init).filter {
      !removed.contains($0)
    }
    return normalized((kept + adding).joined(separator: ","))
  }

  private static func composed(_ tag: Substring) -> String {
    let start = tag.drop(while: \.isWhitespace)
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    var scalars = String.UnicodeScalarView()
    for scalar in String(start[...end])._nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
