import HTTPTransport
import MemoryAPI
import MemoryModel
import System

extension APIClient {
  /// Asks whether the server accepts the key. Nothing is written, here or there.
  package func check(_ cancellation: Cancellation) -> ServerCheck {
    let conditions = SyncConditions(cancellation: cancellation)
    var serverLead: Double?
    let check = checkAuth { response in
      let time = response.headers["date"].flatMap(RetryAfter.date)
      serverLead = time.map { $0.seconds(since: conditions.now()) }
    }
    var problem: Problem?
    if case .setback(let setback) = check {
      problem =
        schemeProblem(setback) ?? SetbackEffect(setback, of: nil, requests, conditions).problem
    }
    return ServerCheck(account: check.account, problem: problem, serverLead: serverLead)
  }

  /// Whether what answers speaks http where https was expected, or the other way round: then it
  /// answers the same request, without the key, in the other way.
  private func schemeProblem(_ setback: Setback) -> Problem? {
    switch setback {
    case .lost, .invalidResponse, .gateway, .blocked: break
    // A server that takes a handshake for a bad request may just break off.
    case .unreachable where requests.baseURL.hasPrefix("https:"): break
    default: return nil
    }
    let other = requests.otherScheme
    do throws(TransportFailure) {
      _ = try transport.perform(other.health)
    } catch {
      // It does speak TLS if there is something to say against its certificate.
      guard case .blocked(.insecure(let problem, _)) = error, problem != .speaksNoTLS else {
        return nil
      }
    }
    let scheme = other.address.prefix { $0 != ":" }
    return Problem(
      .configuration, "what answers at \(requests.baseURL) speaks \(scheme)",
      hint: "use the address \(other.address)")
  }
}
