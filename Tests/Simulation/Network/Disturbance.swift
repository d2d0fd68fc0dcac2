import HTTPTransport
import MemctlCore
import MemoryAPI

/// What a fault makes of an answer.
struct Disturbance {
  private let exchange: Exchange
  private let server: Server

  init(_ exchange: Exchange, _ server: Server) {
    self.exchange = exchange
    self.server = server
  }

  /// - Parameter answer: the server's own; nil where it was not asked.
  func result(
    _ answer: Server.Answer?, at time: Timestamp, _ chance: Chance
  ) -> Result<HTTPResponse, TransportFailure> {
    guard let answer else { return instead(chance) }
    switch exchange.fault {
    case .answerLost: return .failure(.lost("connection broke"))
    case .doneBut500: return .success(Self.answer(500, at: time, chance))
    case .doneBut502: return .success(Self.answer(502, at: time, chance))
    case .doneBut504: return .success(Self.answer(504, at: time, chance))
    case .doneButHTML: return .success(Self.response(200, Self.page))
    case .truncated:
      if chance.oneIn(2) { return .failure(.lost("the answer ended too early")) }
      let bytes = Array(answer.body.utf8)
      let part = String(decoding: bytes.prefix(chance.below(bytes.count)), as: UTF8.self)
      return .success(Self.response(answer.status, part))
    case .badRecord:
      guard let records = answer.records else { break }
      let isToBeRead = server.conditions.hazards.contains(.skippedRecords)
      if !isToBeRead { exchange.machine.missedRecord = true }
      let spoilt =
        isToBeRead ? Defects.replaceOne(of: records, chance) : Defects.spoil(records, chance)
      let body = Server.syncBody(
        spoilt, time: server.clock(at: time).description)
      return .success(Self.response(200, body))
    case .badTime:
      guard let records = answer.records else { break }
      let time = chance.pick(["yesterday", "", "2026-13-01T00:00:00+00:00"])
      return .success(Self.response(200, Server.syncBody(records, time: time)))
    default: break
    }
    return .success(Self.response(answer.status, answer.body, answer.headers))
  }

  private func instead(_ chance: Chance) -> Result<HTTPResponse, TransportFailure> {
    switch exchange.fault {
    case .redirect: return .failure(.foreignRedirect(to: "http://elsewhere.example"))
    case .html: return .success(Self.response(200, Self.page))
    case .foreignID:
      // The id of a memory that this cache knows cannot be that of a new one.
      let name = exchange.memoryName
      if let id = exchange.machine.memories().last(where: { $0.name != name })?.serverID {
        return .success(
          Self.response(200, #"{"id":\#(id),"category":"facts","importance":0.5}"#))
      }
      fallthrough
    default:
      return .success(
        Self.response(
          200,
          chance.pick([
            "", "{}", "[]", "null", "17", #"{"id":null}"#, #"{"id":"x"}"#, #"{"id":-4}"#,
            #"{"id":0,"deleted":0,"updated":0}"#, #"{"memories":null}"#, #"{"memories":[]}"#,
            #"{"memories":{},"server_time":"2026-03-01T12:00:00+00:00"}"#,
          ])))
    }
  }

  static let page = "<!DOCTYPE html><title>Welcome</title>"

  /// An error that does not come from the server's own code.
  static func answer(_ status: Int, at time: Timestamp, _ chance: Chance) -> HTTPResponse {
    var headers: [String: String] = [:]
    if [429, 503].contains(status), chance.oneIn(2) {
      headers["retry-after"] = chance.pick([
        "0", "30", "120", "3600", "999999999", "soon", "Sun, 01 Mar 2026 13:00:00 GMT",
      ])
    }
    let body = chance.pick([page, "", #"{"detail":"no"}"#])
    return response(status, body, headers)
  }

  static func response(
    _ status: Int, _ body: String, _ headers: [String: String] = [:]
  ) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: ResponseBody(Array(body.utf8)))
  }
}
