/// The version of the project's programs, which are released together.
public enum Version {
  public static let text = "0.1.0"
  /// The release date.
  public static let date = "2026-11-24"
}
