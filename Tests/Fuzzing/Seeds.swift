extension FuzzTarget {
  /// Inputs that are well formed, or nearly, from which others are made.
  public var seeds: [[UInt8]] {
    let texts: [String] =
      switch self {
      case .answer:
        [
          """
          {"memories":[{"id":9223372036854775807,"content":"a\\u00e9\\ud83d\\ude42\\n🙂",\
          "category":"facts","tags":"","expanded_keywords":null,"importance":0.699999988079071,\
          "is_sensitive":false,"created_at":"2026-03-01T12:00:00.5+00:00",\
          "updated_at":"2026-03-01T12:00:00Z","deleted_at":null,"more":[[],{},[-1.5e-3]]}],\
          "server_time":"2026-03-01T12:00:00.5+00:00"}
          """
        ]
      case .outcome:
        [
          #"{"id":1,"category":"facts","importance":0.699999988079071}"#,
          #"{"deleted":1,"preview":"first 50 characters"}"#, #"{"updated":1}"#,
          #"{"detail":[{"type":"missing","loc":["body","tags",0],"msg":"x","input":null}]}"#,
          #"{"detail":"Invalid API key"}"#,
        ].flatMap { body in ["\0\0", "\0\u{1}", "\0\u{2}", "\u{6F}\0"].map { $0 + body } }
      case .payload:
        [
          "\0"
            + #"{"local_id":1,"content":"a","tags":"x","importance":0.5,"force_sensitive":true}"#,
          "\u{1}" + #"{"server_id":42}"#, "\u{2}" + #"{"server_id":42,"content":"a"}"#,
        ]
      case .arguments:
        [
          "sync\0--json", "queue\0list\0--dead\0-n3", "store\0-c\0facts\0--tags=a,b\0--\0-x",
          "list\0--color=always\0-qv\0--limit\09223372036854775807", "help\0exit-codes",
          "store\0--importance=1e309\0🙂",
        ]
      case .script:
        [
          "store 'Prefers tabs' -c preferences; queue # what waits\nlist | head -n 3\n",
          "a \"b \\\" c\" \\\n ~/d 2>'e f' | grep \"#\" # no '\n", "~ '' \\' 'a\nb'\\\n;; x |\n y",
        ]
      case .file:
        [
          "\0" + #"{"content":"a","tags":["x"],"address":null,"created_at":"2026-01-01"}"#
            + "\n{}\n",
          "\u{1}" + #"{"total":1,"memories":[{"content":"a\ud83d\ude42"},{"content":"b"}]}"#,
          "\u{2}---\nmemctl: 1\ncategory: facts\ntags: [a, \"b\"]\nimportance: 0.5\n---\n\ntext\n",
          "\u{3}---\nname: a\nmetadata: \n  type: user\ndescription: >-\n  folded\n---\ntext",
          "\u{4}" + #"{"observations":[{"title":"t","facts":"[\"f\"]"}],"summaries":[]}"#,
          "\u{5}---\ntitle: a\ntags:\n- x\n---\n# a\n- [fact] b #c (d)\n- r [[e]] (f)\n\ntext",
          "\u{6}# a\n## b\n- one\n  two\n\n  ```\n  x\n  ```\n1. three\n<!-- c -->\n- [l](m.md)\n",
        ]
      case .text:
        [
          "2026-03-01T12:00:00.123456+00:00", "2026-02-29T24:60:60-23:59",
          "Sun, 06 Nov 1994 08:49:37 GMT", "120", "http://user@[::1]:8080/a%20b?x#y",
          "db [REDACTED:password] on host [REDACTED] a",
        ]
      }
    return texts.map { Array($0.utf8) }
  }

  /// What is worth putting into the middle of such an input.
  static let tokens: [[UInt8]] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "'", "|", ";", "~", "#", "\n", " ", "\\u", "\\ud800",
    "1", "-", "e", ".", "null", "true",
    "\u{1}", "\0", "--", "=", "9223372036854775808", "1e999", "é", "\u{202E}", "[REDACTED",
    "---\n", "```", "- ", "# ", "\r\n", "\t", "|", ">", "'",
  ].map { Array($0.utf8) }

  /// An input made of a seed by a few random changes.
  public func mutation(using random: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random)!
    for _ in 0...Int.random(in: 0...5, using: &random) {
      let index = Int.random(in: 0...bytes.count, using: &random)
      let end = Int.random(in: index...bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
      case 1: bytes.removeSubrange(index..<end)
      case 2: bytes.insert(contentsOf: bytes[index..<end], at: index)
      case 3: bytes.insert(contentsOf: Self.tokens.randomElement(using: &random)!, at: index)
      default:
        if index < bytes.count { bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
      }
    }
    return bytes
  }
}
