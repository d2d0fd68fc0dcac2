/// What to do with an answer that may point elsewhere.
///
/// A request goes only where the user sent it: the key never reaches another origin, and the method
/// never changes.
enum Redirect: Hashable {
  /// The answer is final.
  case none
  /// The same request goes to this address.
  case follow(CurlURL)
  case foreign(CurlURL.Origin)
  /// The text says why the redirect cannot be followed.
  case broken(String)

  static let maximumHops = 5

  /// - Parameters:
  ///   - location: the `Location` header of an answer with `status`.
  ///   - url: where `method` was sent, after `hops` redirects.
  static func decide(
    status: Int, location: String?, at url: CurlURL, method: HTTPRequest.Method, hops: Int
  ) -> Redirect {
    // 303 means that the request was done and the result is elsewhere: repeating a write would do
    // it twice.
    let redirects = [301, 302, 307, 308].contains(status) || status == 303 && method == .get
    guard redirects, let location else { return .none }
    guard let target = url.resolving(location) else {
      return .broken("the server redirects to an address that memctl does not follow")
    }
    guard target.origin == url.origin else { return .foreign(target.origin) }
    guard hops < maximumHops else {
      return .broken("the server redirects more than \(maximumHops) times")
    }
    return .follow(target)
  }
}
