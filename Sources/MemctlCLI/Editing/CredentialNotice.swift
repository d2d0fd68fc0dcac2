import MemctlCore

/// Tells the user of what a server would take for a credential, before it is sent.
enum CredentialNotice {
  /// On a terminal the user decides; a script goes on with the notice.
  ///
  /// - Returns: whether to go on.
  static func isAccepted(_ fields: MemoryFields, _ context: Context) throws -> Bool {
    if fields.isSensitive { return true }
    var kinds: [String] = []
    for credential in Credential.all(in: fields.content) {
      let name = credential.kind.rawValue.replacing("_", with: " ")
      if !kinds.contains(name) { kinds.append(name) }
    }
    if kinds.isEmpty { return true }
    printError(
      """
      memctl: the text seems to hold a credential (\(kinds.joined(separator: ", "))): the server \
      keeps the memory without it, and only this machine has the whole text
      """)
    guard context.confirm.mayAsk else {
      printError("hint: --sensitive also hides it on screens here")
      return true
    }
    return try context.confirm("store it all the same?")
  }
}
