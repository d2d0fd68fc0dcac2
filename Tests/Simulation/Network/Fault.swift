/// What the network, or something before the server, does to an exchange.
public enum Fault: String, CaseIterable, Sendable {
  /// Nobody listens, or the name is unknown.
  case refused
  case requestLost, answerLost
  /// It arrives when memctl has given it up.
  case requestLate
  /// Its transaction commits late.
  case commitLate
  /// The answer ends in the middle.
  case truncated
  /// It arrives twice, where that is harmless.
  case repeated
  case status400, status401, status403, status404, status408, status409, status413, status422
  case status425, status429, status500, status502, status503, status504
  /// The server has done it, and the answer is another's.
  case doneBut500, doneBut502, doneBut504, doneButHTML
  case html, nonsense, foreignID, redirect
  /// A sync answer with a record that nobody understands.
  case badRecord
  /// A sync answer whose time is none.
  case badTime
  /// Another than the server answers.
  case gateway

  /// Those that happen in any world.
  public static let tried = allCases.filter {
    $0 != .gateway || Hazard.tried.contains(.gateways)
  }

  /// The faults of a network that is simply not there.
  static let outage: [Fault] = [
    .refused, .requestLost, .answerLost, .status502, .status503, .status504, .status429,
    .doneBut502, .requestLate, .commitLate,
  ]

  /// The status with which something before the server answers; nil for any other fault.
  var status: Int? {
    rawValue.hasPrefix("status") ? Int(rawValue.dropFirst("status".count)) : nil
  }
}

/// How the network is while a step lasts.
struct Weather {
  private let faults: [Fault]
  private let oneIn: Int
  /// What answers where the fault is a gateway.
  private(set) var gateway: Gateway?

  static let fine = Weather(faults: [], oneIn: 1)

  static func drawn(_ chance: Chance, in hazards: [Hazard]) -> Weather {
    if hazards.contains(.gateways), chance.oneIn(2) {
      return Weather(
        faults: [.gateway], oneIn: chance.pick([1, 1, 3]), gateway: .drawn(chance))
    }
    if hazards.contains(.skippedRecords), chance.oneIn(4) {
      return Weather(faults: [.badRecord], oneIn: 1)
    }
    let faults = Fault.allCases.filter { $0 != .gateway }
    return chance.weighted([
      (3, .fine), (5, Weather(faults: faults, oneIn: 3)),
      (2, Weather(faults: [chance.pick(Fault.outage)], oneIn: 1)),
      (1, Weather(faults: [chance.pick(faults)], oneIn: 2)),
    ])
  }

  func fault(_ chance: Chance) -> Fault? {
    guard !faults.isEmpty, oneIn == 1 || chance.oneIn(oneIn) else { return nil }
    return chance.pick(faults)
  }
}
