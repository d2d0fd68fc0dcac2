/// The version of memctl, as `memctl version`, the user agent and the man page show it.
public enum Version {
  public static let text = "0.1.0"
  /// The day of that version.
  public static let date = "2026-11-22"
}
