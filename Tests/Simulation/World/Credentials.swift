/// Texts with credentials, and such as could be taken for what is left of one.
enum Credentials {
  /// A memory's text, in which its name stands, if only within a credential.
  static func text(_ name: String, _ chance: Chance) -> String {
    let secret = chance.pick([
      "password=hunter2-\(name)", "pwd: 'correct-horse-\(name)'",
      "token=abcdefghijklmnopqrst.\(name)",
      "Bearer abcdefghijklmnopqrst.\(name)", "postgres://app:pw@db/\(name)",
      "secret=twelve-letters-\(name)",
    ])
    return chance.pick([
      secret, secret, "\(secret) on host a", "db \(secret) on host a", "\(secret) and \(secret)",
      "backup of \(name) on host a", "build \(name) is green", "db \(name) on host a",
      "AKIAABCDEFGHIJKLMNOP of \(name) on host a", "password=short \(name)",
      "[REDACTED:password] stands for \(name) on host a",
    ])
  }
}
