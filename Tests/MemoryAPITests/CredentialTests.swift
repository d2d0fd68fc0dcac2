import MemoryAPI
import Testing

/// The rules by which the production server finds credentials.
@Suite("Credentials") struct CredentialTests {
  private static let key = String(repeating: "aB3_", count: 9)

  private static let found: [(text: String, redacted: String)] = [
    ("password=hunter2hunter2", "[REDACTED:password]"),
    ("db password : 'hunter2x' on host a", "db [REDACTED:password] on host a"),
    ("PASSWD=\"12345678\", PWD: abcdefgh", "[REDACTED:password], [REDACTED:password]"),
    ("x\u{a0}pwd\u{2003}=\u{3000}geheimes\u{a0}y", "x\u{a0}[REDACTED:password]\u{a0}y"),
    ("password=gehéimés", "[REDACTED:password]"),
    ("mypassword=12345678", "my[REDACTED:password]"),
    ("id akia0123456789ABCDEFx", "id [REDACTED:aws_key]x"),
    ("use ghp_\(key)!", "use [REDACTED:github_token]!"),
    ("at postgres://u:p@h/db now", "at [REDACTED:connection_string] now"),
    ("MongoDB+SRV://h'", "[REDACTED:connection_string]'"),
    ("Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", "Authorization: [REDACTED:basic_auth]"),
    ("bearer  abc.def-ghi_jklmnopqrst", "[REDACTED:bearer_token]"),
    ("api-key: '0123456789abcdefghij'", "[REDACTED:api_key]"),
    ("token=0123456789.abcdefghij", "[REDACTED:token]"),
    ("key=0123456789abcdef0123456789abcdef", "[REDACTED:hex_key]"),
    ("credential = correcthorse", "[REDACTED:generic_secret]"),
    // Both fit; the surer one is taken.
    ("secret=0123456789abcdef0123456789abcdef", "[REDACTED:token]"),
    ("url postgres://u:password=longenough@h", "url [REDACTED:connection_string]"),
    (
      "-----BEGIN RSA PRIVATE KEY-----\npassword=12345678\n-----END RSA PRIVATE KEY----- z",
      "[REDACTED:private_key] z"
    ),
  ]

  @Test("What the production server finds", arguments: found)
  func finds(text: String, redacted: String) {
    #expect(Credential.redacting(text, Credential.all(in: text)) == redacted)
  }

  @Test(
    "What it leaves alone",
    arguments: [
      "", "p", "password manager", "password=short", "password: 'a b c d e f g'", "pwd==",
      "akia0123456789", "ghp_short", "postgres:// x", "Basic instinct", "bearer of bad news",
      "bearerabcdefghijklmnopqrstuvw", "api key: 0123456789abcdefghij", "token=0123456789",
      "key=0123456789abcdefg", "secret=short", "auth:", "-----BEGIN RSA PRIVATE KEY----- no end",
      "db [REDACTED:password] on host a", "gehéim", "build 42 is green",
    ])
  func leaves(text: String) { #expect(Credential.all(in: text) == []) }

  @Test("Two that overlap are both told, since a server's answer to that is not known")
  func overlap() {
    let found = Credential.all(in: "token=AKIA0123456789ABCDEFxyz")
    #expect(found.map(\.kind) == [.token, .awsKey])
  }
}
