/// The server and the account that a cache was filled from. Its memories carry that server's ids,
/// which stand for other memories on any other server.
package struct Origin: Hashable {
  package let address: String
  /// The `user_id` of auth-check; nil where the server has none.
  package let account: String?

  package init(address: String, account: String?) {
    self.address = address
    self.account = account
  }

  /// Whether `other` may be the same origin: an unknown part of either cannot distinguish them.
  package func agrees(with other: Origin) -> Bool {
    address == other.address && isOfSameAccount(as: other)
  }

  package func isOfSameAccount(as other: Origin) -> Bool {
    account == nil || other.account == nil || account == other.account
  }

  package var description: String { account.map { "\(address) as \($0)" } ?? address }
}
